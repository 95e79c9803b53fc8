#include "crypto/hmac.h"

#include <array>
#include <string>

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include "crypto/openssl.h"

namespace tahvil {

SecretBytes hmac_sha256(ByteView key, std::initializer_list<ByteView> parts) {
    static EVP_MAC* const fetched = openssl::require(EVP_MAC_fetch(nullptr, "HMAC", nullptr), "find HMAC");
    const openssl::MacContext context(openssl::require(EVP_MAC_CTX_new(fetched), "make an HMAC"));
    std::string digest = "SHA256";
    const std::array parameters{OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest.data(), 0),
                                OSSL_PARAM_construct_end()};
    openssl::require(EVP_MAC_init(context.get(), key.data(), key.size(), parameters.data()), "set an HMAC key");
    for (const ByteView part : parts)
        openssl::require(EVP_MAC_update(context.get(), part.data(), part.size()), "compute an HMAC");
    SecretBytes code(32);
    std::size_t size = 0;
    openssl::require(EVP_MAC_final(context.get(), code.writable().data(), &size, code.size()), "finish an HMAC");
    return code;
}

}  // namespace tahvil
