#include "crypto/key_algorithm.h"

namespace tahvil::key_algorithm {

using asn1::Oid;

const Oid& rsa_encryption() {
    static const Oid identifier("1.2.840.113549.1.1.1");
    return identifier;
}
const Oid& rsassa_pss() {
    static const Oid identifier("1.2.840.113549.1.1.10");
    return identifier;
}
const Oid& ec_public_key() {
    static const Oid identifier("1.2.840.10045.2.1");
    return identifier;
}
const Oid& dh_key_agreement() {
    static const Oid identifier("1.2.840.113549.1.3.1");
    return identifier;
}
const Oid& dh_public_number() {
    static const Oid identifier("1.2.840.10046.2.1");
    return identifier;
}
const Oid& ed25519() {
    static const Oid identifier("1.3.101.112");
    return identifier;
}

Bytes encode(Curve curve) {
    return asn1::sequence({asn1::oid(ec_public_key()), asn1::oid(oid_of(curve))});
}

Bytes encode_dh(const Group& group) {
    const DhGroup& dh = group.dh();
    if (dh.order.empty())
        return asn1::sequence({asn1::oid(dh_key_agreement()), asn1::sequence({asn1::unsigned_integer(dh.prime),
                                                                              asn1::unsigned_integer(dh.generator)})});
    return asn1::sequence({asn1::oid(dh_public_number()),
                           asn1::sequence({asn1::unsigned_integer(dh.prime), asn1::unsigned_integer(dh.generator),
                                           asn1::unsigned_integer(dh.order)})});
}

DhGroup read_dh(const Oid& form, asn1::Cursor parameters) {
    DhGroup group;
    group.prime = to_bytes(parameters.read_unsigned());
    group.generator = to_bytes(parameters.read_unsigned());
    if (form == dh_public_number()) group.order = to_bytes(parameters.read_unsigned());
    return group;
}

}  // namespace tahvil::key_algorithm
