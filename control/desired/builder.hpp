// The state that the parts of `desired` fill. Each part adds the objects of one question.
#pragma once

#include "control/desired/desired.hpp"
#include "control/identifiers.hpp"
#include "control/interfaces.hpp"

namespace sluice::control {

struct Builder {
    const Inputs& in;
    Interfaces interfaces;
    Identifiers identifiers;
    Desired out;

    // The first source of an object wins: configuration before kernel.
    void add(const api::Object& object) { out.objects.emplace(object_key(object), object); }

    [[nodiscard]] std::uint32_t network_id(const std::string& name);
    [[nodiscard]] std::string place(int line) const { return in.place(line); }
};

[[nodiscard]] api::Address to_api(const Prefix& prefix); // host bits cleared
[[nodiscard]] std::string packed(const MacAddress& mac);
[[nodiscard]] Prefix host_prefix(const IpAddress& address); // /32 or /128

void add_settings(Builder& builder);
void add_interfaces(Builder& builder);
void add_networks(Builder& builder);
void add_connected_routes(Builder& builder);
void add_static_routes(Builder& builder);
void add_tunnel_routes(Builder& builder);
void add_unreachable_routes(Builder& builder);
void add_neighbors(Builder& builder);
void add_translation(Builder& builder);
void add_services(Builder& builder);
void find_next_hops(Builder& builder); // after all routes and neighbours

} // namespace sluice::control
