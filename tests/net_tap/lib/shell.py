"""Running commands and waiting for conditions. A condition is polled; nothing here sleeps for a fixed time and hopes."""
import subprocess
import time


class Failure(Exception):
    """Something the rig needed did not happen; the text says what."""


def run(*command, check=True, timeout=60, **options):
    """Runs a command to its end and returns what it printed (stdout)."""
    words = [str(word) for word in command]
    result = subprocess.run(words, capture_output=True, text=True, timeout=timeout, **options)
    if check and result.returncode != 0:
        said = (result.stderr or result.stdout).strip()
        raise Failure(f"{' '.join(words)}: exit {result.returncode}: {said[-2000:]}")
    return result.stdout


def wait_until(what, condition, timeout=15.0, interval=0.05):
    """Polls `condition` until it returns something true, and returns that."""
    deadline = time.monotonic() + timeout
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise Failure(f"{what}: not within {timeout:g} s")
        time.sleep(interval)
