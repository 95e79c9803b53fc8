#include "daemon/receipt/receipt_verification.h"

#include <algorithm>
#include <chrono>

#include <boost/json.hpp>

#include "crypto/error.h"
#include "daemon/receipt/sd_jwt.h"
#include "daemon/trust/signer_judgement.h"

namespace tahvil::daemon {

namespace {

constexpr const char* kStructure = "receipt.structure";
constexpr const char* kSignature = "receipt.signature";
constexpr const char* kCertificate = "receipt.certificate";

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
    while (!receipt.empty() && (receipt.back() == '\n' || receipt.back() == '\r')) receipt.remove_suffix(1);
    ReceiptVerification found;
    found.checks = {{kStructure, Result::failed, "malformed", {}},
                    {kSignature, Result::not_performed, "no_receipt", {}},
                    {kCertificate, Result::not_performed, "no_receipt", {}}};
    Check& structure = found.checks[0];
    Check& signature = found.checks[1];
    Check& certificate = found.checks[2];
    try {
        const SdJwt parsed = SdJwt::parse(receipt);
        if (parsed.type() != kReceiptType) {
            structure.reason = "other_type";
            return found;
        }
        structure = {kStructure, Result::passed, {}, {}};
        if (parsed.certificates().empty()) {
            certificate = {kCertificate, Result::failed, "no_certificate", {}};
            return found;
        }
        const trust::Certificate signer = trust::Certificate::parse(parsed.certificates().front());
        // A receipt does not expire: the time is only held against what it might say of itself.
        SdJwtCheck check = parsed.check(signer.public_key(), std::chrono::sys_seconds::min());
        if (check.result != SdJwtCheck::Result::verified) {
            signature = {kSignature, Result::failed, "bad_signature", {}};
            certificate.reason = "bad_signature";
            return found;
        }
        signature = {kSignature, Result::passed, {}, {{"signer", signer.description()}}};
        certificate = judge_signer(kCertificate, anchors, signer, trust::Purpose::receipts, issued_at(check.claims));
        found.claims = std::move(check.claims);
        return found;
    } catch (const MalformedData&) {
        return found;
    }
}

}  // namespace tahvil::daemon
