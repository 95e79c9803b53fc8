#include "crypto/openssl.h"

#include <array>
#include <string>

#include <openssl/err.h>

#include "crypto/error.h"

namespace tahvil::openssl {

void fail(std::string_view doing) {
    std::string text = "OpenSSL could not ";
    text += doing;
    std::array<char, 256> reason{};
    while (const unsigned long code = ERR_get_error()) {
        ERR_error_string_n(code, reason.data(), reason.size());
        text += "; ";
        text += reason.data();
    }
    throw CryptoError("crypto.openssl", text);
}

void clear_errors() noexcept {
    ERR_clear_error();
}

}  // namespace tahvil::openssl
