// Leasing ports. Lock order: a subscriber's shard, then the pool. Bits are set under the shard's lock only, and cleared
// by anyone.
#include "dataplane/table/port_blocks.hpp"

#include <algorithm>
#include <bit>
#include <memory>
#include <mutex>
#include <utility>

#include "dataplane/base/prefetch.hpp"

namespace sluice::table {
namespace {

constexpr std::uint32_t word_bits = 64;

std::uint32_t first_free(std::uint64_t word, std::uint64_t allowed)
{
    const std::uint64_t free = ~word & allowed;
    return free == 0 ? word_bits : static_cast<std::uint32_t>(std::countr_zero(free));
}

} // namespace

PortBlocks::PortBlocks(const Settings& settings, const Hasher& hasher)
    : addresses_(settings.addresses)
    , first_port_(settings.first_port)
    , block_size_(settings.block_size)
    , blocks_per_address_((settings.last_port - settings.first_port + 1U) / settings.block_size)
    , blocks_per_subscriber_(settings.blocks_per_subscriber)
    , hasher_(hasher)
    , blocks_(addresses_.size() * blocks_per_address_)
    , bits_(blocks_.size() * classes * (block_size_ / word_bits))
    , records_(settings.subscribers)
    , shards_(std::bit_ceil(std::size_t{settings.subscribers} + 1))
    , free_blocks_(addresses_.size())
{
    std::sort(addresses_.begin(), addresses_.end());
    std::uninitialized_default_construct_n(blocks_.begin(), blocks_.size());
    std::uninitialized_default_construct_n(records_.begin(), records_.size());
    std::uninitialized_default_construct_n(shards_.begin(), shards_.size());
    for (std::uint32_t i = 0; i < blocks_.size(); ++i)
        put_free_block(i);
    for (std::uint32_t i = settings.subscribers; i-- > 0;)
        records_[i].next = std::exchange(free_record_, i);
}

std::optional<unsigned> PortBlocks::class_of(std::uint8_t protocol)
{
    switch (protocol) {
    case 6:
        return 0; // TCP
    case 17:
        return 1; // UDP
    case 1:
        return 2; // ICMP
    default:
        return std::nullopt;
    }
}

std::uint64_t PortBlocks::hash(std::uint64_t subscriber, std::uint64_t salt) const
{
    return hasher_.hash16(subscriber, salt);
}

// Where in a block the search for a free port begins.
std::uint32_t PortBlocks::start_of(std::uint64_t subscriber, std::uint8_t protocol, std::uint32_t attempt,
                                   std::uint32_t draw) const
{
    const std::uint64_t random = hash(subscriber, std::uint64_t{draw} << 32 | attempt << 8 | protocol);
    return static_cast<std::uint32_t>(random & (block_size_ - 1));
}

std::size_t PortBlocks::word_at(std::uint32_t block, unsigned port_class, std::uint32_t index) const
{
    const std::size_t words = block_size_ / word_bits;
    return (std::size_t{block} * classes + port_class) * words + index;
}

Lease PortBlocks::lease(std::uint32_t handle) const
{
    const std::uint32_t ports_per_address = blocks_per_address_ * block_size_;
    return {addresses_[handle / ports_per_address],
            static_cast<std::uint16_t>(first_port_ + handle % ports_per_address), handle};
}

tl::expected<Lease, PortRefusal> PortBlocks::take(std::uint64_t subscriber, std::uint8_t protocol,
                                                  std::uint32_t attempt)
{
    const auto port_class = class_of(protocol);
    if (!port_class) return tl::unexpected(PortRefusal::protocol_without_ports);
    const std::uint64_t where = hash(subscriber);
    Shard& shard = shards_[shard_at(where)];
    const std::lock_guard guard(shard.lock);
    const std::uint32_t start = start_of(subscriber, protocol, attempt, ++shard.draws);
    const unsigned place = shard.place_of(tag_of(where));
    if (place != Shard::places)
        if (const std::uint32_t handle = take_from(shard.blocks[place], subscriber, *port_class, start); handle != none)
            return lease(handle);
    const std::uint32_t record = find(shard, subscriber);
    std::uint32_t block = record == none ? none : records_[record].first_block;
    std::uint32_t port = none;
    for (; block != none; block = blocks_[block].next)
        if (port = take_port(block, *port_class, start); port != none) break;
    if (port == none) {
        const auto added = add_block(shard, record, subscriber);
        if (!added) return tl::unexpected(added.error());
        block = *added;
        port = take_port(block, *port_class, start); // a fresh block has every port
    }
    shard.remember(place, tag_of(where), block);
    return lease(block * block_size_ + port);
}

// Precondition: the shard's lock. The handle, or none: the block is another subscriber's, or has no port left.
std::uint32_t PortBlocks::take_from(std::uint32_t block, std::uint64_t subscriber, unsigned port_class,
                                    std::uint32_t start)
{
    prefetch_to_write(&bits_[word_at(block, port_class, start / word_bits)]); // while the owner arrives
    if (blocks_[block].owner.load(std::memory_order_relaxed) != subscriber) return none;
    const std::uint32_t port = take_port(block, port_class, start);
    return port == none ? none : block * block_size_ + port;
}

void PortBlocks::prefetch_subscriber(std::uint64_t subscriber) const
{
    prefetch_to_write(&shards_[shard_at(hash(subscriber))]);
}

// Who finds the shard locked would wait for it in take() as well, and does so there.
PortBlocks::Foresight PortBlocks::foresee(std::uint64_t subscriber, std::uint8_t protocol)
{
    const auto port_class = class_of(protocol);
    const std::uint64_t where = hash(subscriber);
    Shard& shard = shards_[shard_at(where)];
    if (!port_class || !shard.lock.try_lock()) return {none, 0, 0};
    const unsigned place = shard.place_of(tag_of(where));
    const std::uint32_t block = place == Shard::places ? none : shard.blocks[place];
    if (block == none && shard.head != none) prefetch_to_read(&records_[shard.head]);
    const std::uint32_t draw = shard.draws + 1;
    shard.lock.unlock();
    if (block == none) return {none, 0, 0};
    const std::uint32_t start = start_of(subscriber, protocol, 0, draw);
    prefetch_to_write(&blocks_[block]);
    prefetch_to_write(&bits_[word_at(block, *port_class, start / word_bits)]);
    return {block, start, *port_class};
}

std::optional<Lease> PortBlocks::foreseen(const Foresight& foresight) const
{
    if (foresight.block == none) return std::nullopt;
    const std::uint32_t port = find_port(foresight.block, foresight.port_class, foresight.start);
    return port == none ? std::nullopt : std::optional(lease(foresight.block * block_size_ + port));
}

// Precondition: the shard's lock, under which alone bits are set.
std::uint32_t PortBlocks::take_port(std::uint32_t block, unsigned port_class, std::uint32_t start)
{
    const std::uint32_t port = find_port(block, port_class, start);
    if (port == none) return none;
    blocks_[block].used.fetch_add(1, std::memory_order_relaxed);
    bits_[word_at(block, port_class, port / word_bits)].fetch_or(std::uint64_t{1} << port % word_bits,
                                                                 std::memory_order_acq_rel);
    return port;
}

// From `start` to the end of the block, then from its beginning.
std::uint32_t PortBlocks::find_port(std::uint32_t block, unsigned port_class, std::uint32_t start) const
{
    const std::uint32_t words = block_size_ / word_bits;
    const std::uint64_t from_start = ~std::uint64_t{0} << start % word_bits;
    for (std::uint32_t step = 0; step <= words; ++step) {
        const std::uint32_t index = (start / word_bits + step) % words;
        const std::uint64_t allowed = step == 0 ? from_start : step == words ? ~from_start : ~std::uint64_t{0};
        const std::uint64_t bits = bits_[word_at(block, port_class, index)].load(std::memory_order_acquire);
        const std::uint32_t bit = first_free(bits, allowed);
        if (bit != word_bits) return index * word_bits + bit;
    }
    return none;
}

// Precondition: the shard's lock. A new subscriber starts at a random address; one who has an address stays with it.
tl::expected<std::uint32_t, PortRefusal> PortBlocks::add_block(Shard& shard, std::uint32_t record,
                                                               std::uint64_t subscriber)
{
    const bool is_new = record == none;
    if (!is_new && records_[record].held >= blocks_per_subscriber_)
        return tl::unexpected(PortRefusal::subscriber_limit);
    if (addresses_.empty()) return tl::unexpected(PortRefusal::pool_exhausted);
    const std::lock_guard guard(pool_lock_);
    if (is_new && free_record_ == none) return tl::unexpected(PortRefusal::subscribers_exhausted);
    const auto first_choice = is_new ? static_cast<std::uint32_t>(hash(subscriber, 1) % addresses_.size())
                                     : records_[record].first_block / blocks_per_address_;
    const std::uint32_t block = take_free_block(first_choice, is_new ? free_blocks_.size() : 1);
    if (block == none) return tl::unexpected(PortRefusal::pool_exhausted);
    if (is_new) record = add_subscriber(shard, subscriber);
    blocks_[block].next = std::exchange(records_[record].first_block, block);
    ++records_[record].held;
    blocks_[block].owner.store(subscriber, std::memory_order_release);
    blocks_leased_.fetch_add(1, std::memory_order_relaxed);
    return block;
}

// Precondition: both locks, and a free record.
std::uint32_t PortBlocks::add_subscriber(Shard& shard, std::uint64_t name)
{
    const std::uint32_t record = free_record_;
    free_record_ = records_[record].next;
    records_[record] = {.name = name, .next = shard.head};
    shard.head = record;
    subscribers_in_use_.fetch_add(1, std::memory_order_relaxed);
    return record;
}

// Precondition: the pool's lock. Looks at `tries` addresses from the first choice on.
std::uint32_t PortBlocks::take_free_block(std::uint32_t first_choice, std::size_t tries)
{
    for (std::size_t i = 0; i < tries; ++i) {
        FreeBlocks& list = free_blocks_[(first_choice + i) % free_blocks_.size()];
        if (list.first == none) continue;
        const std::uint32_t block = list.first;
        list.first = blocks_[block].next;
        if (list.first == none) list.last = none;
        return block;
    }
    return none;
}

// Precondition: the pool's lock, or nobody else yet.
void PortBlocks::put_free_block(std::uint32_t block)
{
    FreeBlocks& list = free_blocks_[block / blocks_per_address_];
    blocks_[block].next = none;
    (list.last == none ? list.first : blocks_[list.last].next) = block;
    list.last = block;
}

std::uint32_t PortBlocks::find(const Shard& shard, std::uint64_t name) const
{
    std::uint32_t record = shard.head;
    while (record != none && records_[record].name != name)
        record = records_[record].next;
    return record;
}

void PortBlocks::prefetch(std::uint32_t handle) const
{
    if (handle / block_size_ < blocks_.size()) prefetch_to_write(&blocks_[handle / block_size_]);
}

bool PortBlocks::give_back(std::uint32_t handle, std::uint8_t protocol)
{
    const auto port_class = class_of(protocol);
    const std::uint32_t block = handle / block_size_;
    if (!port_class || block >= blocks_.size()) return false;
    const std::uint32_t port = handle % block_size_;
    const std::uint64_t bit = std::uint64_t{1} << port % word_bits;
    const std::uint64_t owner = blocks_[block].owner.load(std::memory_order_acquire);
    std::atomic<std::uint64_t>& bits = bits_[word_at(block, *port_class, port / word_bits)];
    const std::uint64_t before = bits.fetch_and(~bit, std::memory_order_acq_rel);
    if ((before & bit) == 0) return false;
    if (blocks_[block].used.fetch_sub(1, std::memory_order_acq_rel) == 1) free_if_unused(block, owner);
    return true;
}

bool PortBlocks::give_back(std::uint32_t address, std::uint16_t port, std::uint8_t protocol)
{
    const auto handle = handle_of(address, port);
    return handle && give_back(*handle, protocol);
}

// The last port went; since then the owner may have taken another, or somebody else may have been quicker to free the
// block.
void PortBlocks::free_if_unused(std::uint32_t block, std::uint64_t owner)
{
    Shard& shard = shards_[shard_at(hash(owner))];
    const std::lock_guard guard(shard.lock);
    if (blocks_[block].owner.load(std::memory_order_acquire) != owner) return;
    if (blocks_[block].used.load(std::memory_order_acquire) != 0) return;
    shard.forget(block);
    const std::uint32_t record = find(shard, owner);
    std::uint32_t* link = &records_[record].first_block;
    while (*link != block)
        link = &blocks_[*link].next;
    *link = blocks_[block].next;
    const std::lock_guard pool_guard(pool_lock_);
    if (--records_[record].held == 0) drop_subscriber(shard, record);
    blocks_[block].owner.store(nobody, std::memory_order_release);
    blocks_leased_.fetch_sub(1, std::memory_order_relaxed);
    put_free_block(block);
}

// Precondition: both locks.
void PortBlocks::drop_subscriber(Shard& shard, std::uint32_t record)
{
    std::uint32_t* link = &shard.head;
    while (*link != record)
        link = &records_[*link].next;
    *link = records_[record].next;
    records_[record].next = std::exchange(free_record_, record);
    subscribers_in_use_.fetch_sub(1, std::memory_order_relaxed);
}

std::optional<std::uint32_t> PortBlocks::handle_of(std::uint32_t address, std::uint16_t port) const
{
    const auto at = std::lower_bound(addresses_.begin(), addresses_.end(), address);
    const std::uint32_t ports_per_address = blocks_per_address_ * block_size_;
    if (at == addresses_.end() || *at != address || port < first_port_) return std::nullopt;
    if (port - first_port_ >= ports_per_address) return std::nullopt;
    return static_cast<std::uint32_t>(at - addresses_.begin()) * ports_per_address + port - first_port_;
}

std::optional<std::uint64_t> PortBlocks::owner_of(std::uint32_t address, std::uint16_t port) const
{
    const auto handle = handle_of(address, port);
    if (!handle) return std::nullopt;
    const std::uint64_t owner = blocks_[*handle / block_size_].owner.load(std::memory_order_acquire);
    return owner == nobody ? std::nullopt : std::optional(owner);
}

} // namespace sluice::table
