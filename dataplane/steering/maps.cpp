#include "dataplane/steering/maps.hpp"

#include <algorithm>
#include <bit>
#include <cerrno>
#include <cstring>
#include <numeric>
#include <string_view>
#include <vector>

#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>

namespace sluice::steering {
namespace {

Result<void> judge(int error, const std::string& what)
{
    if (error == 0) return {};
    return fail("steering", what + ": " + std::strerror(error < 0 ? -error : errno));
}

steering_key4 key_of(Ipv4Address address, unsigned length)
{
    steering_key4 key{length, {}};
    const std::uint32_t raw = htonl(address.value);
    std::memcpy(key.address, &raw, sizeof raw);
    return key;
}

steering_key6 key_of(const Ipv6Address& address, unsigned length)
{
    steering_key6 key{length, {}};
    std::copy(address.bytes.begin(), address.bytes.end(), key.address);
    return key;
}

steering_endpoint raw(const std::optional<Endpoint>& end)
{
    steering_endpoint raw{};
    if (!end) return raw;
    const std::string bytes = end->address.packed();
    std::copy(bytes.begin(), bytes.end(), raw.address);
    raw.family = end->address.is_v4() ? 4 : 6;
    raw.port = htons(end->port);
    return raw;
}

std::vector<std::uint32_t> map_numbers(int program)
{
    std::vector<std::uint32_t> numbers(16);
    bpf_prog_info info{};
    info.nr_map_ids = static_cast<std::uint32_t>(numbers.size());
    info.map_ids = std::bit_cast<std::uintptr_t>(numbers.data());
    std::uint32_t size = sizeof info;
    const int error = bpf_obj_get_info_by_fd(program, &info, &size);
    numbers.resize(error == 0 ? std::min<std::size_t>(info.nr_map_ids, numbers.size()) : 0);
    return numbers;
}

} // namespace

api::Descriptor* Maps::named(const char* name)
{
    const std::string_view known(name);
    if (known == "xsks_map") return &sockets_;
    if (known == "gateway4") return &gateway4_;
    if (known == "gateway6") return &gateway6_;
    if (known == "settings") return &settings_;
    if (known == "vlans") return &vlans_;
    return known == "verdicts" ? &verdicts_ : nullptr;
}

Result<Maps> Maps::of_program(int program)
{
    Maps maps;
    for (const std::uint32_t number : map_numbers(program)) {
        api::Descriptor map(bpf_map_get_fd_by_id(number));
        bpf_map_info info{};
        std::uint32_t size = sizeof info;
        if (!map || bpf_obj_get_info_by_fd(map.get(), &info, &size) != 0)
            return fail("steering", std::string("a map of the program cannot be opened: ") + std::strerror(errno));
        if (api::Descriptor* place = maps.named(info.name)) *place = std::move(map);
    }
    if (maps.sockets_ && maps.gateway4_ && maps.gateway6_ && maps.settings_ && maps.vlans_ && maps.verdicts_)
        return maps;
    return fail("steering", "the program on the interface is not ours: it has other maps");
}

Result<void> Maps::set(const Prefix& prefix, Owner owner)
{
    const std::uint8_t value = owner == Owner::gateway ? STEERING_OF_GATEWAY : STEERING_OF_KERNEL;
    const auto put = [&](const api::Descriptor& map, const auto& key) {
        return judge(bpf_map_update_elem(map.get(), &key, &value, BPF_ANY), prefix.text());
    };
    return prefix.address.is_v4() ? put(gateway4_, key_of(prefix.address.v4(), prefix.length))
                                  : put(gateway6_, key_of(prefix.address.v6(), prefix.length));
}

Result<void> Maps::remove(const Prefix& prefix)
{
    const auto take = [&](const api::Descriptor& map, const auto& key) -> Result<void> {
        const int error = bpf_map_delete_elem(map.get(), &key);
        return error != 0 && errno == ENOENT ? Result<void>{} : judge(error, prefix.text());
    };
    return prefix.address.is_v4() ? take(gateway4_, key_of(prefix.address.v4(), prefix.length))
                                  : take(gateway6_, key_of(prefix.address.v6(), prefix.length));
}

Result<void> Maps::set(const Endpoints& endpoints, const MacAddress& mac)
{
    const std::uint32_t only = 0;
    steering_settings settings{};
    settings.endpoints[0] = raw(endpoints.vxlan);
    settings.endpoints[1] = raw(endpoints.gtpu);
    std::copy(mac.bytes.begin(), mac.bytes.end(), settings.mac);
    return judge(bpf_map_update_elem(settings_.get(), &only, &settings, BPF_ANY), "tunnel endpoints");
}

Result<void> Maps::add_vlan(std::uint16_t id)
{
    const std::uint32_t index = id;
    const std::uint8_t ours = 1;
    return judge(bpf_map_update_elem(vlans_.get(), &index, &ours, BPF_ANY), "VLAN " + std::to_string(id));
}

Result<void> Maps::set_socket(std::uint32_t queue, int socket)
{
    return judge(bpf_map_update_elem(sockets_.get(), &queue, &socket, BPF_ANY), "queue " + std::to_string(queue));
}

Counts Maps::counts() const
{
    Counts sums{};
    static const int processors = libbpf_num_possible_cpus();
    std::vector<std::uint64_t> each(processors > 0 ? static_cast<std::size_t>(processors) : 0);
    for (std::uint32_t verdict = 0; !each.empty() && verdict < STEERING_VERDICTS; ++verdict)
        if (bpf_map_lookup_elem(verdicts_.get(), &verdict, each.data()) == 0)
            sums[verdict] = std::accumulate(each.begin(), each.end(), std::uint64_t{0});
    return sums;
}

} // namespace sluice::steering
