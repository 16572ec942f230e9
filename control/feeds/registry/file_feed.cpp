// Watching and reading the file. Every event leads to the same thing: read the whole file again and judge it.
#include "control/feeds/registry/file_feed.hpp"

#include <array>
#include <filesystem>

#include <sys/inotify.h>
#include <unistd.h>

#include "config/registry_file.hpp"
#include "config/tree.hpp"

namespace sluice::control::registry {
namespace {

// Not IN_MODIFY: a file that is still being written may be good YAML as far as it goes.
constexpr std::uint32_t changes =
    IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE | IN_DELETE_SELF | IN_MOVE_SELF;

std::string first_of(const std::vector<Error>& errors)
{
    const std::string more = errors.size() > 1 ? " (and " + std::to_string(errors.size() - 1) + " more)" : "";
    return errors.front().text() + more;
}

} // namespace

FileFeed::FileFeed(std::string name, config::Registry settings, LastGood::Clock clock)
    : settings_(std::move(settings))
    , folder_(std::filesystem::path(settings_.file).parent_path())
    , file_name_(std::filesystem::path(settings_.file).filename())
    , inotify_(inotify_init1(IN_NONBLOCK | IN_CLOEXEC))
    , last_good_(std::move(name), "file", settings_, std::move(clock))
{
    watch();
    (void)read();
}

// The folder may come later than this process, or be replaced: handle() tries again each second.
bool FileFeed::watch()
{
    if (watch_ >= 0) return false;
    watch_ = inotify_add_watch(inotify_.get(), folder_.c_str(), changes);
    return watch_ >= 0;
}

// true: something happened to our file, or so much that nobody knows.
bool FileFeed::drain()
{
    alignas(inotify_event) std::array<char, 16'384> buffer;
    bool ours = false;
    for (;;) {
        const ssize_t size = ::read(inotify_.get(), buffer.data(), buffer.size());
        if (size <= 0) return ours;
        for (std::size_t at = 0; at < static_cast<std::size_t>(size);) {
            const auto* event = reinterpret_cast<const inotify_event*>(buffer.data() + at);
            at += sizeof(inotify_event) + event->len;
            if ((event->mask & (IN_IGNORED | IN_DELETE_SELF | IN_MOVE_SELF)) != 0 && event->wd == watch_) {
                inotify_rm_watch(inotify_.get(), watch_);
                watch_ = -1;
            }
            ours |= event->len == 0 || file_name_ == event->name;
        }
    }
}

bool FileFeed::handle()
{
    const bool touched = drain();
    const bool watched_anew = watch();
    bool changed = (touched || watched_anew) && read();
    if (last_good_.wants_second_reading()) changed |= read_believing();
    if (last_good_.expire()) {
        text_.clear();
        changed = true;
    }
    return changed;
}

bool FileFeed::confirm()
{
    return read_believing();
}

bool FileFeed::read_believing()
{
    last_good_.believe_next();
    return read();
}

bool FileFeed::read()
{
    auto text = config::read_text_file(settings_.file);
    if (!text) return last_good_.lose(text.error().text()), false;
    if (last_good_.services() && *text == text_) return last_good_.unchanged(), false;
    auto file = config::load_registry_text(*text, settings_.file);
    if (!file) return last_good_.lose(first_of(file.error())), false;
    const bool changed = last_good_.offer({std::move(file->services), 0, "", false});
    if (!last_good_.holds_back()) text_ = std::move(*text);
    return changed;
}

} // namespace sluice::control::registry
