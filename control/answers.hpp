// What control.sock answers. Reading is for everybody whom the socket's mode lets in; applying, rolling back and diff,
// which reads a file by this process's rights and shows parts of it, are for peers that may change things.
#pragma once

#include "control/node.hpp"
#include "dataplane/api/server.hpp"

namespace sluice::control {

[[nodiscard]] api::Reply answer(Node& node, const api::Request& request, const api::Peer& peer);

} // namespace sluice::control
