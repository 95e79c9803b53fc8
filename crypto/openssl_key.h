#pragma once

#include <string>

#include "crypto/error.h"
#include "crypto/openssl.h"

/// The border to OpenSSL's keys, included by the .cpp files of crypto/ only: handles made from the numbers of a key. A
/// decoder would do, at several times the cost of the verification that follows.
namespace tahvil::openssl {

/// Throws CryptoError "crypto.bad_key".
[[noreturn]] void bad_key(const std::string& why);

/// A BIGNUM parameter of EVP_PKEY_fromdata is in the byte order of the machine.
Bytes native(ByteView big_endian);

/// `selection` is EVP_PKEY_PUBLIC_KEY or EVP_PKEY_KEYPAIR. These throw as bad_key().
Key key_from_data(const char* type, int selection, OSSL_PARAM* parameters);
/// Without a scalar, the public key alone.
Key ec_key(Curve curve, ByteView uncompressed_point, ByteView scalar);
/// The same for a public key from outside, quicker: refuses a point that is not on the curve.
Key ec_public_key(Curve curve, ByteView uncompressed_point);

/// The uncompressed form of a point in any form that RFC 5480, 2.2 allows.
Bytes uncompressed_point(Curve curve, ByteView encoded);

/// \name Numbers, most significant byte first
/// @{
ByteView without_leading_zeros(ByteView magnitude);
/// With zeros before it, of this size in bytes. Throws as bad_key() when it is longer.
Bytes padded(ByteView magnitude, std::size_t size);
/// @}

/// A key from outside that is bad is malformed data; one handed in by the program is a failed operation.
template <typename Make>
auto from_outside(Make make) {
    try {
        return make();
    } catch (const CryptoError& error) {
        throw MalformedData(std::string(error.code()), error.what());
    }
}

}  // namespace tahvil::openssl
