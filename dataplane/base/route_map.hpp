// A map from prefixes to small values, for a million of them: a flat map for each family, so that an IPv4 route with a
// number beside it costs a slot of 16 bytes (23 to 46 bytes per route, as the map doubles). Like those it has no order,
// and references are void after every change. Throws bad_alloc when there is no memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "dataplane/base/flat_map.hpp"
#include "dataplane/base/prefix_hash.hpp"
#include "dataplane/base/route_key.hpp"

namespace sluice {

template<class Value>
class RouteMap {
public:
    [[nodiscard]] std::size_t size() const noexcept { return v4_.size() + v6_.size(); }
    [[nodiscard]] bool empty() const noexcept { return size() == 0; }
    [[nodiscard]] std::size_t bytes_used() const noexcept { return v4_.bytes_used() + v6_.bytes_used(); }

    [[nodiscard]] const Value* find(const RouteKey& key) const noexcept
    {
        return key.is_v6 ? v6_.find(six(key)) : v4_.find(four(key));
    }
    [[nodiscard]] Value* find(const RouteKey& key) noexcept
    {
        return key.is_v6 ? v6_.find(six(key)) : v4_.find(four(key));
    }
    // Asks memory for what the calls above and below will look at.
    void prefetch(const RouteKey& key) const noexcept
    {
        if (key.is_v6)
            v6_.prefetch(six(key));
        else
            v4_.prefetch(four(key));
    }
    // Gives what was there before.
    std::optional<Value> put(const RouteKey& key, const Value& value)
    {
        return key.is_v6 ? v6_.put(six(key), value) : v4_.put(four(key), value);
    }
    std::optional<Value> erase(const RouteKey& key) noexcept
    {
        return key.is_v6 ? v6_.erase(six(key)) : v4_.erase(four(key));
    }
    void clear() noexcept
    {
        v4_.clear();
        v6_.clear();
    }
    // Calls visit(key, value), in no order.
    template<class Visit>
    void for_each(Visit&& visit) const
    {
        v4_.for_each([&](const Key4& key, const Value& value) {
            visit(RouteKey{std::uint64_t{key.address} << 32, 0, key.length, false}, value);
        });
        v6_.for_each([&](const Key6& key, const Value& value) {
            visit(RouteKey{key.high(), key.low(), key.length, true}, value);
        });
    }

private:
    struct Key4 {
        std::uint32_t address = 0;
        std::uint8_t length = 0;
        bool operator==(const Key4&) const = default;
    };
    // In halves of halves: a slot is not rounded up to eight bytes.
    struct Key6 {
        std::uint32_t words[4]{};
        std::uint8_t length = 0;
        bool operator==(const Key6&) const = default;

        [[nodiscard]] std::uint64_t high() const noexcept { return std::uint64_t{words[0]} << 32 | words[1]; }
        [[nodiscard]] std::uint64_t low() const noexcept { return std::uint64_t{words[2]} << 32 | words[3]; }
    };
    struct Hash {
        [[nodiscard]] std::size_t operator()(const Key4& key) const noexcept
        {
            return hash_of_prefix(std::uint64_t{key.address} << 32, 0, key.length);
        }
        [[nodiscard]] std::size_t operator()(const Key6& key) const noexcept
        {
            return hash_of_prefix(key.high(), key.low(), key.length);
        }
    };
    [[nodiscard]] static Key4 four(const RouteKey& key) noexcept
    {
        return {static_cast<std::uint32_t>(key.high >> 32), key.length};
    }
    [[nodiscard]] static Key6 six(const RouteKey& key) noexcept
    {
        const auto upper = [](std::uint64_t word) { return static_cast<std::uint32_t>(word >> 32); };
        const auto lower = [](std::uint64_t word) { return static_cast<std::uint32_t>(word); };
        return {{upper(key.high), lower(key.high), upper(key.low), lower(key.low)}, key.length};
    }

    FlatMap<Key4, Value, Hash> v4_;
    FlatMap<Key6, Value, Hash> v6_;
};

} // namespace sluice
