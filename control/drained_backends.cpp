// Written beside, flushed to the disk and renamed: after a crash there is the old file or the new one.
#include "control/drained_backends.hpp"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <fcntl.h>
#include <spdlog/spdlog.h>

#include "dataplane/api/descriptor.hpp"

namespace sluice::control {
namespace {

std::optional<BackendName> backend_in(const std::string& line)
{
    std::istringstream words(line);
    std::string service;
    std::string address;
    std::uint16_t port = 0;
    std::string more;
    if (!(words >> service >> address >> port) || words >> more) return std::nullopt;
    const auto parsed = IpAddress::parse(address);
    if (!parsed) return std::nullopt;
    return BackendName{std::move(service), *parsed, port};
}

Result<void> write_whole(const std::string& path, const std::string& text)
{
    const std::string beside = path + ".new";
    const api::Descriptor file(::open(beside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
    const bool written = file && ::write(file.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size()) &&
                         ::fsync(file.get()) == 0 && ::rename(beside.c_str(), path.c_str()) == 0;
    if (!written) return fail(path, std::string("cannot be written: ") + std::strerror(errno));
    return {};
}

} // namespace

DrainedBackends DrainedBackends::open(const std::string& folder)
{
    DrainedBackends opened;
    opened.path_ = std::filesystem::path(folder) / "drained";
    std::ifstream file(opened.path_);
    std::string line;
    for (int number = 1; std::getline(file, line); ++number) {
        if (auto backend = backend_in(line)) {
            opened.names_.insert(std::move(*backend));
            continue;
        }
        opened.unreadable_.push_back(opened.path_ + ":" + std::to_string(number) +
                                     ": no 'SERVICE ADDRESS PORT'; the line counts for nothing");
        spdlog::warn("event=drained_unreadable what=\"{}\"", opened.unreadable_.back());
    }
    return opened;
}

Result<void> DrainedBackends::keep(std::set<BackendName> names)
{
    std::string text;
    for (const BackendName& name : names)
        text += name.service + " " + name.address.text() + " " + std::to_string(name.port) + "\n";
    if (auto written = write_whole(path_, text); !written) return written;
    names_ = std::move(names);
    unreadable_.clear();
    return {};
}

} // namespace sluice::control
