#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "daemon/receipt/receipt_verification.h"

namespace tahvil::daemon {

/// The question that an answer must be the answer to.
struct AskedQuestion {
    std::string nonce;
    std::string audience;
    std::chrono::sys_seconds at;  ///< when the answer is to hold
};

/// Whether the text is an answer to a relying party, good or not.
bool is_identity_answer(std::string_view text);

/// What was found out about the answer to a relying party's question, without a daemon:
///
/// - answer.structure, answer.signature, answer.certificate: as verify_receipt() has them for a receipt.
/// - answer.time: it holds at that time. "expired", "not_yet_valid", "no_time".
/// - answer.audience: it is meant for whoever asked. "other_audience".
/// - answer.nonce: it is the answer to this question, and not to an earlier one. "other_nonce".
///
/// The nonce is good for one answer: a party accepts none for a question that it asked no more, or had answered before.
ReceiptVerification verify_identity_answer(std::string_view text, const AskedQuestion& asked,
                                           const trust::TrustStore& anchors);

}  // namespace tahvil::daemon
