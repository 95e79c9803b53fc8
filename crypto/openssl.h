#pragma once

#include <memory>
#include <string_view>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include "crypto/curve.h"
#include "crypto/digest.h"

/// The border to OpenSSL, included by the .cpp files of crypto/ only: owning handles, and its error queue as an Error.
namespace tahvil::openssl {

template <auto Free>
struct Deleter {
    template <typename T>
    void operator()(T* handle) const noexcept {
        Free(handle);
    }
};

template <typename T, auto Free>
using Handle = std::unique_ptr<T, Deleter<Free>>;

using BigNumber = Handle<BIGNUM, BN_clear_free>;
using BigNumberContext = Handle<BN_CTX, BN_CTX_free>;
using CipherContext = Handle<EVP_CIPHER_CTX, EVP_CIPHER_CTX_free>;
using DigestContext = Handle<EVP_MD_CTX, EVP_MD_CTX_free>;
using MacContext = Handle<EVP_MAC_CTX, EVP_MAC_CTX_free>;
using Key = Handle<EVP_PKEY, EVP_PKEY_free>;
using KeyContext = Handle<EVP_PKEY_CTX, EVP_PKEY_CTX_free>;
using Group = Handle<EC_GROUP, EC_GROUP_free>;
using Point = Handle<EC_POINT, EC_POINT_clear_free>;
using Certificate = Handle<X509, X509_free>;

/// Throws CryptoError "crypto.openssl" with `doing` and everything in this thread's error queue, which it empties.
[[noreturn]] void fail(std::string_view doing);

/// For functions that answer 1 for success; anything else is a failure.
inline void require(int answer, std::string_view doing) {
    if (answer != 1) fail(doing);
}

/// For functions that answer a pointer.
template <typename T>
T* require(T* pointer, std::string_view doing) {
    if (pointer == nullptr) fail(doing);
    return pointer;
}

/// The digest's implementation, owned by this program for as long as it runs.
const EVP_MD* fetched(DigestAlgorithm algorithm);

/// The curve's group, made once; not to be changed.
const EC_GROUP* group(Curve curve);

/// What OpenSSL calls the curve.
const char* group_name(Curve curve);

/// Forgets errors that a failed attempt left behind and that the caller has already judged.
void clear_errors() noexcept;

}  // namespace tahvil::openssl
