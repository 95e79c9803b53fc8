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
#include "daemon/delivery/record.h"

namespace tahvil::daemon {

constexpr std::size_t kMaxManifest = 1024UL * 1024 * 1024;        ///< bytes
constexpr std::size_t kMaxManifestLine = std::size_t{16} * 1024;  ///< bytes

/// What is wrong with one row. Names line and column, never a value.
struct RowFault {
    std::size_t line = 0;  ///< from 1; of a quoted field over several lines, the first
    std::string column;    ///< empty when the row as a whole is meant
    std::string code;      ///< "national_code.check_digit", "manifest.missing"
    std::string what;
};

struct ManifestRow {
    std::size_t line = 0;
    ExpectedCard card;
};

/// What a manifest says: rows that are good, and what is wrong with the others.
struct Manifest {
    std::vector<ManifestRow> rows;
    std::vector<RowFault> faults;
};

/// Reads a list of expected cards in UTF-8: CSV (RFC 4180) with a line of column names, or an object of JSON on each
/// line with the same names. Required are tracking_code, national_code, given_name and family_name; further
/// birth_date, birth_certificate_serial, birth_certificate_series, batch, card_serial, card_signer, can,
/// document_number, document_expiry, fee (rials), office, phone. Dates are as people type them, digits of any kind.
/// Throws MalformedData "manifest.syntax" when no row can be made out of it: an unknown column, no column names.
Manifest read_manifest(std::string_view text);

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
