// Adding up. Sums of unsigned counters may wrap; their difference is right all the same.
#include "tools/sluicectl/law.hpp"

#include <array>

#include <google/protobuf/repeated_ptr_field.h>

#include "tools/sluicectl/wording.hpp"

namespace sluice::ctl {
namespace {

struct Term {
    const char* name;
    std::uint64_t (api::Law::*get)() const;
    void (api::Law::*set)(std::uint64_t);
};
constexpr std::array<Term, 8> terms{{
    {"received", &api::Law::received, &api::Law::set_received},
    {"injected", &api::Law::injected, &api::Law::set_injected},
    {"originated", &api::Law::originated, &api::Law::set_originated},
    {"sent", &api::Law::sent, &api::Law::set_sent},
    {"drops", &api::Law::dropped, &api::Law::set_dropped},
    {"punted", &api::Law::punted, &api::Law::set_punted},
    {"consumed", &api::Law::consumed, &api::Law::set_consumed},
    {"held", &api::Law::held, &api::Law::set_held},
}};
constexpr std::size_t sources = 3; // the terms left of the equals sign

std::uint64_t came(const api::Law& law)
{
    return law.received() + law.injected() + law.originated();
}

std::uint64_t went(const api::Law& law)
{
    return law.sent() + law.dropped() + law.punted() + law.consumed() + law.held();
}

void add(api::Law& sum, const api::Law& more)
{
    for (const Term& term : terms)
        (sum.*term.set)((sum.*term.get)() + (more.*term.get)());
}

std::string imbalance(const std::string& whose, const api::Law& law)
{
    const auto missing = static_cast<std::int64_t>(came(law) - went(law));
    if (missing > 0)
        return whose + counted(static_cast<std::uint64_t>(missing), "packet", "packets") +
               " came in and ended under no name";
    return whose + counted(static_cast<std::uint64_t>(-missing), "packet", "packets") +
           " more ended than came in: something is counted twice";
}

void compare_rows(const google::protobuf::RepeatedPtrField<api::Reason>& rows, const char* name, std::uint64_t term,
                  std::vector<std::string>& findings)
{
    std::uint64_t sum = 0;
    for (const api::Reason& row : rows)
        sum += row.packets();
    if (sum != term)
        findings.push_back(std::string("the reasons add up to ") + counted(sum) + ", the workers' " + name + " to " +
                           counted(term));
}

} // namespace

bool adds_up(const api::Law& law)
{
    return came(law) == went(law);
}

std::string equation(const api::Law& law)
{
    std::string out;
    for (std::size_t i = 0; i < terms.size(); ++i) {
        if (i > 0) out += i == sources ? " = " : " + ";
        out += terms[i].name + (" " + counted((law.*terms[i].get)()));
    }
    return out + (adds_up(law) ? "   balanced" : "   NOT balanced");
}

Audit audit(const api::Drops& drops)
{
    Audit result;
    if (drops.workers().empty()) result.findings.push_back("no worker has published its terms");
    for (const api::WorkerLaw& worker : drops.workers()) {
        add(result.sum, worker.law());
        if (!adds_up(worker.law()))
            result.findings.push_back(imbalance("worker " + std::to_string(worker.worker()) + ": ", worker.law()));
    }
    if (!adds_up(result.sum)) result.findings.push_back(imbalance("all workers: ", result.sum));
    for (const Term& term : terms)
        if ((result.sum.*term.get)() != (drops.law().*term.get)())
            result.findings.push_back(std::string("the node says ") + term.name + " " +
                                      counted((drops.law().*term.get)()) + ", its workers add up to " +
                                      counted((result.sum.*term.get)()));
    compare_rows(drops.drops(), "drops", result.sum.dropped(), result.findings);
    compare_rows(drops.consumed(), "consumed", result.sum.consumed(), result.findings);
    return result;
}

} // namespace sluice::ctl
