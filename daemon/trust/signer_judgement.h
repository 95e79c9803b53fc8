#pragma once

#include <chrono>
#include <string>

#include "crypto/trust/certificate.h"
#include "crypto/trust/check.h"
#include "crypto/trust/trust_store.h"

namespace tahvil::daemon {

/// Whether a certificate may speak now for a purpose: it chains to an anchor for it, is within its time, and no list
/// that the store has revokes it. (Without a list nothing is known of revocation, and an office without a network must
/// go on.) Reasons: those of find_document_path() and judge_validity(), "revoked", "expired".
Check judge_signer(const std::string& id, const trust::TrustStore& anchors, const trust::Certificate& signer,
                   trust::Purpose purpose, std::chrono::sys_seconds now);

}  // namespace tahvil::daemon
