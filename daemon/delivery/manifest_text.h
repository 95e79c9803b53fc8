#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

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

}  // namespace tahvil::daemon
