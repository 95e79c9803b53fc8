#include "daemon/party/answer_verification.h"

#include <boost/json.hpp>

#include "crypto/error.h"
#include "daemon/party/identity_answer.h"
#include "daemon/receipt/sd_jwt.h"

namespace tahvil::daemon {

namespace json = boost::json;

namespace {

Check time_check(const json::object& claims, std::chrono::sys_seconds at) {
    Check check{"answer.time", Result::failed, "no_time", {}};
    const json::value* const from = claims.if_contains("nbf");
    const json::value* const until = claims.if_contains("exp");
    if (from == nullptr || until == nullptr || !from->is_int64() || !until->is_int64()) return check;
    const auto now = at.time_since_epoch().count();
    if (now < from->get_int64()) {
        check.reason = "not_yet_valid";
    } else if (now >= until->get_int64()) {
        check.reason = "expired";
    } else {
        check = {check.id, Result::passed, {}, {}};
    }
    return check;
}

Check equality_check(const char* id, const json::object& claims, std::string_view name, const std::string& asked,
                     const char* reason) {
    const json::value* const claim = claims.if_contains(name);
    const bool same = claim != nullptr && claim->is_string() && claim->get_string() == asked;
    return {id, same ? Result::passed : Result::failed, same ? "" : reason, {}};
}

}  // namespace

bool is_identity_answer(std::string_view text) {
    while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.remove_suffix(1);
    try {
        return SdJwt::parse(text).type() == kIdentityAnswerType;
    } catch (const MalformedData&) {
        return false;
    }
}

ReceiptVerification verify_identity_answer(std::string_view text, const AskedQuestion& asked,
                                           const trust::TrustStore& anchors) {
    ReceiptVerification found = verify_signed_text(text, "answer", kIdentityAnswerType, anchors);
    if (found.claims.empty()) {
        for (const char* const id : {"answer.time", "answer.audience", "answer.nonce"})
            found.checks.push_back({id, Result::not_performed, "no_answer", {}});
        return found;
    }
    found.checks.push_back(time_check(found.claims, asked.at));
    found.checks.push_back(equality_check("answer.audience", found.claims, "aud", asked.audience, "other_audience"));
    found.checks.push_back(equality_check("answer.nonce", found.claims, "nonce", asked.nonce, "other_nonce"));
    return found;
}

}  // namespace tahvil::daemon
