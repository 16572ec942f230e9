// A dataplane without packets: the real tables behind the real socket, on a thread of its own. What it was sent is
// kept, and it can be told to refuse, to be slow, and to go.
#pragma once

#include <chrono>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "config/schema.hpp"
#include "control/object_set.hpp"
#include "dataplane/table/model.hpp"
#include "tests/support/serving.hpp"

namespace sluice::test {

class FakeDataplane {
public:
    // `started`: what it was started with; its digest is told in the greeting. `identity` tells starts apart.
    FakeDataplane(const std::string& socket, const config::Config& started, std::uint64_t identity = 1);

    // Another process with the same tables; the socket is bound again.
    void restart_socket();

    [[nodiscard]] std::vector<api::Transaction> transactions() const; // committed or refused, in order
    [[nodiscard]] control::ObjectSet programmed() const;              // learned routes as if each were an object
    void refuse(const std::string& why);                              // every transaction from now on; empty: none
    void be_slow(std::chrono::milliseconds answer);
    void want_neighbor(std::uint32_t interface, const std::string& packed_address);

private:
    api::Reply answer(const api::Request& request);
    api::Reply commit(const api::Transaction& transaction);

    std::string socket_;
    api::Hello hello_;
    mutable std::mutex mutex_; // guards the four below
    table::Model model_;
    std::vector<api::Transaction> transactions_;
    std::string refusal_;
    std::chrono::milliseconds delay_{0};
    std::unique_ptr<Serving> serving_; // last: its thread uses the rest
};

} // namespace sluice::test
