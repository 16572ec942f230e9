// The public ports of one NAT pool, leased to subscribers in blocks. Written by workers when sessions begin and by
// ageing when they end, read by the tools; 3 bits per port, 16 bytes per block, 48 bytes at most per subscriber. When
// full, take() says why.
//
// A subscriber keeps one public address as long as he holds a block ("paired" pooling, RFC 4787 section 4.1 REQ-2), and
// a block belongs to one subscriber, so who used address:port is answered by the block (RFC 6888 section 4). In a block
// each port has one bit for TCP, one for UDP and one for ICMP identifiers. A new port starts at a random place (RFC
// 6056 section 3.3.1). A block is free again at the moment its last port is given back; the freed one is leased last
// (RFC 6888 REQ-8 wants the longest possible rest before a port changes hands).
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include <tl/expected.hpp>

#include "dataplane/base/hash.hpp"
#include "dataplane/table/mapping.hpp"
#include "dataplane/table/spin_lock.hpp"

namespace sluice::table {

enum class PortRefusal : std::uint8_t {
    pool_exhausted,        // no free block on the subscriber's address, or, for a new subscriber, on any
    subscriber_limit,      // the subscriber has used up the blocks one subscriber may hold
    subscribers_exhausted, // more subscribers hold blocks than the pool was made for
    protocol_without_ports // neither TCP, UDP nor ICMP
};

struct Lease {
    std::uint32_t address = 0; // host order
    std::uint16_t port = 0;    // host order; of an ICMP echo: the identifier
    std::uint32_t handle = 0;  // names address and port; dense from 0
};

class PortBlocks {
    static constexpr std::uint32_t none = ~std::uint32_t{0};

public:
    struct Settings {
        std::vector<std::uint32_t> addresses; // host order, each once
        std::uint16_t first_port = 1024;      // not above last_port
        std::uint16_t last_port = 65535;      // a rest shorter than a block stays unused
        std::uint16_t block_size = 256;       // ports; a power of two, 64 at least
        std::uint32_t subscribers = 1024;     // who may hold blocks at the same time
        std::uint32_t blocks_per_subscriber = 8;
    };

    PortBlocks(const Settings& settings, const Hasher& hasher);

    // `subscriber`: network << 32 | inside address. `attempt`: 0 first, then counted up when the caller could not use
    // what it got; it takes part in the choice of the place, no more. The caller gives back what it does not use.
    [[nodiscard]] tl::expected<Lease, PortRefusal> take(std::uint64_t subscriber, std::uint8_t protocol,
                                                        std::uint32_t attempt = 0);
    // Ahead of take(), in three steps over a burst, so that it does not wait for memory: each reads what the one before
    // has asked for. The last tells what attempt 0 of take() will most likely give; nothing is taken.
    struct Foresight {
        std::uint32_t block; // none: nothing can be told
        std::uint32_t start;
        unsigned port_class;
    };
    void prefetch_subscriber(std::uint64_t subscriber) const;
    [[nodiscard]] Foresight foresee(std::uint64_t subscriber, std::uint8_t protocol);
    [[nodiscard]] std::optional<Lease> foreseen(const Foresight& foresight) const;

    // After the grace period of the session that had it. False when it was not leased: nothing changes then.
    bool give_back(std::uint32_t handle, std::uint8_t protocol);
    bool give_back(std::uint32_t address, std::uint16_t port, std::uint8_t protocol);

    // Ahead of give_back(), so that it does not wait for memory.
    void prefetch(std::uint32_t handle) const;

    [[nodiscard]] std::optional<std::uint32_t> handle_of(std::uint32_t address, std::uint16_t port) const;
    // Who holds the block that address:port lies in, now.
    [[nodiscard]] std::optional<std::uint64_t> owner_of(std::uint32_t address, std::uint16_t port) const;

    [[nodiscard]] std::uint32_t blocks() const { return static_cast<std::uint32_t>(blocks_.size()); }
    [[nodiscard]] std::uint32_t blocks_leased() const { return blocks_leased_.load(std::memory_order_relaxed); }
    [[nodiscard]] std::uint32_t subscribers() const { return subscribers_in_use_.load(std::memory_order_relaxed); }

private:
    static constexpr std::uint64_t nobody = ~std::uint64_t{0};
    static constexpr unsigned classes = 3; // TCP, UDP, ICMP

    struct Block {
        std::atomic<std::uint64_t> owner{nobody};
        std::atomic<std::uint32_t> used{0}; // ports of all classes
        std::uint32_t next = none;          // of the same subscriber, or of the address's free blocks
    };
    struct Subscriber {
        std::uint64_t name = nobody;
        std::uint32_t next = none; // in its shard, or in the free list
        std::uint32_t first_block = none;
        std::uint32_t held = 0; // blocks
    };
    // Half a line. Of the subscribers that took a port last the blocks are kept here, so that a port is found without a
    // look at their records: of three, for with as many shards as subscribers one in four shares his with another.
    struct alignas(32) Shard {
        static constexpr unsigned places = 3;

