#include "crypto/protocol/public_key_object.h"

#include "crypto/digest.h"

namespace tahvil {

Bytes ephemeral_public_key_object(const asn1::Oid& protocol, const Group& group, ByteView public_key) {
    static constexpr auto kSecondTagByte = static_cast<asn1::Tag>(0x49);
    const asn1::Tag value_tag = asn1::context(group.is_curve() ? 6 : 4);
    Bytes object{0x7F};
    append(object,
           asn1::element(kSecondTagByte, {asn1::oid(protocol), asn1::element(value_tag, group.send(public_key))}));
    return object;
}

Bytes compress_public_key(const Group& group, ByteView public_key) {
    if (group.is_curve()) return to_bytes(public_key.subspan(1, field_size(group.curve())));
    return digest(DigestAlgorithm::sha1, group.send(public_key));
}

}  // namespace tahvil
