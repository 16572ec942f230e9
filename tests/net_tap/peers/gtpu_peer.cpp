// A GTP-U peer as a base station is one: packets that its kernel routes into a TUN device leave as G-PDUs (3GPP
// TS 29.281 section 5.1), G-PDUs that arrive with a known TEID come out of the TUN device. Written from the
// specification alone: it shares no header with the dataplane, so that an error there cannot be repeated here and go
// unseen. The kernel in front of the TUN device answers what is too big; the kernel's UDP does the outer checksums and
// reassembly.
#include <arpa/inet.h>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <map>
#include <poll.h>
#include <string>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>
#include <vector>

namespace {

constexpr std::uint16_t gtpu_port = 2152;
constexpr std::uint8_t version_1_gtp = 0x30; // version 1, protocol type GTP
constexpr std::uint8_t has_optional = 0x07;  // E, S or PN: four more octets follow
constexpr std::uint8_t has_extension = 0x04;
constexpr std::uint8_t echo_request = 1, echo_response = 2, error_indication = 26, end_marker = 254, g_pdu = 255;
constexpr std::size_t header_length = 8;

struct Session {
    in_addr ue{};
    std::uint32_t uplink = 0;   // TEID we write: the gateway's
    std::uint32_t downlink = 0; // TEID we accept: ours
};

struct Counts {
    std::uint64_t uplink = 0, downlink = 0, echo_requests = 0, echo_responses = 0, error_indications = 0,
                  end_markers = 0;
    std::uint64_t no_session = 0, malformed = 0, send_failed = 0;
    std::map<std::uint32_t, std::uint64_t> unknown_teid;
};

volatile std::sig_atomic_t stopped = 0;

[[noreturn]] void die(const std::string& what)
{
    std::perror(what.c_str());
    std::exit(1);
}

int open_tun(const std::string& name)
{
    const int fd = open("/dev/net/tun", O_RDWR | O_CLOEXEC);
    ifreq request{};
    request.ifr_flags = IFF_TUN | IFF_NO_PI;
    std::strncpy(request.ifr_name, name.c_str(), IFNAMSIZ - 1);
    if (fd < 0 || ioctl(fd, TUNSETIFF, &request) != 0) die("TUN device " + name);
    return fd;
}

int open_udp(const sockaddr_in& local)
{
    const int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    const int bytes = 8 << 20;
    setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof(bytes));
    setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &bytes, sizeof(bytes));
    if (fd < 0 || bind(fd, reinterpret_cast<const sockaddr*>(&local), sizeof(local)) != 0) die("UDP port 2152");
    return fd;
}

sockaddr_in endpoint(const char* address)
{
    sockaddr_in result{};
    result.sin_family = AF_INET;
    result.sin_port = htons(gtpu_port);
    if (inet_pton(AF_INET, address, &result.sin_addr) != 1) die(std::string("address ") + address);
    return result;
}

// "100.64.0.7,0x1001,0x2001": the phone, the TEID towards the gateway, the TEID towards us.
Session parse_session(const std::string& text)
{
    Session session;
    char address[32];
    if (std::sscanf(text.c_str(), "%31[^,],%i,%i", address, reinterpret_cast<int*>(&session.uplink),
                    reinterpret_cast<int*>(&session.downlink)) != 3 ||
        inet_pton(AF_INET, address, &session.ue) != 1)
        die("session " + text);
    return session;
}

class Peer {
public:
    Peer(int tun, int udp, sockaddr_in gateway, std::vector<Session> sessions)
        : tun_(tun)
        , udp_(udp)
        , gateway_(gateway)
        , sessions_(std::move(sessions))
    {
    }

    // TUN → GTP-U. Room for the header is kept in front, so that nothing is copied.
    void uplink()
    {
        std::uint8_t* inner = buffer_ + header_length;
        const ssize_t length = read(tun_, inner, sizeof(buffer_) - header_length);
        if (length < 20 || (inner[0] >> 4) != 4) return; // the kernel's own IPv6 chatter
        for (const Session& session : sessions_) {
            if (std::memcmp(inner + 12, &session.ue, 4) != 0) continue;
            write_header(g_pdu, static_cast<std::uint16_t>(length), session.uplink);
            send(header_length + static_cast<std::size_t>(length), gateway_) ? ++counts_.uplink : ++counts_.send_failed;
            return;
        }
        ++counts_.no_session;
    }

    // GTP-U → TUN, and the path messages of section 7.2.
    void downlink()
    {
        sockaddr_in from{};
        socklen_t from_length = sizeof(from);
        const ssize_t received =
            recvfrom(udp_, buffer_, sizeof(buffer_), 0, reinterpret_cast<sockaddr*>(&from), &from_length);
        if (received < 0) return;
        const auto length = static_cast<std::size_t>(received);
        if (length < header_length || (buffer_[0] & 0xf0) != version_1_gtp) return void(++counts_.malformed);
        if (read_16(2) != length - header_length) return void(++counts_.malformed);
        switch (buffer_[1]) {
        case g_pdu:
            return deliver(length);
        case echo_request:
            return answer_echo(from);
        case echo_response:
            return void(++counts_.echo_responses);
        case error_indication:
            return void(++counts_.error_indications);
        case end_marker:
            return void(++counts_.end_markers);
        default:
            ++counts_.malformed;
        }
    }

