// Reflection over descriptors. The only knowledge of sluice.proto is which bytes are a packet's.
#include "tools/sluicectl/json.hpp"

#include "dataplane/api/sluice.pb.h"
#include "tools/sluicectl/wording.hpp"

namespace sluice::ctl {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

Json bytes_json(const FieldDescriptor& field, const std::string& bytes)
{
    if (field.containing_type() == api::LastDrop::descriptor()) return bytes_hexadecimal(bytes);
    if (bytes.empty()) return nullptr;
    return bytes.size() == 6 ? mac(bytes) : address(bytes);
}

Json string_json(const FieldDescriptor& field, const std::string& text)
{
    return field.type() == FieldDescriptor::TYPE_BYTES ? bytes_json(field, text) : Json(text);
}

Json message_json(const Message& message)
{
    if (message.GetDescriptor() == api::Address::descriptor()) return prefix(static_cast<const api::Address&>(message));
    return to_json(message);
}

Json single(const Message& message, const FieldDescriptor* field)
{
    const Reflection& reflection = *message.GetReflection();
    switch (field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32:
        return reflection.GetInt32(message, field);
    case FieldDescriptor::CPPTYPE_INT64:
        return reflection.GetInt64(message, field);
    case FieldDescriptor::CPPTYPE_UINT32:
        return reflection.GetUInt32(message, field);
    case FieldDescriptor::CPPTYPE_UINT64:
        return reflection.GetUInt64(message, field);
    case FieldDescriptor::CPPTYPE_DOUBLE:
        return reflection.GetDouble(message, field);
    case FieldDescriptor::CPPTYPE_FLOAT:
        return reflection.GetFloat(message, field);
    case FieldDescriptor::CPPTYPE_BOOL:
        return reflection.GetBool(message, field);
    case FieldDescriptor::CPPTYPE_ENUM:
        return reflection.GetEnum(message, field)->name();
    case FieldDescriptor::CPPTYPE_STRING:
        return string_json(*field, reflection.GetString(message, field));
    case FieldDescriptor::CPPTYPE_MESSAGE:
        return message_json(reflection.GetMessage(message, field));
    }
    return nullptr;
}

Json element(const Message& message, const FieldDescriptor* field, int index)
{
    const Reflection& reflection = *message.GetReflection();
    switch (field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32:
        return reflection.GetRepeatedInt32(message, field, index);
    case FieldDescriptor::CPPTYPE_INT64:
        return reflection.GetRepeatedInt64(message, field, index);
    case FieldDescriptor::CPPTYPE_UINT32:
        return reflection.GetRepeatedUInt32(message, field, index);
    case FieldDescriptor::CPPTYPE_UINT64:
        return reflection.GetRepeatedUInt64(message, field, index);
    case FieldDescriptor::CPPTYPE_DOUBLE:
        return reflection.GetRepeatedDouble(message, field, index);
    case FieldDescriptor::CPPTYPE_FLOAT:
        return reflection.GetRepeatedFloat(message, field, index);
    case FieldDescriptor::CPPTYPE_BOOL:
        return reflection.GetRepeatedBool(message, field, index);
    case FieldDescriptor::CPPTYPE_ENUM:
        return reflection.GetRepeatedEnum(message, field, index)->name();
    case FieldDescriptor::CPPTYPE_STRING:
        return string_json(*field, reflection.GetRepeatedString(message, field, index));
    case FieldDescriptor::CPPTYPE_MESSAGE:
        return message_json(reflection.GetRepeatedMessage(message, field, index));
    }
    return nullptr;
}

} // namespace

Json to_json(const Message& message)
{
    const Reflection& reflection = *message.GetReflection();
    Json json = Json::object();
    for (int i = 0; i < message.GetDescriptor()->field_count(); ++i) {
        const FieldDescriptor* field = message.GetDescriptor()->field(i);
        if (field->is_repeated()) {
            Json& list = json[field->name()] = Json::array();
            const int size = reflection.FieldSize(message, field);
            for (int at = 0; at < size; ++at)
                list.push_back(element(message, field, at));
        } else if (!field->has_presence() || reflection.HasField(message, field)) {
            json[field->name()] = single(message, field);
        }
    }
    return json;
}

std::string written(const Json& json, const Invocation& invocation)
{
    constexpr int indent = 2;
    constexpr int one_line = -1;
    // A name that is not UTF-8 is shown with the replacement character instead of ending the program.
    return json.dump(invocation.watch() ? one_line : indent, ' ', false, Json::error_handler_t::replace) + '\n';
}

} // namespace sluice::ctl
