"""What RFC 9693 asks of a stateful NAT beside its throughput: how fast connections can be established, and how many."""
from dataclasses import dataclass

from accounts import account
from profiles import PROFILES, answer_to
from search import KEPT_UP
from world import World

CLOSE_ENOUGH = 0.1


@dataclass
class Trial:
    """Test phase 1, every connection's first packet, then the validation: one packet back to each of them."""
    first: object   # accounts.Run of test phase 1
    back: object    # accounts.Run of the validation; None when phase 1 had lost some
    connections: int

    @property
    def passes(self):
        return self.first.lost == 0 and self.back is not None and self.back.lost == 0

    @property
    def wrong(self):
        return self.first.wrong + (self.back.wrong if self.back else [])


def establish(rig, generator, name, rate, connections, sessions):
    """On a node of its own: each trial begins with an empty connection tracking table."""
    world = World(rig, generator, name, sessions)
    profile = PROFILES["nat-out"]
    try:
        with world.playing(profile, connections) as out:
            first = account(world.node, lambda: out.count(rate, connections))
        held = world.session_count()
        back = None
        if first.lost == 0:
            answers = world.capture("answers", [answer_to(session) for session in world.sessions()])
            with world.generator(PROFILES["nat-in"].port, answers) as answering:
                back = account(world.node, lambda: answering.count(50_000, connections))
        return Trial(first, back, held)
    finally:
        world.stop()


def connection_rate(rig, generator, connections, highest):
    """The maximum connection establishment rate: the highest at which every first packet came through and every
    connection answered, by bisection. Returns (connections per second that were offered, every Trial)."""
    trials = []

    def passes(rate):
        trials.append(establish(rig, generator, f"rate{len(trials)}", rate, connections, connections * 4))
        return trials[-1].passes and trials[-1].first.sent.rate >= KEPT_UP * rate

    best, low, high = 0.0, 0, highest
    while high - low > CLOSE_ENOUGH * high and high > highest // 1000:
        rate = (low + high) // 2 if trials else high
        if passes(rate):
            low, best = rate, trials[-1].first.sent.rate
        else:
            high = rate
    return best, trials


def capacity(rig, generator, sessions):
    """Connection tracking table capacity: more connections than the table has room for. Returns the Trial;
    its `connections` is what was held, and every other first packet must have died by name."""
    return establish(rig, generator, "capacity", 20_000, sessions + sessions // 4, sessions)