    void print() const
    {
        std::printf("{\"uplink\": %lu, \"downlink\": %lu, \"echo_requests\": %lu, \"echo_responses\": %lu, "
                    "\"error_indications\": %lu, \"end_markers\": %lu, \"no_session\": %lu, \"malformed\": %lu, "
                    "\"send_failed\": %lu, \"unknown_teid\": {",
                    counts_.uplink, counts_.downlink, counts_.echo_requests, counts_.echo_responses,
                    counts_.error_indications, counts_.end_markers, counts_.no_session, counts_.malformed,
                    counts_.send_failed);
        const char* comma = "";
        for (const auto& [teid, packets] : counts_.unknown_teid) {
            std::printf("%s\"0x%x\": %lu", comma, teid, packets);
            comma = ", ";
        }
        std::printf("}}\n");
        std::fflush(stdout);
    }

private:
    std::uint16_t read_16(std::size_t at) const
    {
        return static_cast<std::uint16_t>(buffer_[at] << 8 | buffer_[at + 1]);
    }

    std::uint32_t teid() const { return static_cast<std::uint32_t>(read_16(4)) << 16 | read_16(6); }

    void write_header(std::uint8_t type, std::uint16_t length, std::uint32_t teid)
    {
        const std::uint8_t header[header_length] = {version_1_gtp,
                                                    type,
                                                    static_cast<std::uint8_t>(length >> 8),
                                                    static_cast<std::uint8_t>(length),
                                                    static_cast<std::uint8_t>(teid >> 24),
                                                    static_cast<std::uint8_t>(teid >> 16),
                                                    static_cast<std::uint8_t>(teid >> 8),
                                                    static_cast<std::uint8_t>(teid)};
        std::memcpy(buffer_, header, header_length);
    }

    bool send(std::size_t length, const sockaddr_in& to) const
    {
        return sendto(udp_, buffer_, length, 0, reinterpret_cast<const sockaddr*>(&to), sizeof(to)) ==
               static_cast<ssize_t>(length);
    }

    // Where the inner packet begins, behind sequence number and extension headers; 0 when they do not fit.
    std::size_t payload_offset(std::size_t length) const
    {
        if ((buffer_[0] & has_optional) == 0) return header_length;
        std::size_t at = header_length + 4;
        if (at > length) return 0;
        std::uint8_t next = (buffer_[0] & has_extension) != 0 ? buffer_[at - 1] : 0;
        while (next != 0) {
            if (at >= length || buffer_[at] == 0) return 0;
            at += buffer_[at] * 4u; // section 5.2.1: length in units of four octets
            if (at > length) return 0;
            next = buffer_[at - 1];
        }
        return at;
    }

    void deliver(std::size_t length)
    {
        const std::size_t at = payload_offset(length);
        if (at == 0 || at == length) return void(++counts_.malformed);
        for (const Session& session : sessions_) {
            if (session.downlink != teid()) continue;
            if (write(tun_, buffer_ + at, length - at) > 0) ++counts_.downlink;
            return;
        }
        ++counts_.unknown_teid[teid()];
    }

    // Section 7.2.2: the response repeats the sequence number and carries a Recovery element (type 14), value 0.
    void answer_echo(const sockaddr_in& from)
    {
        ++counts_.echo_requests;
        const std::uint8_t high = buffer_[8], low = buffer_[9];
        write_header(echo_response, 6, 0);
        buffer_[0] |= 0x02;
        const std::uint8_t rest[6] = {high, low, 0, 0, 14, 0};
        std::memcpy(buffer_ + header_length, rest, sizeof(rest));
        if (!send(header_length + sizeof(rest), from)) ++counts_.send_failed;
    }

    int tun_;
    int udp_;
    sockaddr_in gateway_;
    std::vector<Session> sessions_;
    Counts counts_;
    std::uint8_t buffer_[65'536]{};
};

} // namespace

// gtpu_peer TUN OUR-ADDRESS GATEWAY-ADDRESS UE,UPLINK-TEID,DOWNLINK-TEID...   prints its counts as JSON on SIGUSR1 and
// at the end
int main(int count, char** values)
{
    if (count < 5) {
        std::fprintf(stderr, "usage: gtpu_peer TUN OUR-ADDRESS GATEWAY-ADDRESS UE,UPLINK-TEID,DOWNLINK-TEID...\n");
        return 2;
    }
    std::vector<Session> sessions;
    for (int i = 4; i < count; ++i)
        sessions.push_back(parse_session(values[i]));
    const int tun = open_tun(values[1]);
    const int udp = open_udp(endpoint(values[2]));
    Peer peer{tun, udp, endpoint(values[3]), std::move(sessions)};

    struct sigaction action {};
    action.sa_handler = [](int signal) { stopped = signal; };
    for (const int signal : {SIGTERM, SIGINT, SIGUSR1})
        sigaction(signal, &action, nullptr);
    pollfd ready[2] = {{tun, POLLIN, 0}, {udp, POLLIN, 0}};
    for (;;) {
        if (poll(ready, 2, 200) > 0) {
            if ((ready[0].revents & POLLIN) != 0) peer.uplink();
            if ((ready[1].revents & POLLIN) != 0) peer.downlink();
        }
        if (stopped == 0) continue;
        peer.print();
        if (stopped != SIGUSR1) return 0;
        stopped = 0;
    }
}
