#pragma once

#include <chrono>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/bytes.h"

/// ASN.1 as ITU-T X.690 encodes it: a bounds-checked cursor over bytes that are not copied, and functions that write.
namespace tahvil::asn1 {

using Time = std::chrono::sys_seconds;

/// An identifier octet with a tag number up to 30, which is all that certificates, CMS and SecurityInfos use.
enum class Tag : std::uint8_t {
    boolean = 0x01,
    integer = 0x02,
    bit_string = 0x03,
    octet_string = 0x04,
    null = 0x05,
    object_identifier = 0x06,
    enumerated = 0x0A,
    utf8_string = 0x0C,
    sequence = 0x30,
    set = 0x31,
    numeric_string = 0x12,
    printable_string = 0x13,
    t61_string = 0x14,
    ia5_string = 0x16,
    utc_time = 0x17,
    generalized_time = 0x18,
    universal_string = 0x1C,
    bmp_string = 0x1E,
};

/// [number] in a primitive encoding.
constexpr Tag context(unsigned number) {
    return static_cast<Tag>(0x80U | number);
}

/// [number] in a constructed encoding.
constexpr Tag context_constructed(unsigned number) {
    return static_cast<Tag>(0xA0U | number);
}

constexpr bool is_constructed(Tag tag) {
    return (static_cast<unsigned>(tag) & 0x20U) != 0;
}

/// An object identifier, held in the bytes of its encoding.
class Oid {
public:
    Oid() = default;

    /// From the dotted form, "1.2.840.10045.2.1". Throws InvalidInput when it is not one.
    explicit Oid(std::string_view dotted);

    /// From the content octets. Throws MalformedData when they are no object identifier (8.19).
    static Oid from_content(ByteView content);

    std::string dotted() const;
    ByteView content() const { return content_; }
    bool starts_with(const Oid& arc) const;

    friend bool operator==(const Oid&, const Oid&) = default;
    friend auto operator<=>(const Oid&, const Oid&) = default;

private:
    Bytes content_;
};

/// DER is the rule. BER is asked for by name, where real documents need it: indefinite lengths, long forms of a length,
/// and strings in pieces are then read, and counted as departures from DER.
enum class Rules : std::uint8_t { der, ber };

struct Element {
    Tag tag{};
    ByteView raw;      ///< identifier, length and content (and the end-of-contents octets): what a digest is taken of
    ByteView content;  ///< the content octets alone
};

/// A position in encoded data that it does not own. Every read checks bounds and throws MalformedData, which names
/// what was expected; nesting is bounded by kMaxDepth.
class Cursor {
public:
    static constexpr unsigned kMaxDepth = 32;

    explicit Cursor(ByteView data, Rules rules = Rules::der) : data_(data), rules_(rules) {}

    bool at_end() const { return data_.empty(); }
    ByteView rest() const { return data_; }
    Rules rules() const { return rules_; }

    /// The tag of the next element, or nothing at the end.
    std::optional<Tag> peek() const;
    bool next_is(Tag tag) const { return peek() == tag; }

    Element read();
    Element read(Tag expected);
    std::optional<Element> read_if(Tag tag);

    /// A cursor over the content of the next element, which must be constructed.
    Cursor enter(Tag expected);
    std::optional<Cursor> enter_if(Tag tag);

    /// A cursor over an element read before.
    Cursor within(const Element& element) const;

    void expect_end() const;

    Oid read_oid();
    bool read_boolean();
    /// The magnitude of an INTEGER that must not be negative, without leading zeros (zero is one zero byte).
    ByteView read_unsigned();
    /// An INTEGER between 0 and 2^31-1.
    int read_small_integer();
    /// An OCTET STRING; in BER one in pieces is put together, which is why it may have to be a copy.
    Bytes read_octets();
    /// An OCTET STRING in one piece.
    ByteView read_octet_view();
    /// A BIT STRING that has no unused bits, which keys and signatures never have.
    ByteView read_bits();
    /// UTCTime (years 1950 to 2049) or GeneralizedTime; both must end in Z, in BER perhaps in a distance from UTC.
    /// Fractions of a second are cut off.
    Time read_time();

private:
    Cursor(ByteView data, Rules rules, unsigned depth) : data_(data), rules_(rules), depth_(depth) {}

    ByteView data_;
    Rules rules_;
    unsigned depth_ = 0;
};

/// What an encoding has of BER that DER does not allow, for the verdict to name.
struct Departures {
    bool indefinite_length = false;
    bool long_form_length = false;
    bool string_in_pieces = false;

    bool any() const { return indefinite_length || long_form_length || string_in_pieces; }
};

/// Walks over everything in `data`, one element, and tells how it departs from DER. Throws MalformedData when it is
/// not even BER. What primitive elements contain is not looked at.
Departures departures_from_der(ByteView data);

/// \name Writing DER
/// @{
Bytes element(Tag tag, ByteView content);
Bytes element(Tag tag, std::initializer_list<ByteView> parts);
Bytes sequence(std::initializer_list<ByteView> parts);
Bytes set_of(std::vector<Bytes> parts);  ///< sorted, as 11.6 asks
Bytes integer(std::uint64_t number);
Bytes unsigned_integer(ByteView magnitude);
Bytes boolean(bool value);
Bytes null();
Bytes oid(const Oid& identifier);
Bytes octet_string(ByteView content);
Bytes bit_string(ByteView content);
Bytes utf8_string(std::string_view text);
Bytes printable_string(std::string_view text);
Bytes time(Time at);  ///< UTCTime to 2049, GeneralizedTime after, as RFC 5280 4.1.2.5 asks
Bytes generalized_time(Time at);
/// @}

}  // namespace tahvil::asn1
