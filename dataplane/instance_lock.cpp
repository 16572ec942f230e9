// flock(2). The file is removed at the end, so a lock counts only while the path still names the locked file.
#include "dataplane/instance_lock.hpp"

#include <cerrno>
#include <cstring>
#include <filesystem>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

namespace sluice::dataplane {
namespace {

bool names(const std::string& path, int file)
{
    struct stat by_path {};
    struct stat by_file {};
    return ::stat(path.c_str(), &by_path) == 0 && ::fstat(file, &by_file) == 0 && by_path.st_ino == by_file.st_ino &&
           by_path.st_dev == by_file.st_dev;
}

} // namespace

Result<InstanceLock> InstanceLock::take(const std::string& folder)
{
    std::error_code made;
    std::filesystem::create_directories(folder, made);
    if (made) return fail(folder, "cannot be made: " + made.message());
    const std::string path = folder + "/dataplane.lock";
    for (;;) {
        api::Descriptor file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0640));
        if (!file) return fail(path, std::string("cannot be opened: ") + std::strerror(errno));
        if (::flock(file.get(), LOCK_EX | LOCK_NB) != 0)
            return fail(path, "another sluice-dataplane of this node is running; end it first, or give this one its "
                              "own node.name or --run-dir");
        if (names(path, file.get())) return InstanceLock(path, std::move(file));
    }
}

InstanceLock::~InstanceLock()
{
    if (file_) std::filesystem::remove(path_);
}

} // namespace sluice::dataplane
