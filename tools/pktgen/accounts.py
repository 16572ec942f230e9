"""The books of a run, kept by two who do not know each other: what the generator sent and got, what the node received and
sent, and where the rest is. Every difference must have a name."""
import collections
from dataclasses import dataclass, field

from lib.shell import wait_until


@dataclass
class Books:
    """A node's counters, or the difference of two such."""
    law: dict
    drops: dict = field(default_factory=dict)
    missed: int = 0

    def since(self, earlier):
        law = {term: value - earlier.law.get(term, 0) for term, value in self.law.items()}
        drops = {name: value - earlier.drops.get(name, 0) for name, value in self.drops.items()}
        return Books(law, {name: value for name, value in drops.items() if value}, self.missed - earlier.missed)


TERMS = ("received", "injected", "originated", "sent", "dropped", "punted", "consumed", "held")


def read_books(node):
    said = node.ctl("drops")
    drops = collections.Counter()
    for row in said["drops"]:
        drops[row["name"]] += row["packets"]
    missed = sum(nic["missed"] + nic["rx_no_mbuf"] for nic in said["nic"])
    return Books({term: said["law"][term] for term in TERMS}, dict(drops), missed)


def quiet_books(node):
    """Of a moment in which nothing moves: two readings that agree."""
    def settled():
        first, second = read_books(node), read_books(node)
        return first if first == second else None

    return wait_until(f"{node.name} is quiet", settled, timeout=10)


@dataclass
class Run:
    """One order with both sides' books."""
    sent: object   # generators.Sent
    books: Books   # the node's, for its time

    @property
    def lost(self):
        """Frames that were offered and did not come back, whoever has them."""
        return self.sent.sent - self.sent.received

    @property
    def wrong(self):
        """Sentences about what does not add up; none: exact."""
        law, sent = self.books.law, self.sent
        left = law["received"] + law["injected"] + law["originated"]
        right = law["sent"] + law["dropped"] + law["punted"] + law["consumed"] + law["held"]
        sentences = {
            f"generator sent {sent.sent} = node received {law['received']} + NIC missed {self.books.missed}":
                sent.sent == law["received"] + self.books.missed,
            f"node sent {law['sent']} = generator received {sent.received} + generator missed {sent.missed}":
                law["sent"] == sent.received + sent.missed,
            f"the node's law: {left} = {right}": left == right,
            f"drops {law['dropped']} are those of the reasons {sum(self.books.drops.values())}":
                law["dropped"] == sum(self.books.drops.values()),
        }
        return [sentence for sentence, holds in sentences.items() if not holds]

    def named_loss(self):
        named = dict(self.books.drops)
        named |= {term: self.books.law[term] for term in ("punted", "consumed", "held") if self.books.law[term]}
        named |= {name: count for name, count in (("nic_missed", self.books.missed), ("generator_missed", self.sent.missed)) if count}
        return named


def account(node, order):
    """Runs an order of the generator between two quiet moments of the node."""
    before = quiet_books(node)
    sent = order()
    return Run(sent, quiet_books(node).since(before))
