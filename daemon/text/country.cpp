#include "daemon/text/country.h"

#include <algorithm>
#include <array>
#include <string>

#include <unicode/uloc.h>

namespace tahvil::daemon {

namespace {

struct Code {
    std::string_view code;
    std::string_view country;  ///< the three letters that stand for all its codes
};

/// What ISO 3166 does not have, or has otherwise: Doc 9303-3, 5, parts B to D. Kosovo's certificates say KS or XK.
constexpr auto kBesideIso = std::to_array<Code>({
    {"D", "DEU"},   {"EU", "EUE"},  {"EUE", "EUE"}, {"GBD", "GBR"}, {"GBN", "GBR"}, {"GBO", "GBR"}, {"GBP", "GBR"},
    {"GBS", "GBR"}, {"KS", "RKS"},  {"RKS", "RKS"}, {"UN", "UNO"},  {"UNA", "UNO"}, {"UNK", "UNO"}, {"UNO", "UNO"},
    {"UT", "UTO"},  {"UTO", "UTO"}, {"XK", "RKS"},  {"XOM", "XOM"}, {"XPO", "XPO"},
});

bool is_iso(std::string_view three_letters) {
    for (const char* const* country = uloc_getISOCountries(); *country != nullptr; ++country)
        if (uloc_getISO3Country((std::string{"und_"} + *country).c_str()) == three_letters) return true;
    return false;
}

/// Empty when the code names none.
std::string country_of(std::string_view code) {
    const auto beside = std::ranges::find(kBesideIso, code, &Code::code);
    if (beside != kBesideIso.end()) return std::string{beside->country};
    if (!std::ranges::all_of(code, [](char c) { return c >= 'A' && c <= 'Z'; })) return {};
    if (code.size() == 2) return uloc_getISO3Country((std::string{"und_"} + std::string{code}).c_str());
    return code.size() == 3 && is_iso(code) ? std::string{code} : std::string{};
}

}  // namespace

bool same_country(std::string_view a, std::string_view b) {
    const std::string country = country_of(a);
    return !country.empty() && country == country_of(b);
}

std::string mrz_country(std::string_view code) {
    const std::string country = country_of(code);
    return country == "DEU" ? "D" : country;
}

}  // namespace tahvil::daemon
