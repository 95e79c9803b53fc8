#pragma once

#include <string_view>
#include <vector>

#include <boost/json/object.hpp>

#include "crypto/trust/check.h"
#include "crypto/trust/trust_store.h"

namespace tahvil::daemon {

inline constexpr std::string_view kReceiptType = "tahvil-receipt+sd-jwt";

/// What was found out about a receipt, without a store and without a daemon:
///
/// - receipt.structure: it is an SD-JWT of a receipt. "malformed", "other_type".
/// - receipt.signature: the key of its first certificate signed it. "bad_signature".
/// - receipt.certificate: that certificate could speak for receipts when the receipt was issued; see judge_signer().
///   "no_certificate".
struct ReceiptVerification {
    std::vector<Check> checks;
    boost::json::object claims;  ///< open ones and disclosed ones, when the signature is good

    bool passed() const;
};

ReceiptVerification verify_receipt(std::string_view receipt, const trust::TrustStore& anchors);

/// The same for an SD-JWT of another type that a terminal signed: its checks are `kind`.structure and so on.
ReceiptVerification verify_signed_text(std::string_view text, std::string_view kind, std::string_view type,
                                       const trust::TrustStore& anchors);

}  // namespace tahvil::daemon
