// Rise and fall, check by check.
#include <catch2/catch.hpp>

#include "control/health/judge.hpp"

namespace sluice::control::health {
namespace {

// '+' an answer, '-' a failure; what the state is after each: 'w'aiting, 'u'p, 'd'own.
std::string states(Judge& judge, const std::string& checks)
{
    std::string out;
    for (const char check : checks) {
        const State before = judge.state();
        const bool changed = check == '+' ? judge.answered() : judge.failed("refused");
        CHECK(changed == (judge.state() != before));
        out += judge.state() == State::up ? 'u' : judge.state() == State::down ? 'd' : 'w';
    }
    return out;
}

} // namespace

TEST_CASE("a backend falls after so many failures in a row and rises after so many answers")
{
    struct Row {
        bool assumed_up;
        std::uint32_t rise, fall;
        const char* checks;
        const char* states;
    };
    for (const Row& row : {Row{true, 2, 3, "---++", "uuddu"}, Row{true, 2, 3, "--+--+---", "uuuuuuuud"},
                           Row{true, 2, 3, "---+-+-++", "uuddddddu"}, Row{true, 1, 1, "-+-+", "dudu"},
                           Row{false, 2, 3, "+--", "uuu"}, Row{false, 2, 3, "-+-++", "ddddu"},
                           Row{false, 5, 5, "+----", "uuuuu"}, Row{false, 5, 5, "+-----", "uuuuud"}}) {
        CAPTURE(row.checks);
        Judge judge(row.assumed_up, row.rise, row.fall);
        CHECK(judge.state() == (row.assumed_up ? State::up : State::waiting));
        CHECK(states(judge, row.checks) == row.states);
    }
}

TEST_CASE("the reason tells how far it has come, and stays until the backend is up again")
{
    Judge judge(true, 2, 3);
    (void)judge.failed("connection refused");
    CHECK(judge.reason() == "connection refused (1 of 3)");
    (void)judge.answered();
    CHECK(judge.reason().empty());
    for (int i = 0; i < 3; ++i)
        (void)judge.failed("connect timed out");
    CHECK(judge.reason() == "connect timed out (3 of 3)");
    (void)judge.failed("connection refused");
    CHECK(judge.reason() == "connection refused (3 of 3)");
    (void)judge.answered();
    CHECK(judge.reason() == "connection refused (3 of 3)");
    (void)judge.answered();
    CHECK(judge.reason().empty());
    Judge fresh(false, 2, 3);
    (void)fresh.failed("no route");
    CHECK(fresh.reason() == "no route (first check)");
}

} // namespace sluice::control::health
