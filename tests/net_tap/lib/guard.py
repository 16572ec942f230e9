"""Ctrl-C, SIGTERM and a closed terminal become one exception, once: the clean-up that follows is not interrupted again."""
import contextlib
import signal

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Interrupted(BaseException):
    """Not an Exception: no handler for ordinary errors may swallow it."""


def ignore_signals():
    for number in SIGNALS:
        signal.signal(number, signal.SIG_IGN)


def watch_signals():
    for number in SIGNALS:
        signal.signal(number, _interrupt)


@contextlib.contextmanager
def interruptible(rig):
    """Whatever ends the block, the rig is closed. The second close() is for a signal that hits between the block's end
    and the first line of the first close(): by then signals are ignored."""
    try:
        watch_signals()
        try:
            yield rig.open()
        finally:
            rig.close()
    finally:
        rig.close()
        for number in SIGNALS:
            signal.signal(number, signal.SIG_DFL)


def _interrupt(number, _frame):
    ignore_signals()
    raise Interrupted(signal.Signals(number).name)
