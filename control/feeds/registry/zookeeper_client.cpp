// One server at a time: given several, the library of 3.8 steps over every second one and tries in a tight loop when
// these refuse (ZOOKEEPER-2466). So the names are looked up here, and each session has one address; the feed asks for
// another session when it is not connected soon, and that takes the next address.
//
// libzookeeper-mt calls us back in a thread of its own; all that happens there is that an event is put into a queue and
// the loop is woken. Opening (names are looked up) and closing (threads are joined) may block, so both are the place's.
#include "control/feeds/registry/zookeeper_client.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <mutex>
#include <random>
#include <utility>

#include <netdb.h>
#include <spdlog/spdlog.h>
#include <sys/eventfd.h>
#include <unistd.h>
#include <zookeeper/zookeeper.h>

#include "config/scalars.hpp"
#include "dataplane/api/descriptor.hpp"

namespace sluice::control::registry {
namespace {

using Event = ZookeeperEvent;

// Numeric, with port, without brackets: what the library understands. Names that cannot be looked up are left out.
std::vector<std::string> look_up(const std::vector<config::HostPort>& servers)
{
    std::vector<std::string> addresses;
    for (const config::HostPort& server : servers) {
        addrinfo hints{};
        hints.ai_socktype = SOCK_STREAM;
        addrinfo* found = nullptr;
        if (getaddrinfo(server.host.c_str(), nullptr, &hints, &found) != 0) continue;
        const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> owner(found, &freeaddrinfo);
        for (const addrinfo* each = found; each != nullptr; each = each->ai_next) {
            std::array<char, NI_MAXHOST> text{};
            if (getnameinfo(each->ai_addr, each->ai_addrlen, text.data(), text.size(), nullptr, 0, NI_NUMERICHOST) == 0)
                addresses.push_back(text.data() + (":" + std::to_string(server.port)));
        }
    }
    return addresses;
}

class Queue {
public:
    [[nodiscard]] int descriptor() const { return filled_.get(); }

    void put(Event event)
    {
        {
            const std::lock_guard lock(mutex_);
            events_.push_back(std::move(event));
        }
        const std::uint64_t one = 1;
        (void)!::write(filled_.get(), &one, sizeof one); // can only fail when it is raised already
    }

    [[nodiscard]] std::vector<Event> take()
    {
        std::uint64_t count = 0;
        (void)!::read(filled_.get(), &count, sizeof count);
        const std::lock_guard lock(mutex_);
        return std::exchange(events_, {});
    }

private:
    api::Descriptor filled_{eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)};
    std::mutex mutex_;
    std::vector<Event> events_;
};

// One session: opened once, closed once, both in the place. Its queue dies with it, so that what an old session still
// says is never heard.
class Session : public std::enable_shared_from_this<Session> {
public:
    explicit Session(std::shared_ptr<Queue> queue)
        : queue_(std::move(queue))
    {
    }

    // `turn`: which of the addresses.
    void open(const std::vector<config::HostPort>& servers, std::size_t turn, int timeout_ms)
    {
        const std::vector<std::string> addresses = look_up(servers);
        if (addresses.empty()) {
            queue_->put({Event::Kind::expired, "", {}, {}, "no name server knows an address"});
            return;
        }
        const std::string& address = addresses[turn % addresses.size()];
        // Under the mutex: who hears of the connection before this returns, asks when it has.
        const std::lock_guard lock(mutex_);
        zoo_set_debug_level(ZOO_LOG_LEVEL_ERROR);
        handle_ = zookeeper_init2(address.c_str(), &Session::on_watch, timeout_ms, nullptr, this, 0, &Session::on_log);
        if (handle_ == nullptr) queue_->put({Event::Kind::expired, "", {}, {}, address + ": " + std::strerror(errno)});
    }

    // No callback runs after this.
    void close()
    {
        zhandle_t* handle = nullptr;
        {
            const std::lock_guard lock(mutex_);
            handle = std::exchange(handle_, nullptr);
        }
        if (handle != nullptr) zookeeper_close(handle);
    }

    // Answers come by on_children and on_exists; if the question could not be put, at once.
    void list(const std::string& path) { ask(Event::Kind::children, path); }
    void await(const std::string& path) { ask(Event::Kind::exists, path); }

private:
    struct Question {
        std::shared_ptr<Queue> queue;
        std::string path;
    };

