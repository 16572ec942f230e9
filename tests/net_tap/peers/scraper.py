#!/usr/bin/python3 -B
"""Fetches a URL at a steady rate over new connections: scraper.py HOST PORT RATE SECONDS.

As many threads as the rate needs, so that a slow answer does not lower it. Prints one line of JSON at the end: fetched,
failed (with the first reason), and the slowest answer in milliseconds."""
import concurrent.futures
import http.client
import json
import sys
import time


def fetch(host, port):
    started = time.monotonic()
    connection = http.client.HTTPConnection(host, port, timeout=10)
    connection.request("GET", "/metrics")
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    if answer.status != 200 or b"sluice_dataplane_up" not in body:
        raise ValueError(f"status {answer.status}, {len(body)} bytes")
    return time.monotonic() - started


def main():
    host, port, rate, seconds = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4])
    print("started", flush=True)
    started = time.monotonic()
    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        answers = []
        for number in range(int(rate * seconds)):
            time.sleep(max(started + number / rate - time.monotonic(), 0))
            answers.append(pool.submit(fetch, host, port))
    took = time.monotonic() - started
    failures = [str(answer.exception()) for answer in answers if answer.exception() is not None]
    times = [answer.result() for answer in answers if answer.exception() is None]
    print(json.dumps({"fetched": len(times), "failed": len(failures), "first_failure": failures[0] if failures else "",
                      "slowest_ms": round(max(times, default=0) * 1000), "rate": round(len(answers) / took)}), flush=True)


if __name__ == "__main__":
    main()
