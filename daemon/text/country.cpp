#include "daemon/text/country.h"

#include <algorithm>
#include <array>
#include <string>

#include <unicode/uloc.h>

namespace tahvil::daemon {

namespace {

struct Pair {
    std::string_view mrz;
    std::string_view certificate;
};

/// What ISO 3166 does not have, or has otherwise: Doc 9303-3, 5, parts B to D.
constexpr auto kBesideIso = std::to_array<Pair>({
    {"D", "DE"},
    {"EUE", "EU"},
    {"RKS", "KS"},
    {"UNA", "UN"},
    {"UNK", "UN"},
    {"UNO", "UN"},
    {"UTO", "UT"},
});

}  // namespace

bool same_country(std::string_view mrz_code, std::string_view certificate_code) {
    const bool beside_iso = std::ranges::any_of(
        kBesideIso, [&](const Pair& pair) { return pair.mrz == mrz_code && pair.certificate == certificate_code; });
    if (beside_iso) return true;
    const auto is_letter = [](char c) { return c >= 'A' && c <= 'Z'; };
    if (certificate_code.size() != 2 || !std::ranges::all_of(certificate_code, is_letter)) return false;
    const std::string_view iso = uloc_getISO3Country(("und_" + std::string{certificate_code}).c_str());
    return !iso.empty() && iso == mrz_code;
}

}  // namespace tahvil::daemon
