#include "crypto/trust/national_path.h"

#include <algorithm>

#include <openssl/x509_vfy.h>

#include "crypto/error.h"
#include "crypto/openssl.h"

namespace tahvil::trust {

namespace {

using openssl::Handle;

using Store = Handle<X509_STORE, X509_STORE_free>;
using StoreContext = Handle<X509_STORE_CTX, X509_STORE_CTX_free>;
using List = Handle<X509_CRL, X509_CRL_free>;

void free_stack(STACK_OF(X509) * stack) {
    sk_X509_pop_free(stack, X509_free);
}
using Stack = Handle<STACK_OF(X509), free_stack>;

constexpr int kMaxDepth = 16;  // certificates between the leaf and the anchor

enum class Concern : std::uint8_t { signature, chain, validity, revocation };

struct Finding {
    Concern concern{};
    Result result = Result::failed;
    std::string reason;
};

Finding classify(int error) {
    switch (error) {
        case X509_V_ERR_CERT_SIGNATURE_FAILURE:
        case X509_V_ERR_UNABLE_TO_DECRYPT_CERT_SIGNATURE:
        case X509_V_ERR_UNABLE_TO_DECODE_ISSUER_PUBLIC_KEY:
            return {Concern::signature, Result::failed, "signature_invalid"};
        case X509_V_ERR_CERT_NOT_YET_VALID:
            return {Concern::validity, Result::failed, "not_yet_valid"};
        case X509_V_ERR_CERT_HAS_EXPIRED:
            return {Concern::validity, Result::failed, "expired"};
        case X509_V_ERR_ERROR_IN_CERT_NOT_BEFORE_FIELD:
        case X509_V_ERR_ERROR_IN_CERT_NOT_AFTER_FIELD:
            return {Concern::validity, Result::failed, "malformed"};
        case X509_V_ERR_CERT_REVOKED:
            return {Concern::revocation, Result::failed, "revoked"};
        case X509_V_ERR_UNABLE_TO_GET_CRL:
        case X509_V_ERR_UNABLE_TO_GET_CRL_ISSUER:
            return {Concern::revocation, Result::undetermined, "no_list"};
        case X509_V_ERR_CRL_HAS_EXPIRED:
            return {Concern::revocation, Result::undetermined, "list_too_old"};
        case X509_V_ERR_CRL_NOT_YET_VALID:
        case X509_V_ERR_CRL_SIGNATURE_FAILURE:
        case X509_V_ERR_UNABLE_TO_DECRYPT_CRL_SIGNATURE:
        case X509_V_ERR_ERROR_IN_CRL_LAST_UPDATE_FIELD:
        case X509_V_ERR_ERROR_IN_CRL_NEXT_UPDATE_FIELD:
        case X509_V_ERR_KEYUSAGE_NO_CRL_SIGN:
        case X509_V_ERR_DIFFERENT_CRL_SCOPE:
        case X509_V_ERR_UNHANDLED_CRITICAL_CRL_EXTENSION:
        case X509_V_ERR_CRL_PATH_VALIDATION_ERROR:
            return {Concern::revocation, Result::undetermined, "list_unusable"};
        case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
        case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
        case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
        case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
        case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
            return {Concern::chain, Result::undetermined, "issuer_unknown"};
        case X509_V_ERR_INVALID_CA:
        case X509_V_ERR_INVALID_NON_CA:
        case X509_V_ERR_KEYUSAGE_NO_CERTSIGN:
        case X509_V_ERR_CA_CERT_MISSING_KEY_USAGE:
        case X509_V_ERR_CA_BCONS_NOT_CRITICAL:
            return {Concern::chain, Result::failed, "not_an_issuer"};
        case X509_V_ERR_PATH_LENGTH_EXCEEDED:
        case X509_V_ERR_CERT_CHAIN_TOO_LONG:
            return {Concern::chain, Result::failed, "path_too_long"};
        case X509_V_ERR_UNHANDLED_CRITICAL_EXTENSION:
            return {Concern::chain, Result::failed, "unknown_critical_extension"};
        case X509_V_ERR_PERMITTED_VIOLATION:
        case X509_V_ERR_EXCLUDED_VIOLATION:
        case X509_V_ERR_SUBTREE_MINMAX:
        case X509_V_ERR_UNSUPPORTED_CONSTRAINT_TYPE:
        case X509_V_ERR_UNSUPPORTED_CONSTRAINT_SYNTAX:
        case X509_V_ERR_UNSUPPORTED_NAME_SYNTAX:
            return {Concern::chain, Result::failed, "name_constraints"};
        case X509_V_ERR_NO_EXPLICIT_POLICY:
        case X509_V_ERR_INVALID_POLICY_EXTENSION:
            return {Concern::chain, Result::failed, "policy"};
        case X509_V_ERR_EC_KEY_EXPLICIT_PARAMS:
            return {Concern::chain, Result::failed, "explicit_ec_parameters"};
        default:
            return {Concern::chain, Result::failed, "not_conforming"};
    }
}

Check& check_of(NationalPath& path, Concern concern) {
    return path.checks[static_cast<std::size_t>(concern)];
}

void settle(Check& check, Result result, const std::string& reason) {
    if (check.result == Result::failed || (check.result == Result::undetermined && result != Result::failed)) return;
    check.result = result;
    check.reason = reason;
}

openssl::Certificate parse_certificate(ByteView der) {
    const unsigned char* at = der.data();
    openssl::Certificate certificate(d2i_X509(nullptr, &at, static_cast<long>(der.size())));
    if (!certificate || at != der.data() + der.size()) {
        openssl::clear_errors();
        throw MalformedData("trust.certificate", "Certificate: not one that can be read");
    }
    return certificate;
}

List parse_list(ByteView der) {
    const unsigned char* at = der.data();
    List list(d2i_X509_CRL(nullptr, &at, static_cast<long>(der.size())));
    if (!list || at != der.data() + der.size()) {
        openssl::clear_errors();
        throw MalformedData("trust.revocation_list", "Revocation list: not one that can be read");
    }
    return list;
}

Bytes to_der(X509* certificate) {
    Bytes der(static_cast<std::size_t>(std::max(i2d_X509(certificate, nullptr), 0)));
    unsigned char* at = der.data();
    if (!der.empty()) i2d_X509(certificate, &at);
    return der;
}

std::string describe(X509* certificate) {
    if (certificate == nullptr) return {};
    try {
        const Bytes der = to_der(certificate);
        return Certificate::parse(der).description();
    } catch (const MalformedData&) {
        return "a certificate that our own reader refuses";
    }
}

/// Notes every error, and lets OpenSSL go on only where the question is another one: time and revocation have checks of
/// their own. What is noted can not pass any more.
extern "C" int on_verify(int okay, X509_STORE_CTX* context) {
    auto& path = *static_cast<NationalPath*>(X509_STORE_CTX_get_app_data(context));
    if (okay == 1) return 1;
    const int error = X509_STORE_CTX_get_error(context);
    const Finding finding = classify(error);
    settle(check_of(path, finding.concern), finding.result, finding.reason);
    path.steps.push_back({describe(X509_STORE_CTX_get_current_cert(context)),
                          {},
                          false,
                          finding.reason,
                          X509_verify_cert_error_string(error)});
    return finding.concern == Concern::validity || finding.concern == Concern::revocation ? 1 : 0;
}

void configure(X509_STORE_CTX* context, const NationalPathInput& input, NationalPath& path) {
    X509_VERIFY_PARAM* const rules = X509_STORE_CTX_get0_param(context);
    // An anchor is one whether it signs itself or not (RFC 5280, 6.1.1 d).
    unsigned long flags =
        X509_V_FLAG_X509_STRICT | X509_V_FLAG_POLICY_CHECK | X509_V_FLAG_PARTIAL_CHAIN | X509_V_FLAG_CHECK_SS_SIGNATURE;
    if (!input.revocation_lists.empty())
        flags |= X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL | X509_V_FLAG_EXTENDED_CRL_SUPPORT |
                 X509_V_FLAG_USE_DELTAS;
    openssl::require(X509_VERIFY_PARAM_set_flags(rules, flags), "set the rules of a path");
    X509_VERIFY_PARAM_set_depth(rules, kMaxDepth);
    X509_VERIFY_PARAM_set_time(rules, static_cast<std::time_t>(input.at.time_since_epoch().count()));
    openssl::require(X509_STORE_CTX_set_app_data(context, &path), "set the rules of a path");
    X509_STORE_CTX_set_verify_cb(context, on_verify);
}

}  // namespace

bool NationalPath::authentic() const {
    return std::ranges::all_of(checks, [](const Check& check) { return check.passed(); });
}

bool NationalPath::authentic_without_revocation() const {
    return std::ranges::all_of(checks, [](const Check& check) {
        return check.passed() || (check.id == "certificate_path.revocation" && check.result == Result::undetermined);
    });
}

NationalPath verify_national_path(const NationalPathInput& input) {
    NationalPath path;
    for (const char* id : {"signature", "chain", "validity", "revocation"})
        path.checks.push_back({std::string("certificate_path.") + id, Result::passed, {}, {}});
    const auto give_up = [&path](const std::string& reason, const std::string& words) {
        settle(check_of(path, Concern::chain), Result::failed, reason);
        check_of(path, Concern::chain).detail.emplace_back("words", words);
        for (const Concern concern : {Concern::signature, Concern::validity, Concern::revocation})
            check_of(path, concern) = {check_of(path, concern).id, Result::not_performed, reason, {}};
    };
    try {
        const Store store(openssl::require(X509_STORE_new(), "make a store"));
        for (const ByteView anchor : input.anchors)
            openssl::require(X509_STORE_add_cert(store.get(), parse_certificate(anchor).get()), "take an anchor");
        for (const ByteView list : input.revocation_lists)
            openssl::require(X509_STORE_add_crl(store.get(), parse_list(list).get()), "take a revocation list");
        const Stack intermediates(openssl::require(sk_X509_new_null(), "make a list"));
        for (const ByteView intermediate : input.intermediates)
            if (sk_X509_push(intermediates.get(), parse_certificate(intermediate).release()) <= 0)
                openssl::fail("take an intermediate");
        const openssl::Certificate leaf = parse_certificate(input.leaf);
        const StoreContext context(openssl::require(X509_STORE_CTX_new(), "verify a path"));
        openssl::require(X509_STORE_CTX_init(context.get(), store.get(), leaf.get(), intermediates.get()),
                         "verify a path");
        configure(context.get(), input, path);
        const int answer = X509_verify_cert(context.get());
        if (answer != 1 && path.steps.empty())
            settle(check_of(path, Concern::chain), Result::failed,
                   classify(X509_STORE_CTX_get_error(context.get())).reason);
        if (const STACK_OF(X509)* chain = X509_STORE_CTX_get0_chain(context.get()))
            for (int i = 0; i < sk_X509_num(chain); ++i) path.chain.push_back(to_der(sk_X509_value(chain, i)));
    } catch (const Error& error) {
        give_up("malformed", error.what());
        return path;
    }
    openssl::clear_errors();
    if (!check_of(path, Concern::chain).passed() || !check_of(path, Concern::signature).passed()) {
        // What was not looked at because the path ended earlier must not read as passed.
        for (const Concern concern : {Concern::signature, Concern::validity, Concern::revocation})
            if (check_of(path, concern).passed())
                check_of(path, concern) = {check_of(path, concern).id, Result::not_performed, "no_chain", {}};
        if (check_of(path, Concern::chain).passed())
            check_of(path, Concern::chain) = {"certificate_path.chain", Result::not_performed, "signature_failed", {}};
        return path;
    }
    if (input.revocation_lists.empty()) settle(check_of(path, Concern::revocation), Result::undetermined, "no_list");
    path.anchor = Certificate::parse(path.chain.back()).description();
    check_of(path, Concern::chain).detail.emplace_back("anchor", path.anchor);
    check_of(path, Concern::chain).detail.emplace_back("length", std::to_string(path.chain.size()));
    return path;
}

NationalPath verify_national_path(ByteView leaf, const std::vector<ByteView>& intermediates, const TrustStore& store,
                                  Time at) {
    NationalPathInput input{leaf, intermediates, {}, {}, at};
    for (std::size_t i = 0; i < store.size(); ++i) {
        const Entry entry = store.entry(i);
        if (entry.status == Status::trusted && entry.purposes.contain(Purpose::national_pki))
            input.anchors.push_back(entry.certificate.raw());
        else if (entry.status == Status::certificate)
            input.intermediates.push_back(entry.certificate.raw());
    }
    for (std::size_t i = 0; i < store.revocation_list_count(); ++i)
        input.revocation_lists.push_back(store.revocation_list(i).raw());
    return verify_national_path(input);
}

}  // namespace tahvil::trust
