#include "apdu/profiles/words.h"

#include <array>

namespace tahvil::profiles {

namespace {

using Word = std::string_view;

constexpr auto kLayouts = std::to_array<Word>({"lds", "eid", "files", "pkcs15", "piv"});
constexpr auto kProofs = std::to_array<Word>({"none", "lds", "eid", "internal_authenticate", "digital_signature",
                                              "belpic_signature", "belpic_basic_key", "piv_general_authenticate"});
constexpr auto kQuirks = std::to_array<Word>({"select_drops_login", "select_needs_answer", "pin_state_elsewhere"});
constexpr auto kExtents = std::to_array<Word>({"object", "end"});
constexpr auto kEncodings =
    std::to_array<Word>({"opaque", "x509", "piv_x509", "cms", "ber_tlv", "simple_tlv", "jpeg", "piv_image"});
constexpr auto kAccesses = std::to_array<Word>({"free", "pin", "provider"});
constexpr auto kMeanings =
    std::to_array<Word>({"national_code", "name", "family_name", "given_names", "birth_date", "sex", "nationality",
                         "card_serial", "document_number", "authority", "issued", "expires"});
constexpr auto kDateForms = std::to_array<Word>({"iso", "day_first"});
constexpr auto kPinFormats = std::to_array<Word>({"ascii", "bcd", "iso_9564"});

}  // namespace

template <>
std::span<const Word> words<Layout>() {
    return kLayouts;
}

template <>
std::span<const Word> words<ChipProof>() {
    return kProofs;
}

template <>
std::span<const Word> words<Quirk>() {
    return kQuirks;
}

template <>
std::span<const Word> words<Extent>() {
    return kExtents;
}

template <>
std::span<const Word> words<Encoding>() {
    return kEncodings;
}

template <>
std::span<const Word> words<Access>() {
    return kAccesses;
}

template <>
std::span<const Word> words<Meaning>() {
    return kMeanings;
}

template <>
std::span<const Word> words<DateForm>() {
    return kDateForms;
}

template <>
std::span<const Word> words<PinFormat>() {
    return kPinFormats;
}

}  // namespace tahvil::profiles
