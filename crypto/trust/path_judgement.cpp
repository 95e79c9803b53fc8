#include "crypto/trust/path_judgement.h"

#include <algorithm>
#include <ctime>
#include <utility>

#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include "crypto/error.h"
#include "crypto/openssl.h"
#include "crypto/trust/certificate_profile.h"
#include "crypto/trust/path_revocation.h"

namespace tahvil::trust {

namespace {

using openssl::Handle;

using Store = Handle<X509_STORE, X509_STORE_free>;
using StoreContext = Handle<X509_STORE_CTX, X509_STORE_CTX_free>;

void free_stack(STACK_OF(X509) * stack) {
    sk_X509_pop_free(stack, X509_free);
}
using Stack = Handle<STACK_OF(X509), free_stack>;

void free_lists(STACK_OF(X509_CRL) * stack) {
    sk_X509_CRL_free(stack);
}
using Lists = Handle<STACK_OF(X509_CRL), free_lists>;  // the lists themselves are owned elsewhere

constexpr int kMaxDepth = 16;  // certificates between the leaf and the anchor

/// One path that is judged by OpenSSL.
struct Attempt {
    const CandidatePath* planned = nullptr;  ///< nothing: OpenSSL chooses, and says what is missing
    ListEvidence lists;
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

/// Where the certificate stands in the path that OpenSSL judges now, or for whose list it judges another one's.
int place_of(X509_STORE_CTX* context) {
    while (X509_STORE_CTX* const parent = X509_STORE_CTX_get0_parent_ctx(context)) context = parent;
    return X509_STORE_CTX_get_error_depth(context);
}

/// Looks for the certificate in a list as OpenSSL does, and notes which list that was.
extern "C" int on_search(X509_STORE_CTX* context, X509_CRL* list, X509* certificate) {
    static const X509_STORE_CTX_cert_crl_fn search = [] {
        const StoreContext plain(openssl::require(X509_STORE_CTX_new(), "verify a path"));
        openssl::require(X509_STORE_CTX_init(plain.get(), nullptr, nullptr, nullptr), "verify a path");
        return X509_STORE_CTX_get_cert_crl(plain.get());
    }();
    constexpr int kTakenOff = 2;  // a delta has taken the certificate off the list that it carries forward
    const int answer = search(context, list, certificate);
    attempt_of(context).lists.searched(place_of(context), certificate, list, answer == kTakenOff);
    return answer;
}

/// Notes every error, and lets OpenSSL go on only where the question is another one: time and revocation have checks of
/// their own. What is noted can not pass any more.
extern "C" int on_verify(int okay, X509_STORE_CTX* context) {
    if (okay == 1) return 1;
    Attempt& attempt = attempt_of(context);
    NationalPath& path = attempt.found;
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
    if (finding.concern == Concern::revocation)
        attempt.lists.object(place_of(context), finding);
    else
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

bool holds(const NationalPath& path) {
    return path.checks[static_cast<std::size_t>(Concern::chain)].passed() &&
           path.checks[static_cast<std::size_t>(Concern::signature)].passed();
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

}  // namespace

NationalPath unjudged() {
    NationalPath path;
    for (const char* id : {"signature", "chain", "validity", "revocation"})
        path.checks.push_back({std::string("certificate_path.") + id, Result::passed, {}, {}});
    return path;
}

void leave_out_the_rest(NationalPath& path) {
    for (const Concern concern : {Concern::signature, Concern::validity, Concern::revocation})
        if (check_of(path, concern).passed())
            check_of(path, concern) = {check_of(path, concern).id, Result::not_performed, "no_chain", {}};
    if (check_of(path, Concern::chain).passed())
        check_of(path, Concern::chain) = {"certificate_path.chain", Result::not_performed, "signature_failed", {}};
}

NationalPath judge_path(const PathMaterial& material, const NationalPathInput& input, const CandidatePath* planned) {
    std::optional<Time> oldest;
    if (input.revocation_age_limit) oldest = input.at - *input.revocation_age_limit;
    Attempt attempt{planned, ListEvidence(oldest), unjudged()};
    NationalPath& path = attempt.found;
    const Store store(openssl::require(X509_STORE_new(), "make a store"));
    openssl::require(X509_STORE_set_ex_data(store.get(), attempt_index(), &attempt), "make a store");
    X509_STORE_set_check_issued(store.get(), on_check_issued);
    X509_STORE_set_cert_crl(store.get(), on_search);
    for (const X509Certificate& anchor : material.anchors)
        if (planned == nullptr || X509_cmp(planned->back(), anchor.get()) == 0)
            openssl::require(X509_STORE_add_cert(store.get(), anchor.get()), "take an anchor");
    // Not into the store, which finds a list by the certificate's issuer only and so never an indirect one.
    const Lists lists(openssl::require(sk_X509_CRL_new_null(), "make a list"));
    for (const X509List& list : material.lists)
        if (sk_X509_CRL_push(lists.get(), list.get()) <= 0) openssl::fail("take a revocation list");
    const Stack intermediates(openssl::require(sk_X509_new_null(), "make a list"));
    const auto offer = [&intermediates](X509* certificate) {
        if (sk_X509_push(intermediates.get(), certificate) <= 0) openssl::fail("take an intermediate");
        X509_up_ref(certificate);
    };
    for (const X509Certificate& other : material.intermediates) offer(other.get());
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
    judge_revocation(path, attempt.lists, material, input);
    path.anchor = describe(sk_X509_value(chain, sk_X509_num(chain) - 1));
    check_of(path, Concern::chain).detail.emplace_back("anchor", path.anchor);
    check_of(path, Concern::chain).detail.emplace_back("length", std::to_string(path.chain.size()));
    return std::move(path);
}

}  // namespace tahvil::trust
