#include "daemon/trust/signer_judgement.h"

#include "crypto/trust/path.h"

namespace tahvil::daemon {

Check judge_signer(const std::string& id, const trust::TrustStore& anchors, const trust::Certificate& signer,
                   trust::Purpose purpose, std::chrono::sys_seconds now) {
    const trust::DocumentPath path = trust::find_document_path(anchors, signer, {purpose, {}});
    if (path.result != Result::passed) return {id, path.result, path.reason, path.detail};
    Deviations deviations;
    // A signing time would be the signer's own word, so none stretches a certificate's life here.
    Check validity = trust::judge_validity(id, path.chain, std::nullopt, now, deviations);
    if (!validity.passed()) return validity;
    if (!signer.validity().contains(now)) return {id, Result::failed, "expired", {}};
    trust::RevocationJudgement revocation = trust::judge_revocation(id, anchors, path.chain, now, std::nullopt);
    if (revocation.check.result == Result::failed) return std::move(revocation.check);
    return {id, Result::passed, {}, {{"anchor", path.chain.back().description()}}};
}

}  // namespace tahvil::daemon
