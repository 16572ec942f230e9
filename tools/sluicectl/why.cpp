// `why`: the question from three words, the answer as the way that the packet took.
#include "tools/sluicectl/end.hpp"
#include "tools/sluicectl/handlers.hpp"
#include "tools/sluicectl/json.hpp"
#include "tools/sluicectl/node.hpp"
#include "tools/sluicectl/wording.hpp"

namespace sluice::ctl {
namespace {

constexpr std::uint32_t icmp = 1, tcp = 6, udp = 17, icmp6 = 58;

tl::expected<std::uint32_t, Trouble> protocol_of(const std::string& word, const End& source, const End& destination)
{
    const std::uint32_t ping = source.address.is_v4() ? icmp : icmp6;
    if (word.empty()) return destination.has_port ? tcp : ping;
    const auto number = protocol_number(word);
    if (number && (*number == tcp || *number == udp || *number == ping)) return *number;
    return trouble(Exit::usage, "'" + word + "' cannot be asked about; write tcp, udp or " + protocol(ping));
}

tl::expected<std::uint32_t, Trouble> number(const Invocation& invocation, std::string_view option, std::uint32_t most)
{
    const auto value = invocation.number(option);
    if (!value) return tl::unexpected(value.error());
    if (value->value_or(0) > most)
        return trouble(Exit::usage, "--" + std::string(option) + ": at most " + std::to_string(most));
    return value->value_or(0);
}

tl::expected<api::Request, Trouble> made_up_packet(const Invocation& invocation)
{
    const std::string last = invocation.word(2);
    const std::size_t slash = last.find('/');
    const auto source = read_end(invocation.word(1));
    if (!source) return tl::unexpected(source.error());
    const auto destination = read_end(last.substr(0, slash));
    if (!destination) return tl::unexpected(destination.error());
    const auto protocol = protocol_of(slash == std::string::npos ? "" : last.substr(slash + 1), *source, *destination);
    if (!protocol) return tl::unexpected(protocol.error());
    const auto length = number(invocation, "length", 65'535);
    if (!length) return tl::unexpected(length.error());
    const auto ttl = number(invocation, "ttl", 255);
    if (!ttl) return tl::unexpected(ttl.error());

    api::Request request;
    api::Explain& packet = *request.mutable_explain();
    packet.set_network(invocation.word(0));
    packet.set_protocol(*protocol);
    packet.set_source(source->address.packed());
    packet.set_source_port(source->port);
    packet.set_destination(destination->address.packed());
    packet.set_destination_port(destination->port);
    packet.set_length(*length);
    packet.set_ttl(*ttl);
    packet.set_established(invocation.has("established"));
    packet.set_interface(invocation.text("interface"));
    return request;
}

std::string padded(const std::string& text, std::size_t width)
{
    return text + std::string(text.size() < width ? width - text.size() : 1, ' ');
}

std::string way(const api::Explanation& answer)
{
    constexpr std::size_t stage_width = 13;
    std::string text =
        "generation " + std::to_string(answer.generation()) + ", dry run: nothing sent, nothing created\n";
    text += " 1 " + padded("receive", stage_width) + "on " + answer.interface() + '\n';
    int count = 1;
    for (const api::Step& step : answer.steps()) {
        const std::string number = std::to_string(++count);
        text += (number.size() < 2 ? " " : "") + number + ' ';
        text += padded(step.stage(), stage_width) + (step.of_answer() ? "of the answer: " : "");
        text += joined(step.lines(), "\n" + std::string(3 + stage_width, ' ')) + '\n';
    }
    text += "verdict: " + answer.verdict() + '\n';
    if (!answer.has_reason()) return text;
    const api::Reason& reason = answer.reason();
    text += reason.stage() + " " + reason.name() + ": " + reason.meaning();
    return text + (reason.mend().empty() ? "" : " → " + reason.mend()) + '\n';
}

} // namespace

Outcome explain(const Invocation& invocation, Node& node)
{
    const auto request = made_up_packet(invocation);
    if (!request) return tl::unexpected(request.error());
    const auto answer = body_of<api::Explanation>(node.dataplane(*request));
    auto report = report_of(invocation, answer, way);
    if (report && answer->verdict().starts_with("dropped")) report->exit = Exit::finding;
    return report;
}

} // namespace sluice::ctl
