#include "crypto/asn1.h"

#include <algorithm>
#include <array>
#include <limits>

#include "crypto/error.h"

namespace tahvil::asn1 {

namespace {

constexpr std::uint8_t kIndefinite = 0x80;
constexpr std::array<std::uint8_t, 1> kZero{0};

[[noreturn]] void malformed(const std::string& what) {
    throw MalformedData("asn1.malformed", "ASN.1: " + what);
}

std::string name(Tag tag) {
    return "tag " + to_hex(std::array{static_cast<std::uint8_t>(tag)});
}

struct Header {
    Tag tag{};
    std::size_t size = 0;  // of identifier and length octets
    std::size_t content = 0;
    bool indefinite = false;
    bool minimal = true;
};

Header read_header(ByteView data) {
    if (data.size() < 2) malformed("the data ends within a header");
    if ((data[0] & 0x1FU) == 0x1FU) malformed("a tag number over 30, which is not used here");
    Header header;
    header.tag = static_cast<Tag>(data[0]);
    const std::uint8_t first = data[1];
    header.size = 2;
    if (first == kIndefinite) {
        if (!is_constructed(header.tag)) malformed("an indefinite length on a primitive element");
        header.indefinite = true;
        header.minimal = false;
        return header;
    }
    if (first < kIndefinite) {
        header.content = first;
    } else {
        const std::size_t count = first & 0x7FU;
        if (count > 4) malformed("a length of more than four octets");
        if (data.size() < 2 + count) malformed("the data ends within a length");
        header.size += count;
        header.content = static_cast<std::size_t>(from_big_endian(data.subspan(2, count)));
        header.minimal = data[2] != 0 && header.content >= kIndefinite;
    }
    if (header.content > data.size() - header.size) malformed("a length that goes beyond the data");
    return header;
}

bool at_end_of_contents(ByteView data) {
    return data.size() >= 2 && data[0] == 0 && data[1] == 0;
}

std::size_t indefinite_content_size(ByteView data, unsigned depth, Departures& departures);

/// The size of one element with everything around it.
std::size_t element_size(ByteView data, unsigned depth, Departures& departures) {
    if (depth > Cursor::kMaxDepth) malformed("nested too deeply");
    const Header header = read_header(data);
    if (header.indefinite) {
        departures.indefinite_length = true;
        return header.size + indefinite_content_size(data.subspan(header.size), depth + 1, departures) + 2;
    }
    if (!header.minimal) departures.long_form_length = true;
    return header.size + header.content;
}

std::size_t indefinite_content_size(ByteView data, unsigned depth, Departures& departures) {
    std::size_t size = 0;
    while (!at_end_of_contents(data.subspan(size))) size += element_size(data.subspan(size), depth, departures);
    return size;
}

void collect(ByteView data, unsigned depth, Departures& departures) {
    if (depth > Cursor::kMaxDepth) malformed("nested too deeply");
    Cursor cursor(data, Rules::ber);
    while (!cursor.at_end()) {
        const ByteView before = cursor.rest();
        element_size(before, depth, departures);
        const Element element = cursor.read();
        if (!is_constructed(element.tag)) continue;
        const auto primitive = static_cast<std::uint8_t>(static_cast<unsigned>(element.tag) & ~0x20U);
        if (primitive == static_cast<std::uint8_t>(Tag::octet_string) ||
            primitive == static_cast<std::uint8_t>(Tag::bit_string))
            departures.string_in_pieces = true;
        collect(element.content, depth + 1, departures);
    }
}

void gather_octets(Cursor cursor, unsigned depth, Bytes& into) {
    if (depth > Cursor::kMaxDepth) malformed("nested too deeply");
    static constexpr Tag constructed_octets = static_cast<Tag>(0x24);
    while (!cursor.at_end()) {
        const Element piece = cursor.read();
        if (piece.tag == Tag::octet_string)
            append(into, piece.content);
        else if (piece.tag == constructed_octets)
            gather_octets(cursor.within(piece), depth + 1, into);
        else
            malformed("an octet string whose pieces are not octet strings");
    }
}

int digits(ByteView text, std::size_t at, std::size_t count) {
    int number = 0;
    for (std::size_t i = at; i < at + count; ++i) {
        if (i >= text.size() || text[i] < '0' || text[i] > '9') malformed("a time with a character that is no digit");
        number = number * 10 + (text[i] - '0');
    }
    return number;
}

void append_length(Bytes& to, std::size_t length) {
    if (length < kIndefinite) {
        to.push_back(static_cast<std::uint8_t>(length));
        return;
    }
    std::size_t count = 1;
    while (count < sizeof(length) && length >> (8 * count) != 0) ++count;
    to.push_back(static_cast<std::uint8_t>(kIndefinite | count));
    append(to, to_big_endian(length, count));
}

std::string two_digits(unsigned number) {
    std::string text = std::to_string(number);
    return text.size() < 2 ? "0" + text : text;
}

}  // namespace

Oid::Oid(std::string_view dotted) {
    std::vector<std::uint64_t> arcs;
    std::size_t at = 0;
    while (at <= dotted.size()) {
        const std::size_t dot = std::min(dotted.find('.', at), dotted.size());
        const std::string_view arc = dotted.substr(at, dot - at);
        if (arc.empty() || arc.size() > 18) throw InvalidInput("input.oid", "not an object identifier");
        std::uint64_t number = 0;
        for (const char c : arc) {
            if (c < '0' || c > '9') throw InvalidInput("input.oid", "not an object identifier");
            number = number * 10 + static_cast<std::uint64_t>(c - '0');
        }
        arcs.push_back(number);
        at = dot + 1;
    }
    if (arcs.size() < 2 || arcs[0] > 2 || (arcs[0] < 2 && arcs[1] > 39))
        throw InvalidInput("input.oid", "not an object identifier");
    arcs[1] += arcs[0] * 40;
    for (auto arc = arcs.begin() + 1; arc != arcs.end(); ++arc) {
        Bytes base128{static_cast<std::uint8_t>(*arc & 0x7FU)};
        for (std::uint64_t rest = *arc >> 7U; rest != 0; rest >>= 7U)
            base128.insert(base128.begin(), static_cast<std::uint8_t>(0x80U | (rest & 0x7FU)));
        append(content_, base128);
    }
}

Oid Oid::from_content(ByteView content) {
    static constexpr std::size_t kMaxSize = 64;
    static constexpr std::size_t kMaxArc = 9;  // octets, so that an arc fits 63 bits
    if (content.empty() || content.size() > kMaxSize) malformed("an object identifier of an impossible size");
    std::size_t arc = 0;
    for (const std::uint8_t octet : content) {
        if (arc == 0 && octet == 0x80) malformed("an object identifier with a padded arc");
        if (++arc > kMaxArc) malformed("an object identifier with an arc that is too large");
        if ((octet & 0x80U) == 0) arc = 0;
    }
    if (arc != 0) malformed("an object identifier that ends within an arc");
    Oid identifier;
    identifier.content_ = to_bytes(content);
    return identifier;
}

std::string Oid::dotted() const {
    std::string text;
    std::uint64_t arc = 0;
    for (const std::uint8_t octet : content_) {
        arc = arc << 7U | (octet & 0x7FU);
        if ((octet & 0x80U) != 0) continue;
        if (text.empty()) {
            const std::uint64_t first = std::min<std::uint64_t>(arc / 40, 2);
            text = std::to_string(first);
            arc -= first * 40;
        }
        text += "." + std::to_string(arc);
        arc = 0;
    }
    return text;
}

bool Oid::starts_with(const Oid& arc) const {
    return content_.size() >= arc.content_.size() &&
           std::equal(arc.content_.begin(), arc.content_.end(), content_.begin());
}

std::optional<Tag> Cursor::peek() const {
    if (data_.empty()) return std::nullopt;
    return static_cast<Tag>(data_[0]);
}

Element Cursor::read() {
    const Header header = read_header(data_);
    if (rules_ == Rules::der && !header.minimal) malformed("a length that is not in DER");
    std::size_t content = header.content;
    std::size_t trailer = 0;
    if (header.indefinite) {
        Departures ignored;
        content = indefinite_content_size(data_.subspan(header.size), depth_ + 1, ignored);
        trailer = 2;
    }
    const Element element{header.tag, data_.first(header.size + content + trailer),
                          data_.subspan(header.size, content)};
    data_ = data_.subspan(element.raw.size());
    return element;
}

Element Cursor::read(Tag expected) {
    if (data_.empty()) malformed("the data ends where " + name(expected) + " is expected");
    if (*peek() != expected) malformed(name(expected) + " is expected and " + name(*peek()) + " is there");
    return read();
}

std::optional<Element> Cursor::read_if(Tag tag) {
    if (!next_is(tag)) return std::nullopt;
    return read();
}

Cursor Cursor::enter(Tag expected) {
    return within(read(expected));
}

std::optional<Cursor> Cursor::enter_if(Tag tag) {
    if (!next_is(tag)) return std::nullopt;
    return enter(tag);
}

Cursor Cursor::within(const Element& element) const {
    if (depth_ >= kMaxDepth) malformed("nested too deeply");
    if (!is_constructed(element.tag)) malformed(name(element.tag) + " is primitive and has no elements");
    return {element.content, rules_, depth_ + 1};
}

void Cursor::expect_end() const {
    if (!data_.empty()) malformed(std::to_string(data_.size()) + " bytes too many");
}

Oid Cursor::read_oid() {
    return Oid::from_content(read(Tag::object_identifier).content);
}

bool Cursor::read_boolean() {
    const ByteView content = read(Tag::boolean).content;
    if (content.size() != 1) malformed("a boolean that is not one octet");
    if (rules_ == Rules::der && content[0] != 0 && content[0] != 0xFF) malformed("a boolean that is not in DER");
    return content[0] != 0;
}

ByteView Cursor::read_unsigned() {
    ByteView content = read(Tag::integer).content;
    if (content.empty()) malformed("an integer without octets");
    if ((content[0] & 0x80U) != 0) malformed("a negative integer");
    if (content.size() == 1) return content;
    if (content[0] == 0) {
        if (rules_ == Rules::der && (content[1] & 0x80U) == 0) malformed("an integer with a leading zero");
        while (content.size() > 1 && content[0] == 0) content = content.subspan(1);
    }
    return content;
}

int Cursor::read_small_integer() {
    const ByteView magnitude = read_unsigned();
    if (magnitude.size() > 4) malformed("an integer that is too large here");
    const std::uint64_t number = from_big_endian(magnitude);
    if (number > static_cast<std::uint64_t>(std::numeric_limits<std::int32_t>::max()))
        malformed("an integer that is too large here");
    return static_cast<int>(number);
}

Bytes Cursor::read_octets() {
    if (rules_ == Rules::ber && next_is(static_cast<Tag>(0x24))) {
        Bytes octets;
        gather_octets(within(read()), depth_ + 1, octets);
        return octets;
    }
    return to_bytes(read_octet_view());
}

ByteView Cursor::read_octet_view() {
    return read(Tag::octet_string).content;
}

ByteView Cursor::read_bits() {
    const ByteView content = read(Tag::bit_string).content;
    if (content.empty()) malformed("a bit string without octets");
    if (content[0] != 0) malformed("a bit string with unused bits where whole octets are expected");
    return content.subspan(1);
}

Time Cursor::read_time() {
    using namespace std::chrono;
    const Element element = read();
    ByteView text = element.content;
    int year = 0;
    if (element.tag == Tag::utc_time) {
        year = digits(text, 0, 2);
        year += year < 50 ? 2000 : 1900;
        text = text.subspan(2);
    } else if (element.tag == Tag::generalized_time) {
        year = digits(text, 0, 4);
        text = text.subspan(4);
    } else {
        malformed("a time is expected and " + name(element.tag) + " is there");
    }
    const year_month_day date{std::chrono::year(year), month(static_cast<unsigned>(digits(text, 0, 2))),
                              day(static_cast<unsigned>(digits(text, 2, 2)))};
    const int hour = digits(text, 4, 2);
    const int minute = digits(text, 6, 2);
    std::size_t at = 8;
    int second = 0;
    if (at < text.size() && text[at] != 'Z') {  // UTCTime may leave the seconds out in BER
        second = digits(text, at, 2);
        at += 2;
    } else if (rules_ == Rules::der) {
        malformed("a time without seconds");
    }
    if (at < text.size() && text[at] == '.') {
        ++at;
        while (at < text.size() && text[at] >= '0' && text[at] <= '9') ++at;
    }
    minutes ahead{0};
    if (rules_ == Rules::ber && at + 5 == text.size() &&
        (text[at] == '+' || text[at] == '-')) {  // X.680, 46.3 and 47.3
        ahead = hours(digits(text, at + 1, 2)) + minutes(digits(text, at + 3, 2));
        if (text[at] == '-') ahead = -ahead;
    } else if (at + 1 != text.size() || text[at] != 'Z') {
        malformed("a time that does not end in Z");
    }
    if (!date.ok() || hour > 23 || minute > 59 || second > 59) malformed("a time that does not exist");
    return sys_days(date) + hours(hour) + minutes(minute) + seconds(second) - ahead;
}

Departures departures_from_der(ByteView data) {
    Departures departures;
    if (element_size(data, 0, departures) != data.size()) malformed("more than one element");
    collect(data, 0, departures);
    return departures;
}

Bytes element(Tag tag, ByteView content) {
    Bytes out{static_cast<std::uint8_t>(tag)};
    out.reserve(content.size() + 6);
    append_length(out, content.size());
    append(out, content);
    return out;
}

Bytes element(Tag tag, std::initializer_list<ByteView> parts) {
    return element(tag, concat(parts));
}

Bytes sequence(std::initializer_list<ByteView> parts) {
    return element(Tag::sequence, parts);
}

Bytes set_of(std::vector<Bytes> parts) {
    std::ranges::sort(parts, [](ByteView a, ByteView b) { return std::ranges::lexicographical_compare(a, b); });
    Bytes content;
    for (const Bytes& part : parts) append(content, part);
    return element(Tag::set, content);
}

Bytes integer(std::uint64_t number) {
    return unsigned_integer(to_big_endian(number, sizeof(number)));
}

Bytes unsigned_integer(ByteView magnitude) {
    while (magnitude.size() > 1 && magnitude[0] == 0) magnitude = magnitude.subspan(1);
    if (magnitude.empty() || (magnitude[0] & 0x80U) != 0) return element(Tag::integer, {ByteView(kZero), magnitude});
    return element(Tag::integer, magnitude);
}

Bytes boolean(bool value) {
    return element(Tag::boolean, std::array{static_cast<std::uint8_t>(value ? 0xFF : 0)});
}

Bytes null() {
    return {static_cast<std::uint8_t>(Tag::null), 0};
}

Bytes oid(const Oid& identifier) {
    return element(Tag::object_identifier, identifier.content());
}

Bytes octet_string(ByteView content) {
    return element(Tag::octet_string, content);
}

Bytes bit_string(ByteView content) {
    return element(Tag::bit_string, {ByteView(kZero), content});
}

Bytes utf8_string(std::string_view text) {
    return element(Tag::utf8_string, as_bytes(text));
}

Bytes printable_string(std::string_view text) {
    return element(Tag::printable_string, as_bytes(text));
}

namespace {

std::string month_to_second(Time at) {
    const auto days = std::chrono::floor<std::chrono::days>(at);
    const std::chrono::year_month_day date(days);
    const std::chrono::hh_mm_ss clock(at - days);
    return two_digits(static_cast<unsigned>(date.month())) + two_digits(static_cast<unsigned>(date.day())) +
           two_digits(static_cast<unsigned>(clock.hours().count())) +
           two_digits(static_cast<unsigned>(clock.minutes().count())) +
           two_digits(static_cast<unsigned>(clock.seconds().count())) + "Z";
}

int year_of(Time at) {
    return static_cast<int>(std::chrono::year_month_day(std::chrono::floor<std::chrono::days>(at)).year());
}

}  // namespace

Bytes time(Time at) {
    const int year = year_of(at);
    if (year < 1950 || year > 2049) return generalized_time(at);
    const std::string text = two_digits(static_cast<unsigned>(year % 100)) + month_to_second(at);
    return element(Tag::utc_time, as_bytes(text));
}

Bytes generalized_time(Time at) {
    const int year = year_of(at);
    if (year < 0 || year > 9999) throw InvalidInput("input.time", "a year that GeneralizedTime can not express");
    const std::string text = two_digits(static_cast<unsigned>(year / 100)) +
                             two_digits(static_cast<unsigned>(year % 100)) + month_to_second(at);
    return element(Tag::generalized_time, as_bytes(text));
}

}  // namespace tahvil::asn1
