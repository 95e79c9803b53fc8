#include "apdu/tlv.h"

#include <string>

#include "crypto/error.h"

namespace tahvil::tlv {

namespace {

constexpr std::size_t kMaxTagBytes = 3;
constexpr std::size_t kMaxLengthBytes = 3;  // after the first, so that a length fits 16 MiB

[[noreturn]] void malformed(const std::string& what) {
    throw MalformedData("tlv.malformed", "BER-TLV: " + what);
}

struct Header {
    Tag tag = 0;
    std::size_t size = 0;
    std::size_t value = 0;
};

/// Nothing when `data` ends within the header.
std::optional<Header> read_header(ByteView data) {
    Header header;
    if (data.empty()) return std::nullopt;
    header.tag = data[0];
    header.size = 1;
    if ((data[0] & 0x1FU) == 0x1FU) {
        do {
            if (header.size == kMaxTagBytes) malformed("a tag of more than three bytes");
            if (header.size == data.size()) return std::nullopt;
            header.tag = header.tag << 8U | data[header.size];
        } while ((data[header.size++] & 0x80U) != 0);
    }
    if (header.size == data.size()) return std::nullopt;
    const std::uint8_t first = data[header.size++];
    if (first < 0x80) {
        header.value = first;
        return header;
    }
    const std::size_t count = first & 0x7FU;
    if (count == 0 || count > kMaxLengthBytes) malformed("a length that is indefinite or too long");
    if (data.size() - header.size < count) return std::nullopt;
    header.value = static_cast<std::size_t>(from_big_endian(data.subspan(header.size, count)));
    header.size += count;
    return header;
}

std::string name(Tag tag) {
    std::size_t count = 1;
    while (count < sizeof(tag) && tag >> (8 * count) != 0) ++count;
    return "DO '" + to_hex(to_big_endian(tag, count)) + "'";
}

}  // namespace

Object Cursor::read() {
    const std::optional<Header> header = read_header(data_);
    if (!header) malformed("the data ends within a header");
    if (header->value > data_.size() - header->size) malformed(name(header->tag) + " is longer than what holds it");
    const Object object{header->tag, data_.first(header->size + header->value),
                        data_.subspan(header->size, header->value)};
    data_ = data_.subspan(object.raw.size());
    return object;
}

ByteView Cursor::read(Tag expected) {
    if (data_.empty()) malformed(name(expected) + " is missing");
    const Object object = read();
    if (object.tag != expected) malformed(name(expected) + " is expected and " + name(object.tag) + " is there");
    return object.value;
}

std::optional<ByteView> Cursor::read_if(Tag tag) {
    const std::optional<Header> header = read_header(data_);
    if (!header || header->tag != tag) return std::nullopt;
    return read().value;
}

std::optional<ByteView> find(ByteView run, Tag tag) {
    for (Cursor cursor(run); !cursor.at_end();) {
        const Object object = cursor.read();
        if (object.tag == tag) return object.value;
    }
    return std::nullopt;
}

std::optional<std::size_t> object_size(ByteView start) {
    const std::optional<Header> header = read_header(start);
    if (!header) return std::nullopt;
    return header->size + header->value;
}

void append_header(Bytes& to, Tag tag, std::size_t size) {
    for (unsigned shift = 24; shift > 0; shift -= 8)
        if (tag >> shift != 0) to.push_back(static_cast<std::uint8_t>(tag >> shift & 0xFFU));
    to.push_back(static_cast<std::uint8_t>(tag & 0xFFU));
    if (size < 0x80) {
        to.push_back(static_cast<std::uint8_t>(size));
        return;
    }
    std::size_t count = 1;
    while (size >> (8 * count) != 0) ++count;
    if (count > kMaxLengthBytes) throw InvalidInput("input.range", "a data object of over 16 MiB");
    to.push_back(static_cast<std::uint8_t>(0x80U | count));
    while (count-- > 0) to.push_back(static_cast<std::uint8_t>(size >> (8 * count) & 0xFFU));
}

Bytes encode(Tag tag, ByteView value) {
    Bytes out;
    out.reserve(value.size() + kMaxTagBytes + kMaxLengthBytes + 1);
    append_header(out, tag, value.size());
    append(out, value);
    return out;
}

Bytes encode(Tag tag, std::initializer_list<ByteView> parts) {
    return encode(tag, concat(parts));
}

}  // namespace tahvil::tlv
