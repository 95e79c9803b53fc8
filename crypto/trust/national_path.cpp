#include "crypto/trust/national_path.h"

#include <algorithm>
#include <ctime>
#include <iterator>

#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include "crypto/error.h"
#include "crypto/openssl.h"
#include "crypto/trust/candidate_paths.h"
#include "crypto/trust/certificate_profile.h"

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

void free_lists(STACK_OF(X509_CRL) * stack) {
    sk_X509_CRL_free(stack);
}
using Lists = Handle<STACK_OF(X509_CRL), free_lists>;  // the lists themselves are owned elsewhere

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

template <typename Path>
auto& check_of(Path& path, Concern concern) {
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

/// What came in, taken apart once for all paths.
struct Material {
    openssl::Certificate leaf;
    std::vector<openssl::Certificate> anchors;
    std::vector<openssl::Certificate> intermediates;
    std::vector<List> lists;
    bool some_list_left_out = false;
};

Material read(const NationalPathInput& input) {
    Material material;
    for (const ByteView anchor : input.anchors) material.anchors.push_back(parse_certificate(anchor));
    // What others handed in may be anything, and must not stand in the way of what is good.
    for (const ByteView other : input.intermediates) {
        try {
            material.intermediates.push_back(parse_certificate(other));
        } catch (const MalformedData&) {
        }
    }
    for (const ByteView raw : input.revocation_lists) {
        try {
            List list = parse_list(raw);
            if (!refuse_by_profile(list.get())) {
                material.lists.push_back(std::move(list));
                continue;
            }
        } catch (const MalformedData&) {
        }
        material.some_list_left_out = true;
    }
    material.leaf = parse_certificate(input.leaf);
    return material;
}

std::vector<X509*> pointers(const std::vector<openssl::Certificate>& certificates) {
    std::vector<X509*> all;
    for (const openssl::Certificate& certificate : certificates) all.push_back(certificate.get());
    return all;
}

/// One path that is judged by OpenSSL.
struct Attempt {
    const CandidatePath* planned = nullptr;  ///< nothing: OpenSSL chooses, and says what is missing
    NationalPath found;
};

int attempt_index() {
    static const int index = X509_STORE_get_ex_new_index(0, nullptr, nullptr, nullptr, nullptr);
    return index;
}

/// The path of a list's signer is judged in a context of its own, which shares nothing but the store.
Attempt& attempt_of(X509_STORE_CTX* context) {
    return *static_cast<Attempt*>(X509_STORE_get_ex_data(X509_STORE_CTX_get0_store(context), attempt_index()));
}

/// Keeps OpenSSL to the planned path, so that a path that does not hold leaves the next one to be tried.
extern "C" int on_check_issued(X509_STORE_CTX* context, X509* issued, X509* issuer) {
    const CandidatePath* const planned = attempt_of(context).planned;
    if (planned != nullptr && X509_STORE_CTX_get0_parent_ctx(context) == nullptr)
        for (std::size_t i = 0; i + 1 < planned->size(); ++i)
            if (X509_cmp((*planned)[i], issued) == 0) return X509_cmp((*planned)[i + 1], issuer) == 0 ? 1 : 0;
    return likely_issued(issuer, issued) ? 1 : 0;
}

/// RFC 5280, 4.1.2.5: the last second belongs to the validity, which OpenSSL sees otherwise.
bool is_last_second(X509_STORE_CTX* context, int error) {
    if (error != X509_V_ERR_CERT_HAS_EXPIRED) return false;
    std::time_t before = X509_VERIFY_PARAM_get_time(X509_STORE_CTX_get0_param(context)) - 1;
    return X509_cmp_time(X509_get0_notAfter(X509_STORE_CTX_get_current_cert(context)), &before) > 0;
}

bool is_last(X509_STORE_CTX* context) {
    return X509_STORE_CTX_get_error_depth(context) + 1 == sk_X509_num(X509_STORE_CTX_get0_chain(context));
}

/// What the profile asks of an issuer (RFC 5280, 4.2.1.3 and 4.2.1.9) and validation does not (6.1.4 k and n). Only
/// anchors are held to critical basic constraints.
std::optional<DeviationCode> tolerance_for(int error, bool of_the_anchor) {
    if (error == X509_V_ERR_CA_CERT_MISSING_KEY_USAGE) return DeviationCode::certificate_key_usage_missing;
    if (error == X509_V_ERR_CA_BCONS_NOT_CRITICAL && !of_the_anchor)
        return DeviationCode::certificate_basic_constraints_not_critical;
    return std::nullopt;
}

/// Notes every error, and lets OpenSSL go on only where the question is another one: time and revocation have checks of
/// their own. What is noted can not pass any more.
extern "C" int on_verify(int okay, X509_STORE_CTX* context) {
    if (okay == 1) return 1;
    NationalPath& path = attempt_of(context).found;
    const int error = X509_STORE_CTX_get_error(context);
    X509* const current = X509_STORE_CTX_get_current_cert(context);
    if (is_last_second(context, error)) return 1;
    if (const auto tolerated = tolerance_for(error, is_last(context))) {
        note(path.deviations, *tolerated, describe(current));
        return 1;
    }
    const bool of_a_list = X509_STORE_CTX_get0_parent_ctx(context) != nullptr;
    const Finding finding =
        of_a_list ? Finding{Concern::revocation, Result::undetermined, "list_unusable"} : classify(error);
    settle(check_of(path, finding.concern), finding.result, finding.reason);
    path.steps.push_back({describe(current), {}, false, finding.reason, {}, X509_verify_cert_error_string(error)});
    return !of_a_list && (finding.concern == Concern::validity || finding.concern == Concern::revocation) ? 1 : 0;
}

void configure(X509_STORE_CTX* context, const NationalPathInput& input, bool with_lists) {
    X509_VERIFY_PARAM* const rules = X509_STORE_CTX_get0_param(context);
    // An anchor is one whether it signs itself or not (RFC 5280, 6.1.1 d).
    unsigned long flags =
        X509_V_FLAG_X509_STRICT | X509_V_FLAG_POLICY_CHECK | X509_V_FLAG_PARTIAL_CHAIN | X509_V_FLAG_CHECK_SS_SIGNATURE;
    if (with_lists)
        flags |= X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL | X509_V_FLAG_EXTENDED_CRL_SUPPORT |
                 X509_V_FLAG_USE_DELTAS;
    openssl::require(X509_VERIFY_PARAM_set_flags(rules, flags), "set the rules of a path");
    // RFC 5280, 6.1.1 c: any policy will do. OpenSSL takes a set that is not given for an empty one.
    openssl::require(X509_VERIFY_PARAM_add0_policy(rules, OBJ_nid2obj(NID_any_policy)), "set the rules of a path");
    X509_VERIFY_PARAM_set_depth(rules, kMaxDepth);
    X509_VERIFY_PARAM_set_time(rules, static_cast<std::time_t>(input.at.time_since_epoch().count()));
    // A common name is a person's here, and no host's to which constraints on hosts apply (RFC 5280, 4.2.1.10).
    X509_VERIFY_PARAM_set_hostflags(rules, X509_CHECK_FLAG_NEVER_CHECK_SUBJECT);
    X509_STORE_CTX_set_verify_cb(context, on_verify);
}

NationalPath unjudged() {
    NationalPath path;
    for (const char* id : {"signature", "chain", "validity", "revocation"})
        path.checks.push_back({std::string("certificate_path.") + id, Result::passed, {}, {}});
    return path;
}

bool holds(const NationalPath& path) {
    return check_of(path, Concern::chain).passed() && check_of(path, Concern::signature).passed();
}

void refuse_chain(NationalPath& path, std::string of, const std::string& reason, const std::string& words) {
    settle(check_of(path, Concern::chain), Result::failed, reason);
    path.steps.push_back({std::move(of), {}, false, reason, words, {}});
}

/// What OpenSSL does not ask of the certificates of a chain that it takes.
void judge_profile(NationalPath& path, const STACK_OF(X509) * chain) {
    const int last = sk_X509_num(chain) - 1;
    for (int i = 0; i <= last; ++i) {
        X509* const certificate = sk_X509_value(chain, i);
        if (const auto refusal = refuse_by_profile(certificate))
            refuse_chain(path, describe(certificate), "not_conforming", "it has " + *refusal);
        if (i == last) break;
        try {
            note_departures(path.deviations, certificate, sk_X509_value(chain, i + 1));
        } catch (const MalformedData& error) {
            refuse_chain(path, describe(certificate), "weak_algorithm", error.what());
        }
    }
}

/// Whether a list of the certificate's issuer is there that is not older than the limit.
bool has_fresh_list(X509* certificate, const Material& material, Time oldest) {
    return std::ranges::any_of(material.lists, [&](const List& list) {
        std::time_t limit = static_cast<std::time_t>(oldest.time_since_epoch().count());
        const bool fresh = X509_cmp_time(X509_CRL_get0_lastUpdate(list.get()), &limit) > 0;
        const bool indirect = X509_CRL_get_ext_by_NID(list.get(), NID_issuing_distribution_point, -1) >= 0;
        return fresh &&
               (indirect || X509_NAME_cmp(X509_CRL_get_issuer(list.get()), X509_get_issuer_name(certificate)) == 0);
    });
}

void judge_lists(NationalPath& path, const STACK_OF(X509) * chain, const Material& material,
                 const NationalPathInput& input) {
    Check& revocation = check_of(path, Concern::revocation);
    if (material.lists.empty()) settle(revocation, Result::undetermined, "no_list");
    if (revocation.reason == "no_list" && material.some_list_left_out) revocation.reason = "list_unusable";
    if (!input.revocation_age_limit) return;
    for (int i = 0; i + 1 < sk_X509_num(chain); ++i)
        if (!has_fresh_list(sk_X509_value(chain, i), material, input.at - *input.revocation_age_limit))
            settle(revocation, Result::undetermined, "list_too_old");
}

/// What was not looked at because the path ended earlier must not read as passed.
void leave_out_the_rest(NationalPath& path) {
    for (const Concern concern : {Concern::signature, Concern::validity, Concern::revocation})
        if (check_of(path, concern).passed())
            check_of(path, concern) = {check_of(path, concern).id, Result::not_performed, "no_chain", {}};
    if (check_of(path, Concern::chain).passed())
        check_of(path, Concern::chain) = {"certificate_path.chain", Result::not_performed, "signature_failed", {}};
}

NationalPath judge(const Material& material, const NationalPathInput& input, const CandidatePath* planned) {
    Attempt attempt{planned, unjudged()};
    NationalPath& path = attempt.found;
    const Store store(openssl::require(X509_STORE_new(), "make a store"));
    openssl::require(X509_STORE_set_ex_data(store.get(), attempt_index(), &attempt), "make a store");
    X509_STORE_set_check_issued(store.get(), on_check_issued);
    for (const openssl::Certificate& anchor : material.anchors)
        if (planned == nullptr || X509_cmp(planned->back(), anchor.get()) == 0)
            openssl::require(X509_STORE_add_cert(store.get(), anchor.get()), "take an anchor");
    // Not into the store, which finds a list by the certificate's issuer only and so never an indirect one.
    const Lists lists(openssl::require(sk_X509_CRL_new_null(), "make a list"));
    for (const List& list : material.lists)
        if (sk_X509_CRL_push(lists.get(), list.get()) <= 0) openssl::fail("take a revocation list");
    const Stack intermediates(openssl::require(sk_X509_new_null(), "make a list"));
    const auto offer = [&intermediates](X509* certificate) {
        if (sk_X509_push(intermediates.get(), certificate) <= 0) openssl::fail("take an intermediate");
        X509_up_ref(certificate);
    };
    for (const openssl::Certificate& other : material.intermediates) offer(other.get());
    if (planned != nullptr)
        for (X509* certificate : *planned) offer(certificate);  // an anchor may stand in the middle
    const StoreContext context(openssl::require(X509_STORE_CTX_new(), "verify a path"));
    openssl::require(X509_STORE_CTX_init(context.get(), store.get(), material.leaf.get(), intermediates.get()),
                     "verify a path");
    configure(context.get(), input, !material.lists.empty());
    X509_STORE_CTX_set0_crls(context.get(), lists.get());
    if (planned != nullptr)
        for (std::size_t i = 0; i + 1 < planned->size(); ++i)
            path.steps.push_back(
                {describe((*planned)[i]), describe((*planned)[i + 1]), true, {}, "its key made the signature", {}});
    const std::size_t known = path.steps.size();
    const int answer = X509_verify_cert(context.get());
    if (answer != 1 && path.steps.size() == known)
        settle(check_of(path, Concern::chain), Result::failed,
               classify(X509_STORE_CTX_get_error(context.get())).reason);
    const STACK_OF(X509)* const chain = X509_STORE_CTX_get0_chain(context.get());
    for (int i = 0; i < sk_X509_num(chain); ++i) path.chain.push_back(to_der(sk_X509_value(chain, i)));
    if (holds(path)) judge_profile(path, chain);
    if (!holds(path)) {
        leave_out_the_rest(path);
        return std::move(path);
    }
    judge_lists(path, chain, material, input);
    path.anchor = describe(sk_X509_value(chain, sk_X509_num(chain) - 1));
    check_of(path, Concern::chain).detail.emplace_back("anchor", path.anchor);
    check_of(path, Concern::chain).detail.emplace_back("length", std::to_string(path.chain.size()));
    return std::move(path);
}

/// How far a path is from holding.
int badness(const NationalPath& path) {
    int sum = 0;
    for (const Check& check : path.checks)
        sum += check.passed()                         ? 0
               : check.result == Result::failed       ? 100
               : check.result == Result::undetermined ? 1
                                                      : 10;
    return sum;
}

NationalPath verify_with(const Material& material, const NationalPathInput& input) {
    const CandidatePaths candidates =
        find_candidate_paths(material.leaf.get(), pointers(material.intermediates), pointers(material.anchors));
    if (candidates.paths.empty() && candidates.all) return judge(material, input, nullptr);
    NationalPath best = unjudged();
    settle(check_of(best, Concern::chain), Result::undetermined, "too_many_paths");
    leave_out_the_rest(best);
    std::vector<PathStep> steps;
    bool first = candidates.all;
    for (const CandidatePath& candidate : candidates.paths) {
        NationalPath path = judge(material, input, &candidate);
        std::ranges::move(path.steps, std::back_inserter(steps));
        if (first || badness(path) < badness(best)) best = std::move(path);
        first = false;
        if (badness(best) == 0) break;
    }
    best.steps = std::move(steps);
    return best;
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
    try {
        NationalPath path = verify_with(read(input), input);
        openssl::clear_errors();
        return path;
    } catch (const Error& error) {
        openssl::clear_errors();
        NationalPath path = unjudged();
        for (Check& check : path.checks) check = {check.id, Result::not_performed, "malformed", {}};
        check_of(path, Concern::chain) = {
            "certificate_path.chain", Result::failed, "malformed", {{"words", error.what()}}};
        return path;
    }
}

NationalPath verify_national_path(ByteView leaf, const std::vector<ByteView>& intermediates, const TrustStore& store,
                                  Time at, std::optional<std::chrono::hours> revocation_age_limit) {
    NationalPathInput input{leaf, intermediates, {}, {}, at, revocation_age_limit};
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
