#include "tests/support/decode.hpp"

#include <algorithm>
#include <stdexcept>

#include "tests/support/decoder.hpp"

namespace sluice::test {

std::size_t Decoded::count(std::string_view name) const
{
    return static_cast<std::size_t>(
        std::count_if(layers.begin(), layers.end(), [&](const DecodedLayer& layer) { return layer.name == name; }));
}

const DecodedLayer& Decoded::layer(std::string_view name, int nth) const
{
    const int wanted = nth == innermost ? static_cast<int>(count(name)) - 1 : nth;
    int seen = 0;
    for (const DecodedLayer& layer : layers) {
        if (layer.name == name && seen++ == wanted) return layer;
    }
    throw std::out_of_range("no " + std::string(name) + " in: " + describe());
}

const DecodedField& Decoded::field(std::string_view path, int nth) const
{
    const std::size_t dot = path.find('.');
    if (dot == std::string_view::npos) throw std::out_of_range("not LAYER.FIELD: " + std::string(path));
    for (const DecodedField& field : layer(path.substr(0, dot), nth).fields) {
        if (field.name == path.substr(dot + 1)) return field;
    }
    throw std::out_of_range("no " + std::string(path) + " in: " + describe());
}

std::uint64_t Decoded::number(std::string_view path, int nth) const
{
    return field(path, nth).number;
}
std::string Decoded::text(std::string_view path, int nth) const
{
    return field(path, nth).text;
}

std::string Decoded::describe() const
{
    std::string line;
    for (const DecodedLayer& layer : layers) {
        line += layer.name;
        for (const DecodedField& field : layer.fields)
            line += " " + field.name + "=" + field.text;
        line += " | ";
    }
    if (!embedded.empty()) line += "about { " + decode_embedded(embedded).describe() + " } | ";
    line += std::to_string(payload.size()) + " bytes";
    if (!padding.empty()) line += " + " + std::to_string(padding.size()) + " padding";
    for (const std::string& fault : faults)
        line += " [" + fault + "]";
    return line;
}

Decoded decode(ByteSpan frame)
{
    Decoder decoder(frame, false);
    decoder.ethernet();
    return decoder.finish();
}

Decoded decode_ip(ByteSpan packet)
{
    Decoder decoder(packet, false);
    decoder.ip();
    return decoder.finish();
}

Decoded decode_embedded(ByteSpan packet)
{
    Decoder decoder(packet, true);
    decoder.ip();
    return decoder.finish();
}

std::string describe(ByteSpan frame)
{
    return decode(frame).describe();
}

} // namespace sluice::test
