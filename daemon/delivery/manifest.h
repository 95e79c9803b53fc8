#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/bytes.h"
#include "crypto/trust/check.h"
#include "crypto/trust/trust_store.h"
#include "daemon/delivery/deliveries.h"
#include "daemon/delivery/manifest_text.h"

namespace tahvil::daemon {

/// A manifest in the CMS structure that its sender signed (RFC 5652, with the content enclosed).
struct SignedManifest {
    Check signature;      ///< "manifest.signature"
    std::string signer;   ///< in words, when passed
    std::string content;  ///< when passed
};

/// Whether the file is a CMS structure rather than a text.
bool looks_signed(ByteView file);

/// Every signer's signature must be good, chain to an anchor for manifests, be within its time and not revoked.
/// Reasons: those of trust::verify_signer(), find_document_path(), judge_validity(), "revoked", "not_signed_data".
SignedManifest open_signed_manifest(ByteView file, const trust::TrustStore& anchors, std::chrono::sys_seconds now);

/// A manifest that was not taken in.
class ManifestRejected : public Error {
public:
    ManifestRejected(std::string code, const std::string& what, std::string remedy, std::vector<RowFault> faults = {},
                     std::size_t good_rows = 0)
        : Error(std::move(code), what, std::move(remedy)), faults_(std::move(faults)), good_rows_(good_rows) {}

    const std::vector<RowFault>& faults() const noexcept { return faults_; }
    std::size_t good_rows() const noexcept { return good_rows_; }

private:
    std::vector<RowFault> faults_;
    std::size_t good_rows_;
};

struct ManifestRules {
    bool accept_unsigned = false;  ///< by configuration only
    bool good_rows_only = false;   ///< a person saw the faults and takes the rest
};

struct ManifestImported {
    std::int64_t id = 0;
    std::size_t cards = 0;
    std::vector<RowFault> left_out;
    std::uint64_t journal = 0;
};

/// A manifest that was imported, and how many of its cards are at each stage.
struct ManifestRecord {
    std::int64_t id = 0;
    std::string signer;  ///< empty when it was not signed
    std::chrono::sys_seconds imported_at;
    std::int64_t cards = 0;
    std::map<Stage, std::int64_t> stages;
};

/// Throws NotFound "manifest.unknown".
ManifestRecord find_manifest(Database& database, std::int64_t id);

/// Takes a manifest in, all of it or nothing, as records at stage expected and one entry of the journal. Throws
/// ManifestRejected: "manifest.unsigned", "manifest.signature", "manifest.rows" (with the faults, also those of codes
/// that are in the store or twice in the file), "manifest.empty"; Conflict "manifest.twice"; what read_manifest()
/// throws.
ManifestImported import_manifest(Database& database, Deliveries& deliveries, Journal& journal, ByteView file,
                                 const trust::TrustStore& anchors, const ManifestRules& rules, const Act& act);

}  // namespace tahvil::daemon
