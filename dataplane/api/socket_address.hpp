// The path of a UNIX socket as the kernel wants it.
#pragma once

#include <algorithm>
#include <string>

#include <sys/socket.h>
#include <sys/un.h>

#include "dataplane/base/result.hpp"

namespace sluice::api {

[[nodiscard]] inline Result<sockaddr_un> socket_address(const std::string& path)
{
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const std::size_t longest = sizeof address.sun_path - 1;
    if (path.empty() || path.size() > longest)
        return fail(path, "a socket's path has 1 to " + std::to_string(longest) + " characters");
    std::copy(path.begin(), path.end(), address.sun_path);
    return address;
}

} // namespace sluice::api
