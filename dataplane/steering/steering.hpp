// The ports that are shared with the kernel, and what their programs send to us: follows the tables.
//
//   committed transaction ──► Wanted ──► Change ──► Maps of every shared port ──► the next frame
//
// Written by the table server's thread; what the maps do not take is told in warnings(), and its frames stay with the
// kernel. Ends before the ports do: then the programs are gone from their interfaces.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "dataplane/steering/attachment.hpp"
#include "dataplane/steering/maps.hpp"
#include "dataplane/steering/wanted.hpp"

namespace sluice::steering {

struct SharedPort {
    std::string name;
    std::uint32_t id = 0; // of the port and of its untagged interface
    std::string kernel_interface;
    MacAddress mac;
    std::vector<std::uint16_t> vlans; // of the gateway's
};

class Steering {
public:
    // `ports` are started: their programs are attached and their sockets bound. Nothing is steered yet but VLANs.
    [[nodiscard]] static Result<std::unique_ptr<Steering>> start(const std::vector<SharedPort>& ports);

    // ---- The table server's thread.
    // What the tables have just taken. At most two system calls per changed prefix and port.
    void follow(const api::Transaction& transaction);

    struct View {
        Counts verdicts{};
        bool native = false;
    };
    // Of a port by its number; nullopt: it is not shared.
    [[nodiscard]] std::optional<View> look_at(std::uint32_t port) const;
    [[nodiscard]] std::vector<std::string> warnings() const;

private:
    struct Place {
        SharedPort port;
        Attachment attachment;
        Maps maps;
        std::set<Prefix> refused;
        std::string why; // the last of them
    };

    explicit Steering(std::set<std::uint32_t> ports)
        : wanted_(std::move(ports))
    {
    }
    void bring(Place& place, const Change& change);

    Wanted wanted_;
    std::map<std::uint32_t, Place> places_;
};

} // namespace sluice::steering
