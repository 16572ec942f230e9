// One dataplane per run directory: a lock on a file there, given up by the kernel however the process ends.
#pragma once

#include <string>

#include "dataplane/api/descriptor.hpp"
#include "dataplane/base/result.hpp"

namespace sluice::dataplane {

class InstanceLock {
public:
    // Makes the folder if need be.
    [[nodiscard]] static Result<InstanceLock> take(const std::string& folder);
    InstanceLock(InstanceLock&&) = default;
    InstanceLock& operator=(InstanceLock&&) = delete;
    ~InstanceLock(); // removes the file

private:
    InstanceLock(std::string path, api::Descriptor file)
        : path_(std::move(path))
        , file_(std::move(file))
    {
    }

    std::string path_;
    api::Descriptor file_;
};

} // namespace sluice::dataplane
