#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "crypto/asn1.h"
#include "crypto/bytes.h"

/// Distinguished names (X.501, RFC 5280 4.1.2.4), as raw bytes that are never written anew.
namespace tahvil::trust {

/// Throws MalformedData when the bytes are no Name. The functions below do as well; data that was checked once is safe.
void require_name(ByteView name);

enum class NameMatch : std::uint8_t {
    different,
    folded,  ///< the same attributes when order, string types, case and spaces are left aside
    exact,   ///< the same bytes
};

/// Compares two Names, each the whole element. Throws MalformedData when one is no Name.
NameMatch compare_names(ByteView a, ByteView b);

/// A number that is the same for names that compare_names() takes for equal.
std::uint64_t folded_hash(ByteView name);

/// The country of a name in upper case ("DE"), empty when it has none or two that differ.
std::string country_of(ByteView name);

/// The value of an attribute in UTF-8; nothing when the name has none of that type, or two that differ.
std::optional<std::string> attribute_of(ByteView name, const asn1::Oid& type);

/// Whether an attribute of the name holds the word SPECIMEN: the issuer says of itself that its documents are samples.
bool names_a_specimen(ByteView name);

/// "C=DE, O=bund, OU=bsi, CN=csca-germany", in the order of the encoding. Always UTF-8 without control characters.
std::string to_text(ByteView name);

/// Builds a Name with one attribute for each RDN, in the order of the calls.
class NameWriter {
public:
    NameWriter& country(std::string_view code);  ///< PrintableString
    NameWriter& organization(std::string_view text);
    NameWriter& organizational_unit(std::string_view text);
    NameWriter& common_name(std::string_view text);
    NameWriter& serial_number(std::string_view text);  ///< PrintableString
    NameWriter& attribute(const asn1::Oid& type, asn1::Tag string_type, std::string_view text);
    Bytes der() const;

private:
    Bytes content_;
};

}  // namespace tahvil::trust
