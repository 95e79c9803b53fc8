#include "crypto/openssl_key.h"

#include <algorithm>
#include <array>
#include <bit>

namespace tahvil::openssl {

void bad_key(const std::string& why) {
    clear_errors();
    throw CryptoError("crypto.bad_key", "a key that can not be used: " + why);
}

Bytes native(ByteView big_endian) {
    Bytes bytes = to_bytes(big_endian);
    if constexpr (std::endian::native == std::endian::little) std::ranges::reverse(bytes);
    return bytes;
}

Key key_from_data(const char* type, int selection, OSSL_PARAM* parameters) {
    const KeyContext context(require(EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr), "make a key context"));
    require(EVP_PKEY_fromdata_init(context.get()), "begin a key");
    EVP_PKEY* key = nullptr;
    if (EVP_PKEY_fromdata(context.get(), &key, selection, parameters) != 1) bad_key("its numbers are out of range");
    return Key(key);
}

Key ec_key(Curve curve, ByteView point, ByteView scalar) {
    Bytes public_value = to_bytes(point);
    Bytes private_value = native(scalar);
    std::string group = group_name(curve);
    std::array parameters{
        OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, group.data(), group.size()),
        OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, public_value.data(), public_value.size()),
        scalar.empty() ? OSSL_PARAM_construct_end()
                       : OSSL_PARAM_construct_BN(OSSL_PKEY_PARAM_PRIV_KEY, private_value.data(), private_value.size()),
        OSSL_PARAM_construct_end()};
    Key key = key_from_data("EC", scalar.empty() ? EVP_PKEY_PUBLIC_KEY : EVP_PKEY_KEYPAIR, parameters.data());
    wipe(private_value);
    return key;
}

/// A public key made as a copy of another on its curve, with its point set: making the group anew would cost four times
/// as much.
Key ec_public_key(Curve curve, ByteView point) {
    static const auto generators = [] {
        std::array<EVP_PKEY*, kCurveCount> all{};
        for (std::size_t i = 0; i < all.size(); ++i) {
            const auto each = static_cast<Curve>(i);
            all.at(i) = ec_key(each, curve_domain(each).generator, {}).release();
        }
        return all;
    }();
    Key key(require(EVP_PKEY_dup(generators.at(static_cast<std::size_t>(curve))), "copy a key"));
    if (EVP_PKEY_set1_encoded_public_key(key.get(), point.data(), point.size()) != 1)
        bad_key("a point that is not on its curve");
    return key;
}

Bytes uncompressed_point(Curve curve, ByteView encoded) {
    const std::size_t field = field_size(curve);
    if (encoded.size() != 1 + field) return to_bytes(encoded);
    const EC_GROUP* const group = openssl::group(curve);
    const Point point(require(EC_POINT_new(group), "make a point"));
    Bytes whole(1 + 2 * field);
    if (EC_POINT_oct2point(group, point.get(), encoded.data(), encoded.size(), nullptr) != 1 ||
        EC_POINT_point2oct(group, point.get(), POINT_CONVERSION_UNCOMPRESSED, whole.data(), whole.size(), nullptr) !=
            whole.size())
        bad_key("a compressed point that is not on its curve");
    return whole;
}

ByteView without_leading_zeros(ByteView magnitude) {
    while (!magnitude.empty() && magnitude[0] == 0) magnitude = magnitude.subspan(1);
    return magnitude;
}

Bytes padded(ByteView magnitude, std::size_t size) {
    magnitude = without_leading_zeros(magnitude);
    if (magnitude.size() > size) bad_key("a value longer than its group allows");
    Bytes whole(size - magnitude.size());
    append(whole, magnitude);
    return whole;
}

}  // namespace tahvil::openssl
