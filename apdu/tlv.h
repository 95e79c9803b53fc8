#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>

#include "crypto/bytes.h"

/// BER-TLV data objects as cards use them (ISO/IEC 7816-4, 6.3): tags of up to three bytes, definite lengths.
/// (ASN.1 structures are read by crypto/asn1.h, whose rules are stricter.)
namespace tahvil::tlv {

/// The tag's bytes read as one number: 0x5C, 0x7F49, 0x5F2E.
using Tag = std::uint32_t;

struct Object {
    Tag tag = 0;
    ByteView raw;  ///< tag, length and value
    ByteView value;
};

/// A position in a run of data objects that it does not own. Reads throw MalformedData "tlv.malformed".
class Cursor {
public:
    explicit Cursor(ByteView data) : data_(data) {}

    bool at_end() const { return data_.empty(); }
    ByteView rest() const { return data_; }

    Object read();
    /// The next object, which must have this tag.
    ByteView read(Tag expected);
    /// The value of the next object if it has this tag.
    std::optional<ByteView> read_if(Tag tag);

private:
    ByteView data_;
};

/// The value of the first object with this tag in a run, if there is one. Throws MalformedData when the run breaks off.
std::optional<ByteView> find(ByteView run, Tag tag);

/// The size in bytes of the whole object that starts here, from its header alone; nothing while the header is not
/// complete. Throws MalformedData when no header can start so.
std::optional<std::size_t> object_size(ByteView start);

/// Writes tag and length behind `to`; a value of `size` bytes is to follow.
void append_header(Bytes& to, Tag tag, std::size_t size);

Bytes encode(Tag tag, ByteView value);
Bytes encode(Tag tag, std::initializer_list<ByteView> parts);

}  // namespace tahvil::tlv
