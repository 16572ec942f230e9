// Flows by number, for tests of the session table; both families through one interface.
#pragma once

#include <cstring>

#include "dataplane/table/session_table.hpp"

namespace sluice::test {

template<class Key>
Key inside_key(std::uint32_t number)
{
    Key key;
    std::memcpy(&key.source, &number, sizeof number);
    key.source_port = static_cast<std::uint16_t>(number * 7);
    key.destination_port = 0xBB01;
    key.network = 1;
    key.protocol = 6;
    return key;
}

template<class Key>
Key outside_key(std::uint32_t number)
{
    Key key = inside_key<Key>(number).reversed();
    key.network = 0;
    return key;
}

// A flow out of network 1 and its answers out of network 0.
template<class Key>
table::Pair<Key> flow(std::uint32_t number)
{
    table::Pair<Key> pair;
    pair.forward.key = inside_key<Key>(number);
    pair.reverse.key = outside_key<Key>(number);
    pair.forward.out_network = 0;
    pair.reverse.out_network = 1;
    pair.cold.lease = number;
    pair.now = 5;
    return pair;
}

// By a worker that makes this one and leaves.
template<class Key>
table::Inserted insert(table::SessionTable<Key>& table, const table::Pair<Key>& pair)
{
    table::PairReserve own;
    const table::Inserted made = table.insert(pair, own);
    table.give_up(own);
    return made;
}

template<class Key>
void release(table::SessionTable<Key>& table, std::uint32_t pair)
{
    table.release({&pair, 1});
}

inline Hasher fixed_hasher()
{
    return Hasher(Hasher::Secret{4, 5, 6});
}

} // namespace sluice::test
