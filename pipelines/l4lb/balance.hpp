// Services: which backend takes a new flow, and how an answer becomes the service's again. Choice by Maglev's ring
// (Eisenbud et al., NSDI 2016), the same on every node, so that a flow may change nodes.
#pragma once

#include <tl/expected.hpp>

#include "dataplane/burst/translation.hpp"
#include "pipelines/l4lb/drops.hpp"

namespace sluice::l4lb {

// The service that has the flow's destination address, port and protocol after `action`; nullptr: none.
template<class Family>
[[nodiscard]] const table::Service* find_service(const table::Snapshot& tables,
                                                 const TranslationOf<Family>& action) noexcept;

// Where in a ring flows go. Unkeyed: every node must come to the same.
class Slots {
public:
    Slots() = default; // of no ring
    // Precondition: it is not empty. Costs a division, so that no flow does.
    explicit Slots(const std::vector<std::uint16_t>& ring) noexcept
        : first_(ring.data())
        , count_(ring.size())
        , reciprocal_(~std::uint64_t{0} / count_)
    {
    }

    // The slot of a flow, by its key at the service's address: its backend's index. `attempt`: other slots.
    template<class Key>
    [[nodiscard]] const std::uint16_t* of(const Key& key, std::uint32_t attempt) const noexcept
    {
        constexpr std::uint64_t seed = 0x9e3779b97f4a7c15; // part of what nodes agree on, as is the mixing
        const auto words = key.words_in(table::public_network);
        return first_ + rest(table::mix64(table::mix_words(words, seed, table::mix64) + attempt));
    }

    // hash % count
    [[nodiscard]] std::uint64_t rest(std::uint64_t hash) const noexcept
    {
        __extension__ using Wide = unsigned __int128;
        const auto quotient = static_cast<std::uint64_t>(Wide{hash} * reciprocal_ >> 64); // the right one, or one less
        const std::uint64_t rest = hash - quotient * count_;
        return rest < count_ ? rest : rest - count_;
    }

private:
    const std::uint16_t* first_ = nullptr;
    std::uint64_t count_ = 0;
    std::uint64_t reciprocal_ = 0;
};

// The same as a number, for one flow.
template<class Key>
[[nodiscard]] std::size_t slot_of(const Key& key, std::uint32_t attempt,
                                  const std::vector<std::uint16_t>& ring) noexcept
{
    return static_cast<std::size_t>(Slots(ring).of(key, attempt) - ring.data());
}

// Sends the flow to the backend its ring slot names; `attempt` above 0 tries other slots. The chosen backend.
template<class Family>
[[nodiscard]] tl::expected<const table::Backend*, Drop>
balance(const table::Service& service, TranslationOf<Family>& action, std::uint32_t attempt) noexcept;

// Whether `session`, which was sent to the backend in `owners`, would be sent to another now, or to none. False when
// its destination is no service's any more.
template<class Family>
[[nodiscard]] bool has_moved(const table::Snapshot& tables, const TranslationOf<Family>& session,
                             const table::Cold& owners) noexcept;

// Sends the flow to that backend. False: it is of the other family, and nothing was done.
template<class Family>
[[nodiscard]] bool send_to(const table::Service& service, const table::Backend& backend,
                           TranslationOf<Family>& action) noexcept;

// From a backend's endpoint, whichever node balanced the flow: the source becomes the service's. False: no backend's.
template<class Family>
[[nodiscard]] bool unrewrite(const table::Snapshot& tables, TranslationOf<Family>& action) noexcept;

} // namespace sluice::l4lb
