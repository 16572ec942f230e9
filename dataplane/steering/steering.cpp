#include "dataplane/steering/steering.hpp"

#include <net/if.h>

#include <spdlog/spdlog.h>

namespace sluice::steering {
namespace {

Result<Maps> prepare(const SharedPort& port, const Attachment& attachment)
{
    auto maps = Maps::of_program(attachment.program());
    if (!maps) return maps;
    if (const auto set = maps->set(Endpoints{}, port.mac); !set) return tl::unexpected(set.error());
    for (const std::uint16_t id : port.vlans)
        if (const auto added = maps->add_vlan(id); !added) return tl::unexpected(added.error());
    return maps;
}

} // namespace

Result<std::unique_ptr<Steering>> Steering::start(const std::vector<SharedPort>& ports)
{
    std::set<std::uint32_t> numbers;
    for (const SharedPort& port : ports)
        numbers.insert(port.id);
    std::unique_ptr<Steering> steering(new Steering(std::move(numbers)));
    for (const SharedPort& port : ports) {
        auto attachment = take_attachment(::if_nametoindex(port.kernel_interface.c_str()));
        if (!attachment)
            return fail("ports." + port.name, "the driver did not attach the program to " + port.kernel_interface +
                                                  " by this process's bpf_xdp_attach(); is DPDK linked statically?");
        auto maps = prepare(port, *attachment);
        if (!maps) return fail("ports." + port.name, maps.error().text());
        spdlog::info("event=steering port={} interface={} mode={}", port.name, port.kernel_interface,
                     attachment->is_native() ? "native" : "generic");
        steering->places_.emplace(port.id, Place{port, std::move(*attachment), std::move(*maps), {}, {}});
    }
    return steering;
}

void Steering::follow(const api::Transaction& transaction)
{
    if (places_.empty()) return;
    const Change change = wanted_.follow(transaction);
    for (auto& [number, place] : places_)
        bring(place, change);
}

void Steering::bring(Place& place, const Change& change)
{
    const auto note = [&](const Result<void>& done) {
        if (done) return true;
        if (done.error().what != place.why)
            spdlog::error("event=steering_refused port={} reason=\"{}\"", place.port.name, done.error().text());
        place.why = done.error().what;
        return false;
    };
    if (change.endpoints) (void)note(place.maps.set(*change.endpoints, place.port.mac));
    for (const auto& [prefix, owner] : change.prefixes) {
        const bool taken = note(owner ? place.maps.set(prefix, *owner) : place.maps.remove(prefix));
        if (taken)
            place.refused.erase(prefix);
        else
            place.refused.insert(prefix);
    }
}

std::optional<Steering::View> Steering::look_at(std::uint32_t port) const
{
    const auto found = places_.find(port);
    if (found == places_.end()) return std::nullopt;
    return View{found->second.maps.counts(), found->second.attachment.is_native()};
}

std::vector<std::string> Steering::warnings() const
{
    std::vector<std::string> sentences;
    for (const auto& [number, place] : places_)
        if (!place.refused.empty())
            sentences.push_back("ports." + place.port.name + ": " + std::to_string(place.refused.size()) +
                                " prefixes could not be steered (" + place.why +
                                "), and their frames go where they went before");
    return sentences;
}

} // namespace sluice::steering
