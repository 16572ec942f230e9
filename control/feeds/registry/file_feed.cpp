// Watching and reading the file. Every event leads to the same thing: read the whole file again and judge it.
#include "control/feeds/registry/file_feed.hpp"

#include <array>
#include <filesystem>

#include <spdlog/spdlog.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "config/registry_file.hpp"
#include "config/tree.hpp"
#include "control/feeds/registry/sudden_loss.hpp"

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

FileFeed::FileFeed(std::string name, config::Registry settings, Clock clock)
    : settings_(std::move(settings))
    , clock_(std::move(clock))
    , folder_(std::filesystem::path(settings_.file).parent_path())
    , file_name_(std::filesystem::path(settings_.file).filename())
    , inotify_(inotify_init1(IN_NONBLOCK | IN_CLOEXEC))
{
    status_.name = std::move(name);
    status_.kind = "file";
    status_.since = clock_();
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
    const bool changed = (touched || watched_anew) && read();
    return expire() || changed;
}

bool FileFeed::confirm()
{
    loss_confirmed_ = true;
    const bool changed = read();
    loss_confirmed_ = false;
    return changed;
}

bool FileFeed::read()
{
    const TimePoint noticed = clock_();
    held_back_ = false;
    auto text = config::read_text_file(settings_.file);
    if (!text) return lose(text.error().text());
    if (services_ && *text == text_) {
        enter(FeedState::synchronised, "");
        return false;
    }
    auto file = config::load_registry_text(*text, settings_.file);
    if (!file) return lose(first_of(file.error()));
    const std::uint64_t before = services_ ? endpoints(*services_) : 0;
    const std::uint64_t after = endpoints(file->services);
    held_back_ = !loss_confirmed_ && is_sudden_loss(before, after);
    if (held_back_)
        return lose("only " + std::to_string(after) + " of " + std::to_string(before) +
                    " endpoints are left; held back until 'sluicectl apply' or SIGHUP confirms it");
    return accept(std::move(file->services), std::move(*text), noticed);
}

bool FileFeed::accept(Services services, std::string text, TimePoint noticed)
{
    services_ = std::move(services);
    text_ = std::move(text);
    status_.entries = endpoints(*services_);
    status_.noticed = noticed;
    status_.since = clock_();
    enter(FeedState::synchronised, "");
    return true;
}

bool FileFeed::lose(const std::string& why)
{
    if (held_back_)
        unreadable_since_.reset();
    else if (!unreadable_since_)
        unreadable_since_ = clock_();
    enter(services_ ? FeedState::stale : FeedState::error, why);
    return false;
}

// keep-when-lost has passed: what the source said last counts no more. A loss that is held back waits for its operator.
bool FileFeed::expire()
{
    if (!unreadable_since_ || !settings_.keep_when_lost || !services_ || services_->empty()) return false;
    if (clock_() - *unreadable_since_ < *settings_.keep_when_lost) return false;
    spdlog::warn("event=feed_expired feed={} endpoints={}", status_.name, status_.entries);
    services_->clear();
    text_.clear();
    status_.entries = 0;
    status_.noticed = clock_();
    return true;
}

void FileFeed::enter(FeedState state, const std::string& error)
{
    if (state == FeedState::synchronised) unreadable_since_.reset();
    if (status_.state != state) status_.since = clock_();
    if (status_.state != state || status_.error != error)
        spdlog::log(error.empty() ? spdlog::level::info : spdlog::level::warn,
                    "event=feed feed={} state={} error=\"{}\"", status_.name, text(state), error);
    status_.state = state;
    status_.error = error;
}

} // namespace sluice::control::registry
