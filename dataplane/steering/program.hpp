// The XDP program as an ELF file: compiled for BPF when the dataplane is built, carried in the executable.
#pragma once

#include <string>
#include <string_view>

#include "dataplane/api/descriptor.hpp"
#include "dataplane/base/result.hpp"

namespace sluice::steering {

// The bytes of the file.
[[nodiscard]] std::string_view program();

// The same as a file without a name (memfd_create(2)), for a driver that wants a path. The path is valid in this
// process while the file lives.
class ProgramFile {
public:
    [[nodiscard]] static Result<ProgramFile> make();
    [[nodiscard]] std::string path() const { return "/proc/self/fd/" + std::to_string(file_.get()); }

private:
    explicit ProgramFile(api::Descriptor file)
        : file_(std::move(file))
    {
    }

    api::Descriptor file_;
};

} // namespace sluice::steering
