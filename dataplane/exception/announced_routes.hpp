// Whether routes point at a link, asked of the kernel itself: who set them, and whether that process still lives, does
// not matter to a stop that has to withdraw them first.
#pragma once

#include <string>

#include "dataplane/api/descriptor.hpp"
#include "dataplane/base/result.hpp"

namespace sluice::dataplane {

class AnnouncedRoutes {
public:
    // In the network namespace of the calling thread, which is asked from then on, whichever thread asks.
    [[nodiscard]] static Result<AnnouncedRoutes> open(const std::string& link);

    // Routes that the kernel made itself do not count. One thread.
    [[nodiscard]] bool any() const;

private:
    AnnouncedRoutes(api::Descriptor socket, unsigned link)
        : socket_(std::move(socket))
        , link_(link)
    {
    }
    [[nodiscard]] bool any(unsigned char family) const;

    api::Descriptor socket_;
    unsigned link_;
};

} // namespace sluice::dataplane
