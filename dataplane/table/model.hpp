// From transactions to tables: keeps what the control process programmed, checks what it adds, and builds the next
// snapshot. Used by the table server's thread only. A transaction is applied whole or refused whole; memory grows with
// what is programmed, bounded by `Limits`.
//
//     auto next = model.apply(transaction);      // refused: nothing has changed
//     published.replace(std::move(*next));
//     model.commit();                            // from here the next transaction builds on it
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "dataplane/api/sluice.pb.h"
#include "dataplane/base/hash.hpp"
#include "dataplane/base/result.hpp"
#include "dataplane/table/build/forwarding.hpp"
#include "dataplane/table/build/learned_routes.hpp"
#include "dataplane/table/build/object_store.hpp"
#include "dataplane/table/snapshot.hpp"

namespace sluice::table {

struct Limits {
    std::uint32_t tunnels = 65'536; // Tunnel::counter is below it
    std::uint32_t routes = 1'000'000;
    std::uint32_t ring_size = 65'537; // slots of a service's ring; prime, the same on every node
};

class Model {
public:
    // `interfaces`: in the order of their numbers, as the configuration made them. `ports`: their ports are below it.
    Model(std::vector<Interface> interfaces, unsigned ports, const Limits& limits);

    // Before any transaction: the interfaces, in the public network, and nothing else.
    [[nodiscard]] std::unique_ptr<const Snapshot> initial() const;

    // The tables after `transaction`, or what is wrong with it. Call commit() once they are published; without it the
    // next apply() starts from where this one did. Cost: routes, neighbours, tunnels and TEIDs what is changed; of all
    // other kinds, the tables of which something changed.
    [[nodiscard]] Result<std::unique_ptr<const Snapshot>> apply(const api::Transaction& transaction);
    void commit();

    // All objects and the generation, as committed, without the learned routes.
    [[nodiscard]] api::Programmed programmed() const;
    // Between apply() and commit() they are those that were applied.
    [[nodiscard]] const LearnedRoutes& learned() const { return learned_; }
    // The next piece of all: routes_after of the question, nullptr for the first piece, which has the objects.
    [[nodiscard]] api::Programmed programmed(const api::Address* routes_after) const;

    // How many of a kind are committed, and of how many there may be. Between apply() and commit() the former is
    // unknown.
    struct Use {
        std::string_view table; // "routes"
        std::uint64_t used = 0;
        std::uint64_t limit = 0;
    };
    [[nodiscard]] std::array<Use, 4> use() const;

    // Of the tables of which every tunnel has a row: exits, hops, tunnels, TEIDs.
    [[nodiscard]] std::size_t tunnel_bytes() const { return forwarding_.tunnel_bytes(); }

private:
    void discard();
    [[nodiscard]] Result<void> change(const api::Transaction& transaction);
    [[nodiscard]] Result<void> change_learned(const api::Transaction& transaction);
    [[nodiscard]] Result<std::unique_ptr<const Snapshot>> build(std::uint64_t generation, const Changes& changes);

    std::vector<Interface> interfaces_;
    unsigned ports_;
    Limits limits_;
    Hasher hasher_ = Hasher::random(); // of the pools
    ObjectStore objects_;
    LearnedRoutes learned_;
    Forwarding forwarding_;
    Snapshot committed_; // a copy of what is published: it shares all that is large
    std::uint32_t next_serial_ = 1;

    // Between apply() and commit().
    std::optional<Snapshot> pending_;
};

} // namespace sluice::table