    void ask(Event::Kind kind, const std::string& path)
    {
        auto question = std::make_unique<Question>(Question{queue_, path});
        const std::lock_guard lock(mutex_);
        if (handle_ == nullptr) return; // when there is a session, all is asked again
        const int put = kind == Event::Kind::children
                            ? zoo_aget_children(handle_, path.c_str(), 1, &Session::on_children, question.get())
                            : zoo_aexists(handle_, path.c_str(), 1, &Session::on_exists, question.get());
        if (put == ZOK)
            (void)question.release(); // the callback's now: it is called once, when the session closes at the latest
        else
            queue_->put({kind, path, Event::Answer::failed, {}, zerror(put)});
    }

    static Event answer(Event::Kind kind, const Question& question, int code)
    {
        const Event::Answer answer = code == ZOK       ? Event::Answer::fine
                                     : code == ZNONODE ? Event::Answer::no_node
                                                       : Event::Answer::failed;
        return {kind, question.path, answer, {}, code == ZOK ? "" : zerror(code)};
    }

    static void on_children(int code, const String_vector* names, const void* data)
    {
        const std::unique_ptr<const Question> question(static_cast<const Question*>(data));
        Event event = answer(Event::Kind::children, *question, code);
        if (code == ZOK && names != nullptr) event.names.assign(names->data, names->data + names->count);
        question->queue->put(std::move(event));
    }

    static void on_exists(int code, const Stat*, const void* data)
    {
        const std::unique_ptr<const Question> question(static_cast<const Question*>(data));
        question->queue->put(answer(Event::Kind::exists, *question, code));
    }

    static void on_watch(zhandle_t*, int type, int state, const char* path, void* context)
    {
        Queue& queue = *static_cast<Session*>(context)->queue_;
        if (type != ZOO_SESSION_EVENT) {
            if (type != ZOO_NOTWATCHING_EVENT)
                queue.put({Event::Kind::changed, path == nullptr ? "" : path, {}, {}, ""});
        } else if (state == ZOO_CONNECTED_STATE || state == ZOO_READONLY_STATE) {
            queue.put({Event::Kind::connected, "", {}, {}, ""});
        } else if (state == ZOO_EXPIRED_SESSION_STATE) {
            queue.put({Event::Kind::expired, "", {}, {}, "the session is over"});
        } else if (state == ZOO_AUTH_FAILED_STATE) {
            queue.put({Event::Kind::expired, "", {}, {}, "the server refused us"});
        } else {
            queue.put({Event::Kind::lost, "", {}, {}, "no server answers"});
        }
    }

    static void on_log(const char* message) { spdlog::debug("event=zookeeper_client message=\"{}\"", message); }

    std::shared_ptr<Queue> queue_;
    std::mutex mutex_;
    zhandle_t* handle_ = nullptr; // under the mutex
};

class LibraryClient final : public ZookeeperClient {
public:
    LibraryClient(const config::Registry& settings, std::shared_ptr<Place> place)
        : timeout_ms_(static_cast<int>(settings.session_timeout.count()))
        , place_(std::move(place))
    {
        for (const std::string& server : settings.zookeeper)
            if (auto parsed = config::parse_host_port(server)) servers_.push_back(std::move(*parsed));
        open();
    }

    ~LibraryClient() override { close(); }

    [[nodiscard]] int descriptor() const override { return queue_->descriptor(); }
    [[nodiscard]] std::vector<Event> take() override { return queue_->take(); }
    void list(const std::string& path) override { session_->list(path); }
    void await(const std::string& path) override { session_->await(path); }

    void renew() override
    {
        close();
        open();
    }

private:
    void open()
    {
        queue_ = std::make_shared<Queue>();
        session_ = std::make_shared<Session>(queue_);
        place_->run([session = session_, servers = servers_, turn = turn_++, timeout = timeout_ms_] {
            session->open(servers, turn, timeout);
        });
    }

    void close()
    {
        place_->run([session = session_] { session->close(); });
    }

    std::vector<config::HostPort> servers_;
    std::size_t turn_ = std::random_device{}(); // nodes do not all begin with the same server
    int timeout_ms_;
    std::shared_ptr<Place> place_;
    std::shared_ptr<Queue> queue_;
    std::shared_ptr<Session> session_;
};

} // namespace

std::unique_ptr<ZookeeperClient> make_zookeeper_client(const config::Registry& settings, std::shared_ptr<Place> place)
{
    return std::make_unique<LibraryClient>(settings, std::move(place));
}

} // namespace sluice::control::registry
