// A model to give transactions to: two interfaces, "fabric" and "edge".
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "dataplane/table/model.hpp"
#include "tests/support/objects.hpp"

namespace sluice::test {

inline std::vector<table::Interface> two_interfaces()
{
    std::vector<table::Interface> interfaces(2);
    interfaces[0].name = "fabric";
    interfaces[1].id = 1;
    interfaces[1].port = 1;
    interfaces[1].name = "edge";
    return interfaces;
}

class Programming {
public:
    explicit Programming(const table::Limits& limits = {})
        : model(two_interfaces(), 2, limits)
    {
        tables = model.initial();
    }

    // Applies and commits; the error as text, empty when there is none.
    std::string put(const std::vector<api::Object>& upsert, const std::vector<api::Object>& remove = {})
    {
        return send(transaction(upsert, remove));
    }
    std::string send(const api::Transaction& transaction)
    {
        auto next = model.apply(transaction);
        if (!next) return next.error().text();
        tables = std::move(*next);
        model.commit();
        return {};
    }
    api::Transaction transaction(const std::vector<api::Object>& upsert, const std::vector<api::Object>& remove = {})
    {
        api::Transaction transaction;
        transaction.set_generation(++generation);
        for (const api::Object& object : upsert)
            *transaction.add_upsert() = object;
        for (const api::Object& object : remove)
            *transaction.add_remove() = object;
        return transaction;
    }

    table::Model model;
    std::unique_ptr<const table::Snapshot> tables;
    std::uint64_t generation = 0;
};

} // namespace sluice::test
