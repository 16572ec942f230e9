// The stack of free pairs: last in, first out, and nobody gets what another has.
#include <catch2/catch.hpp>

#include <thread>
#include <utility>
#include <vector>

#include "dataplane/table/pair_stack.hpp"

namespace sluice::table {
namespace {

struct LinkWords {
    explicit LinkWords(std::size_t count)
        : words(count)
    {
    }
    auto link()
    {
        return [this](std::uint32_t pair) -> std::atomic<std::uint64_t>& { return words[pair]; };
    }
    std::vector<std::atomic<std::uint64_t>> words;
};

} // namespace

TEST_CASE("a stack gives back what was put on it, the last first")
{
    LinkWords links(4);
    PairStack stack;
    CHECK(stack.pop(links.link()) == none);
    for (const std::uint32_t pair : {0U, 3U, 1U})
        stack.push(pair, links.link());
    CHECK(stack.pop(links.link()) == 1);
    stack.push(2, links.link());
    CHECK(stack.pop(links.link()) == 2);
    CHECK(stack.pop(links.link()) == 3);
    CHECK(stack.pop(links.link()) == 0);
    CHECK(stack.pop(links.link()) == none);
}

TEST_CASE("a pair that was taken and given back meanwhile is noticed")
{
    LinkWords links(3);
    PairStack stack;
    for (const std::uint32_t pair : {2U, 1U, 0U})
        stack.push(pair, links.link());
    // Between the look at the head, pair 0, and its replacement by what hangs behind it, pair 1, another worker takes
    // both and gives pair 0 back: then pair 1 must not become the head.
    bool first_look = true;
    const auto interrupted = [&](std::uint32_t pair) -> std::atomic<std::uint64_t>& {
        std::atomic<std::uint64_t>& word = links.words[pair];
        if (!std::exchange(first_look, false)) return word;
        static std::atomic<std::uint64_t> as_it_was;
        as_it_was.store(word.load());
        REQUIRE(stack.pop(links.link()) == 0);
        REQUIRE(stack.pop(links.link()) == 1);
        stack.push(0, links.link());
        return as_it_was;
    };
    CHECK(stack.pop(interrupted) == 0);
    CHECK(stack.pop(links.link()) == 2);
    CHECK(stack.pop(links.link()) == none);
}

TEST_CASE("threads that push and pop never hold one pair together, and lose none")
{
    constexpr std::uint32_t pairs = 8; // few, so that a pair comes back while another thread looks at it
    LinkWords links(pairs);
    PairStack stack;
    for (std::uint32_t pair = 0; pair < pairs; ++pair)
        stack.push(pair, links.link());
    std::vector<std::atomic<int>> holders(pairs);
    std::atomic<unsigned> shared = 0;
    const auto work = [&] {
        std::uint32_t held[3];
        for (int i = 0; i < 100'000; ++i) {
            unsigned count = 0;
            while (count < 3 && (held[count] = stack.pop(links.link())) != none) {
                if (holders[held[count]].fetch_add(1) != 0) ++shared;
                ++count;
            }
            while (count-- > 0) {
                holders[held[count]].fetch_sub(1);
                stack.push(held[count], links.link());
            }
        }
    };
    std::thread first(work), second(work);
    work();
    first.join();
    second.join();
    CHECK(shared == 0);
    unsigned left = 0;
    while (stack.pop(links.link()) != none)
        ++left;
    CHECK(left == pairs);
}

} // namespace sluice::table
