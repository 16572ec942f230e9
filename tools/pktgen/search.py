"""The highest rate at which nothing is lost (RFC 2544 section 26.1), by bisection."""
from dataclasses import dataclass

CLOSE_ENOUGH = 0.05  # of the rate: the search ends
KEPT_UP = 0.97       # of the rate asked for: a ring that is full holds the generator back instead of losing frames


@dataclass
class Found:
    rate: float        # packets per second that were offered, the least of the confirming runs; 0: none was without loss
    confirmed: list    # the accounts.Run of each confirming run
    runs: list         # all of them, in order


def zero_loss_rate(trial, highest, seconds, repeats=3, close_enough=CLOSE_ENOUGH):
    """`trial(rate, seconds)` returns an accounts.Run. The rate that the search ends at must hold `repeats` times in a row;
    when it does not, the search goes on below it."""
    runs = []
    lowest = highest / 1000  # below it no rate is worth telling

    def passes(rate):
        run = trial(rate, seconds)
        runs.append(run)
        return run.lost == 0 and run.sent.rate >= KEPT_UP * rate

    low, high = 0.0, float(highest)
    if passes(high):
        low = high
    while high > lowest and high - low > close_enough * high:
        middle = (low + high) / 2
        if passes(middle):
            low = middle
        else:
            high = middle
    while low > lowest:
        confirmed = len(runs)
        if all(passes(low) for _ in range(repeats)):
            mine = runs[confirmed:]
            return Found(min(run.sent.rate for run in mine), mine, runs)
        low *= 1 - close_enough
    return Found(0.0, [], runs)
