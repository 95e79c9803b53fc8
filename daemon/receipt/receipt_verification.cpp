#include "daemon/receipt/receipt_verification.h"

#include <algorithm>
#include <chrono>
#include <string>

#include <boost/json.hpp>

#include "crypto/error.h"
#include "daemon/receipt/sd_jwt.h"
#include "daemon/trust/signer_judgement.h"

namespace tahvil::daemon {

namespace {

/// When it says that it was issued; its signer may be long retired by now.
std::chrono::sys_seconds issued_at(const boost::json::object& claims) {
    const boost::json::value* const at = claims.if_contains("iat");
    return std::chrono::sys_seconds(std::chrono::seconds(at != nullptr && at->is_int64() ? at->get_int64() : 0));
}

}  // namespace

bool ReceiptVerification::passed() const {
    return std::ranges::all_of(checks, &Check::passed);
}

ReceiptVerification verify_receipt(std::string_view receipt, const trust::TrustStore& anchors) {
    return verify_signed_text(receipt, "receipt", kReceiptType, anchors);
}

ReceiptVerification verify_signed_text(std::string_view text, std::string_view kind, std::string_view type,
                                       const trust::TrustStore& anchors) {
    while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.remove_suffix(1);
    const std::string name{kind};
    const std::string missing = "no_" + name;
    ReceiptVerification found;
    found.checks = {{name + ".structure", Result::failed, "malformed", {}},
                    {name + ".signature", Result::not_performed, missing, {}},
                    {name + ".certificate", Result::not_performed, missing, {}}};
    Check& structure = found.checks[0];
    Check& signature = found.checks[1];
    Check& certificate = found.checks[2];
    try {
        const SdJwt parsed = SdJwt::parse(text);
        if (parsed.type() != type) {
            structure.reason = "other_type";
            return found;
        }
        structure = {structure.id, Result::passed, {}, {}};
        if (parsed.certificates().empty()) {
            certificate = {certificate.id, Result::failed, "no_certificate", {}};
            return found;
        }
        const trust::Certificate signer = trust::Certificate::parse(parsed.certificates().front());
        // A receipt does not expire; of what does, its own checks ask for the time.
        SdJwtCheck check = parsed.check(signer.public_key(), std::nullopt);
        if (check.result != SdJwtCheck::Result::verified) {
            signature = {signature.id, Result::failed, "bad_signature", {}};
            certificate.reason = "bad_signature";
            return found;
        }
        signature = {signature.id, Result::passed, {}, {{"signer", signer.description()}}};
        certificate = judge_signer(certificate.id, anchors, signer, trust::Purpose::receipts, issued_at(check.claims));
        found.claims = std::move(check.claims);
        return found;
    } catch (const MalformedData&) {
        return found;
    }
}

}  // namespace tahvil::daemon
