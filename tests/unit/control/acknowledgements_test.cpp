// From a change at a feed to the dataplane's word: what is counted, and from when.
#include <catch2/catch.hpp>

#include "control/acknowledgements.hpp"

namespace sluice::control {
namespace {

using namespace std::chrono_literals;
constexpr Acknowledgements::TimePoint origin{1h};

} // namespace

TEST_CASE("a change counts from the moment it was noticed, of several from the first")
{
    Acknowledgements all;
    CHECK(all.find("shop") == nullptr);
    all.noticed("shop", origin + 3ms);
    all.noticed("shop", origin);
    all.noticed("kernel", origin + 8ms);
    all.acknowledged(origin + 10ms);
    REQUIRE(all.find("shop") != nullptr);
    CHECK(all.find("shop")->last == 10ms);
    CHECK(all.find("shop")->count == 1);
    CHECK(all.find("kernel")->last == 2ms);
    all.acknowledged(origin + 1s); // nobody waits any more
    CHECK(all.find("shop")->count == 1);
}

TEST_CASE("what led to nothing is not counted")
{
    Acknowledgements all;
    all.noticed("shop", origin);
    all.forget();
    all.acknowledged(origin + 1s);
    CHECK(all.find("shop") == nullptr);
}

TEST_CASE("the histogram is cumulative, and the 99th percentile is that of the newest")
{
    Acknowledgements all;
    for (int i = 1; i <= 100; ++i) {
        all.noticed("shop", origin);
        all.acknowledged(origin + i * 1ms);
    }
    const Acknowledgements::Figures& hundred = *all.find("shop");
    CHECK(hundred.count == 100);
    CHECK(hundred.sum_s == Approx(5.05));
    CHECK(hundred.p99 == 99ms);
    CHECK(hundred.up_to[0] == 1);  // 1 ms: a bound belongs to its bucket
    CHECK(hundred.up_to[3] == 10); // 10 ms
    CHECK(hundred.up_to[6] == 100);
    CHECK(hundred.up_to.back() == 100);
    for (std::size_t i = 0; i < Acknowledgements::window; ++i) {
        all.noticed("shop", origin);
        all.acknowledged(origin + 500us);
    }
    CHECK(all.find("shop")->p99 == 500us); // the slow ones have left the window
    CHECK(all.find("shop")->count == 100 + Acknowledgements::window);
}

} // namespace sluice::control
