#include "crypto/trust/openssl_opinion.h"

#include <openssl/err.h>
#include <openssl/x509_vfy.h>

#include "crypto/openssl.h"

namespace tahvil::trust {

namespace {

openssl::Certificate parse(ByteView der) {
    const unsigned char* at = der.data();
    return openssl::Certificate(d2i_X509(nullptr, &at, static_cast<long>(der.size())));
}

/// The last error in the queue, which is the outermost; empties the queue.
std::string last_error() {
    const char* reason = ERR_reason_error_string(ERR_peek_last_error());
    std::string words = reason == nullptr ? "" : reason;
    openssl::clear_errors();
    return words;
}

}  // namespace

std::string openssl_says(ByteView certificate, ByteView issuer) {
    const openssl::Certificate leaf = parse(certificate);
    const openssl::Certificate anchor = parse(issuer);
    if (!leaf || !anchor) return "the certificate can not be read: " + last_error();
    const openssl::Handle<X509_STORE, X509_STORE_free> store(openssl::require(X509_STORE_new(), "make a store"));
    openssl::require(X509_STORE_add_cert(store.get(), anchor.get()), "take an anchor");
    openssl::require(X509_STORE_set_flags(
                         store.get(), X509_V_FLAG_X509_STRICT | X509_V_FLAG_PARTIAL_CHAIN | X509_V_FLAG_NO_CHECK_TIME),
                     "set the rules of a path");
    const openssl::Handle<X509_STORE_CTX, X509_STORE_CTX_free> context(
        openssl::require(X509_STORE_CTX_new(), "verify a path"));
    openssl::require(X509_STORE_CTX_init(context.get(), store.get(), leaf.get(), nullptr), "verify a path");
    X509_verify_cert(context.get());
    std::string words = X509_verify_cert_error_string(X509_STORE_CTX_get_error(context.get()));
    if (const std::string beneath = last_error(); !beneath.empty()) words += " (" + beneath + ")";
    return words;
}

}  // namespace tahvil::trust
