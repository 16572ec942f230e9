// The audit of the counter law: what the workers published against what the node says.
#include <catch2/catch.hpp>

#include "tools/sluicectl/law.hpp"

namespace sluice::ctl {
namespace {

using Findings = std::vector<std::string>;

void set(api::Law& law, std::uint64_t received, std::uint64_t sent, std::uint64_t dropped, std::uint64_t consumed = 0)
{
    law.set_received(received);
    law.set_sent(sent);
    law.set_dropped(dropped);
    law.set_consumed(consumed);
}

void add_row(google::protobuf::RepeatedPtrField<api::Reason>& rows, std::uint64_t packets)
{
    rows.Add()->set_packets(packets);
}

// Two workers, everything in order.
api::Drops balanced()
{
    api::Drops drops;
    for (const unsigned worker : {0U, 1U}) {
        api::WorkerLaw& law = *drops.add_workers();
        law.set_worker(worker);
        set(*law.mutable_law(), 100, 80, 15, 5);
    }
    set(*drops.mutable_law(), 200, 160, 30, 10);
    add_row(*drops.mutable_drops(), 20);
    add_row(*drops.mutable_drops(), 10);
    add_row(*drops.mutable_consumed(), 10);
    return drops;
}

} // namespace

TEST_CASE("a node whose terms add up has no finding")
{
    const Audit audited = audit(balanced());
    CHECK(audited.findings.empty());
    CHECK(audited.sum.received() == 200);
    CHECK(adds_up(audited.sum));
}

TEST_CASE("every term stands on its own side")
{
    api::Law law;
    law.set_received(1);
    law.set_injected(2);
    law.set_originated(4);
    CHECK_FALSE(adds_up(law));
    law.set_sent(1);
    law.set_dropped(1);
    law.set_punted(1);
    law.set_consumed(1);
    law.set_held(3);
    CHECK(adds_up(law));
    CHECK(equation(law) ==
          "received 1 + injected 2 + originated 4 = sent 1 + drops 1 + punted 1 + consumed 1 + held 3   "
          "balanced");
    law.set_held(1'003);
    CHECK(equation(law) == "received 1 + injected 2 + originated 4 = sent 1 + drops 1 + punted 1 + consumed 1 + held "
                           "1,003   NOT balanced");
}

TEST_CASE("a worker whose terms do not add up is found, also when the sum is right")
{
    api::Drops drops = balanced();
    drops.mutable_workers(0)->mutable_law()->set_sent(79);
    drops.mutable_workers(1)->mutable_law()->set_sent(81);
    CHECK(audit(drops).findings == Findings{"worker 0: 1 packet came in and ended under no name",
                                            "worker 1: 1 packet more ended than came in: something is counted twice"});
}

TEST_CASE("a packet that ended under no name is found, worker by worker and for all")
{
    api::Drops drops = balanced();
    drops.mutable_workers(1)->mutable_law()->set_received(1'300);
    drops.mutable_law()->set_received(1'400);
    CHECK(audit(drops).findings == Findings{"worker 1: 1,200 packets came in and ended under no name",
                                            "all workers: 1,200 packets came in and ended under no name"});
}

TEST_CASE("a row that is counted twice is found")
{
    api::Drops drops = balanced();
    drops.mutable_drops(0)->set_packets(40);
    CHECK(audit(drops).findings == Findings{"the reasons add up to 50, the workers' drops to 30"});
    drops = balanced();
    add_row(*drops.mutable_consumed(), 10);
    CHECK(audit(drops).findings == Findings{"the reasons add up to 20, the workers' consumed to 10"});
}

TEST_CASE("a node that says something else than its workers is found, term by term")
{
    api::Drops drops = balanced();
    drops.mutable_law()->set_sent(161);
    drops.mutable_law()->set_punted(3);
    drops.mutable_law()->set_balanced(true); // what it says of itself counts for nothing
    CHECK(audit(drops).findings == Findings{"the node says sent 161, its workers add up to 160",
                                            "the node says punted 3, its workers add up to 0"});
}

TEST_CASE("no worker, no word")
{
    CHECK(audit(api::Drops()).findings == Findings{"no worker has published its terms"});
}

} // namespace sluice::ctl