        SpinLock lock;                            // held for every take and for the return of a last port
        std::array<std::uint16_t, places> tags{}; // of the subscriber's hash
        std::uint32_t head = none;                // subscribers whose hash falls here
        std::uint32_t draws = 0;                  // so that no two starting places follow from each other
        std::array<std::uint32_t, places> blocks{none, none, none}; // his last lease's; `none` once it is free

        // Whose tag it is, or `places`. Somebody else may have the same one: the block knows its owner.
        [[nodiscard]] unsigned place_of(std::uint16_t tag) const
        {
            for (unsigned place = 0; place < places; ++place)
                if (tags[place] == tag && blocks[place] != none) return place;
            return places;
        }
        // `place`: what place_of() said. A new one takes the place of who has been here longest.
        void remember(unsigned place, std::uint16_t tag, std::uint32_t block)
        {
            if (place == places) {
                std::shift_right(tags.begin(), tags.end(), 1);
                std::shift_right(blocks.begin(), blocks.end(), 1);
                place = 0;
            }
            tags[place] = tag;
            blocks[place] = block;
        }
        void forget(std::uint32_t block) { std::replace(blocks.begin(), blocks.end(), block, none); }
    };
    static_assert(sizeof(Shard) == 32);
    struct FreeBlocks {
        std::uint32_t first = none; // longest free
        std::uint32_t last = none;
    };

    [[nodiscard]] static std::optional<unsigned> class_of(std::uint8_t protocol);
    [[nodiscard]] std::uint64_t hash(std::uint64_t subscriber, std::uint64_t salt) const;
    // His hash: the shard by its low bits, the tag by the high ones.
    [[nodiscard]] std::uint64_t hash(std::uint64_t subscriber) const { return hash(subscriber, 0); }
    [[nodiscard]] std::size_t shard_at(std::uint64_t hash) const { return hash & (shards_.size() - 1); }
    [[nodiscard]] static std::uint16_t tag_of(std::uint64_t hash) { return static_cast<std::uint16_t>(hash >> 48); }
    [[nodiscard]] std::uint32_t start_of(std::uint64_t subscriber, std::uint8_t protocol, std::uint32_t attempt,
                                         std::uint32_t draw) const;
    [[nodiscard]] std::size_t word_at(std::uint32_t block, unsigned port_class, std::uint32_t index) const;
    [[nodiscard]] Lease lease(std::uint32_t handle) const;
    [[nodiscard]] std::uint32_t find(const Shard& shard, std::uint64_t name) const;
    [[nodiscard]] std::uint32_t take_from(std::uint32_t block, std::uint64_t subscriber, unsigned port_class,
                                          std::uint32_t start);
    [[nodiscard]] std::uint32_t take_port(std::uint32_t block, unsigned port_class, std::uint32_t start);
    [[nodiscard]] std::uint32_t find_port(std::uint32_t block, unsigned port_class, std::uint32_t start) const;
    [[nodiscard]] tl::expected<std::uint32_t, PortRefusal> add_block(Shard& shard, std::uint32_t record,
                                                                     std::uint64_t subscriber);
    [[nodiscard]] std::uint32_t add_subscriber(Shard& shard, std::uint64_t name);
    void drop_subscriber(Shard& shard, std::uint32_t record);
    [[nodiscard]] std::uint32_t take_free_block(std::uint32_t first_choice, std::size_t tries);
    void put_free_block(std::uint32_t block);
    void free_if_unused(std::uint32_t block, std::uint64_t owner);

    std::vector<std::uint32_t> addresses_; // sorted
    std::uint32_t first_port_;
    std::uint32_t block_size_;
    std::uint32_t blocks_per_address_;
    std::uint32_t blocks_per_subscriber_;
    Hasher hasher_;

    // In huge pages: a new flow meets each of them at a random place.
    Mapping<Block> blocks_;
    Mapping<std::atomic<std::uint64_t>> bits_;
    Mapping<Subscriber> records_;
    Mapping<Shard> shards_; // a power of two

    SpinLock pool_lock_;                  // taken after a shard's lock, never before; covers the two lists below
    std::vector<FreeBlocks> free_blocks_; // per address
    std::uint32_t free_record_ = none;

    std::atomic<std::uint32_t> blocks_leased_{0};
    std::atomic<std::uint32_t> subscribers_in_use_{0};
};

} // namespace sluice::table
