#include "control/object_set.hpp"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>

namespace sluice::control {
namespace {

std::string serialise(const api::Object& object)
{
    std::string bytes;
    google::protobuf::io::StringOutputStream stream(&bytes);
    google::protobuf::io::CodedOutputStream coded(&stream);
    coded.SetSerializationDeterministic(true);
    object.SerializeToCodedStream(&coded);
    coded.Trim();
    return bytes;
}

} // namespace

api::Object key_only(const api::Object& object)
{
    using Object = api::Object;
    Object key;
    switch (object.kind_case()) {
    case Object::kInterface:
        key.mutable_interface()->set_id(object.interface().id());
        break;
    case Object::kNetwork:
        key.mutable_network()->set_id(object.network().id());
        break;
    case Object::kRoute:
        key.mutable_route()->set_network(object.route().network());
        *key.mutable_route()->mutable_prefix() = object.route().prefix();
        break;
    case Object::kNeighbor:
        key.mutable_neighbor()->set_interface(object.neighbor().interface());
        key.mutable_neighbor()->set_address(object.neighbor().address());
        break;
    case Object::kGtpuTunnel:
        key.mutable_gtpu_tunnel()->set_teid(object.gtpu_tunnel().teid());
        break;
    case Object::kPool:
        key.mutable_pool()->set_id(object.pool().id());
        break;
    case Object::kNatRule:
        key.mutable_nat_rule()->set_order(object.nat_rule().order());
        break;
    case Object::kEip:
        key.mutable_eip()->set_public_address(object.eip().public_address());
        break;
    case Object::kService:
        key.mutable_service()->set_id(object.service().id());
        break;
    case Object::kSettings:
        key.mutable_settings();
        break;
    case Object::KIND_NOT_SET:
        break;
    }
    return key;
}

bool same(const api::Object& left, const api::Object& right)
{
    return serialise(left) == serialise(right);
}

} // namespace sluice::control
