#include "dataplane/steering/program.hpp"

#include <cerrno>
#include <cstring>

#include <sys/mman.h>

namespace sluice::steering {

Result<ProgramFile> ProgramFile::make()
{
    api::Descriptor file(::memfd_create("sluice-steer", MFD_CLOEXEC));
    const std::string_view bytes = program();
    if (!file || ::write(file.get(), bytes.data(), bytes.size()) != static_cast<ssize_t>(bytes.size()))
        return fail("XDP program", std::string("no memory to hand it to the driver: ") + std::strerror(errno));
    return ProgramFile(std::move(file));
}

} // namespace sluice::steering
