// The memory of one session table that a second process can share and outlive the first: a memfd with a versioned
// header, holding indices and never pointers. Made or attached at start only; sized once; when the machine has no
// memory for it, make() and attach() say so.
//
//     page 0: RegionHeader │ buckets │ entries │ cold records
//
// Huge pages are used when the machine has free ones, else it is asked for transparent ones, else ordinary pages do.
//
// Every process that maps the region has an *epoch*, 1 to 255, which stands in each lock that it holds and in each pair
// that it is making or ending. Whether the owner of an epoch lives is the kernel's word, not his: he holds a file lock
// on the byte of the memfd that has the epoch's number, through an open file description of his own, and the kernel
// drops that lock however the process ends.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

#include "dataplane/base/hash.hpp"
#include "dataplane/base/result.hpp"
#include "dataplane/table/epoch_lock.hpp"
#include "dataplane/table/pair_stack.hpp"

namespace sluice::table {

struct RegionLayout {
    std::uint32_t key_bytes = 0;
    std::uint32_t bucket_bytes = 0;
    std::uint32_t entry_bytes = 0;
    std::uint32_t cold_bytes = 0;
    std::uint32_t pairs = 0;
    std::uint32_t buckets = 0;

    bool operator==(const RegionLayout&) const = default;
};

// Its first line never changes once made. A reader trusts nothing below `version` before he has compared it.
struct RegionHeader {
    static constexpr std::array<char, 8> magic_word{'S', 'L', 'U', 'I', 'C', 'E', 'S', 'T'};
    // Of this struct, SessionBucket, Entry and Cold together, and of who may write what in them.
    static constexpr std::uint32_t current_version = 4;

    std::array<char, 8> magic{};
    std::uint32_t version = 0;
    std::uint32_t header_bytes = 0;
    RegionLayout layout;
    std::uint32_t tick_shift = 0;
    std::uint64_t bytes = 0; // of the whole region
    std::uint64_t buckets_at = 0, entries_at = 0, cold_at = 0;
    std::uint64_t clock_base = 0; // the TSC when it was made: later readings of the same boot are larger
    Hasher::Secret secret{};
    Hasher::Method method{};

    // Each on a line of its own: they change with every session, what stands above never does.
    alignas(64) PairStack free;
    alignas(64) PairStack undone;
    alignas(64) std::atomic<std::uint32_t> fresh{0}; // pairs never used yet begin here
    alignas(64) std::atomic<std::uint32_t> live{0};
    alignas(64) EpochLock recovery; // held by who repairs what a dead process left
};
static_assert(sizeof(RegionHeader) <= 4096);

class Region {
public:
    using Epoch = std::uint8_t; // 0: nobody
    static constexpr std::uint64_t page = 4096;
    static constexpr std::uint64_t huge_page = 2U << 20;     // a region is a number of them
    static constexpr std::uint64_t most_rounding = 3 * page; // of the header and the sections before the last

    // `header` is completed with sizes and places, `layout` says how many of what.
    [[nodiscard]] static Result<Region> make(const RegionLayout& layout, const Hasher::Secret& secret,
                                             Hasher::Method method, unsigned tick_shift);
    // `descriptor` stays the caller's. Refuses what is not exactly such a region, in a sentence.
    [[nodiscard]] static Result<Region> attach(int descriptor, const RegionLayout& expected_sizes);

    Region(Region&& other) noexcept;
    Region& operator=(Region&&) = delete;
    ~Region();

    [[nodiscard]] RegionHeader& header() const { return *static_cast<RegionHeader*>(memory_); }
    template<class T>
    [[nodiscard]] T* at(std::uint64_t offset) const
    {
        return reinterpret_cast<T*>(static_cast<std::byte*>(memory_) + offset);
    }
    // To be handed to another process; closed with the region.
    [[nodiscard]] int descriptor() const { return descriptor_; }
    [[nodiscard]] Epoch epoch() const { return epoch_; }
    // A system call: asked only by who has waited long for a lock.
    [[nodiscard]] bool is_alive(Epoch epoch) const;

private:
    Region() = default;
    [[nodiscard]] bool open_memory(std::uint64_t bytes, bool huge);
    [[nodiscard]] bool map(std::uint64_t bytes);
    [[nodiscard]] bool take_epoch();

    void* memory_ = nullptr;
    std::uint64_t bytes_ = 0;
    int descriptor_ = -1; // may be shared with others
    int life_ = -1;       // an open file description that is never handed on
    Epoch epoch_ = 0;
};

} // namespace sluice::table
