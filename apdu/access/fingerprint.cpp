#include "apdu/access/fingerprint.h"

#include <algorithm>

#include "apdu/error.h"
#include "apdu/tlv.h"
#include "crypto/error.h"

namespace tahvil::fingerprint {

namespace {

constexpr std::uint8_t kVerify = 0x21;  // INS with data objects
constexpr std::size_t kMaxTemplates = 10;

namespace tag {
constexpr tlv::Tag group = 0x7F61;
constexpr tlv::Tag information = 0x7F60;
constexpr tlv::Tag reference = 0x83;
constexpr tlv::Tag header = 0xA1;
constexpr tlv::Tag position = 0x82;
constexpr tlv::Tag matching = 0xB1;  // parameters of the matching algorithm
constexpr tlv::Tag minutiae = 0x81;
constexpr tlv::Tag verification = 0x7F2E;
constexpr tlv::Tag standard_format = 0x81;
}  // namespace tag

[[noreturn]] void malformed(const char* what) {
    throw MalformedData("fingerprint.malformed", std::string("biometric information template: ") + what);
}

/// ISO/IEC 7816-4, 6.3: as few bytes as do.
Bytes length(std::size_t size) {
    if (size < 0x80) return to_big_endian(size, 1);
    const std::size_t bytes = size > 0xFF ? 2 : 1;
    return concat({to_big_endian(0x80 + bytes, 1), to_big_endian(size, bytes)});
}

std::optional<std::uint8_t> byte(ByteView run, tlv::Tag tag) {
    const auto value = tlv::find(run, tag);
    if (!value) return std::nullopt;
    if (value->size() != 1) malformed("a field of more than one byte");
    return value->front();
}

Information read_template(ByteView content) {
    Information information;
    information.reference = byte(content, tag::reference).value_or(0);
    const auto header = tlv::find(content, tag::header);
    if (!header) return information;
    information.position = byte(*header, tag::position);
    const auto matching = tlv::find(*header, tag::matching);
    if (!matching) return information;
    if (const auto numbers = tlv::find(*matching, tag::minutiae)) {
        if (numbers->size() != 2 || (*numbers)[0] > (*numbers)[1]) malformed("numbers of minutiae that are none");
        information.least = (*numbers)[0];
        information.most = (*numbers)[1];
    }
    return information;
}

}  // namespace

std::vector<Information> parse_information(ByteView object) {
    tlv::Cursor outer(object);
    const tlv::Object first = outer.read();
    if (first.tag == tag::information) return {read_template(first.value)};
    if (first.tag != tag::group) malformed("neither DO'7F60' nor DO'7F61'");
    std::vector<Information> found;
    tlv::Cursor inner(first.value);
    while (!inner.at_end()) {
        const tlv::Object one = inner.read();
        if (one.tag != tag::information) continue;  // DO'02' tells how many there are
        if (found.size() == kMaxTemplates) malformed("more fingers than a person has");
        found.push_back(read_template(one.value));
    }
    return found;
}

std::optional<Information> read_information(Channel& card, const profiles::Fingerprint& finger) {
    if (!finger.information) return std::nullopt;
    const Response response = card.transmit(Command::get_data_object(tag::group, card.limits().response_data));
    if (!response.status.ok()) return std::nullopt;
    const std::vector<Information> all = parse_information(response.data);
    const auto found = std::ranges::find(all, finger.reference, &Information::reference);
    if (found == all.end()) return std::nullopt;
    return *found;
}

void require_size(ByteView minutiae, const profiles::Fingerprint& finger,
                  const std::optional<Information>& information) {
    const std::size_t least = information && information->least ? *information->least : finger.least;
    const std::size_t most = information && information->most ? *information->most : finger.most;
    const std::size_t count = minutiae.size() / kMinutiaSize;
    if (minutiae.size() % kMinutiaSize == 0 && count >= least && count <= most) return;
    throw InvalidInput(
        "access.fingerprint",
        "the card takes a fingerprint of " + std::to_string(least) + " to " + std::to_string(most) +
            " minutiae, of three bytes each",
        "Take the finger again, and have the sensor's software give the compact form of ISO/IEC 19794-2.");
}

pin::State query(Channel& card, const profiles::Fingerprint& finger) {
    if (!finger.empty_verify_queries) return {};
    return pin::state_of(card.transmit(Command(0x00, kVerify, 0x00, finger.reference)).status);
}

pin::Answer verify(Channel& card, const profiles::Fingerprint& finger, ByteView minutiae) {
    // Put together in memory that is wiped: a finger can not be changed as a PIN can.
    const Bytes inner = concat({Bytes{tag::standard_format}, length(minutiae.size())});
    const Bytes outer = concat({to_big_endian(tag::verification, 2), length(inner.size() + minutiae.size())});
    SecretBytes data(outer.size() + inner.size() + minutiae.size());
    auto end = std::ranges::copy(outer, data.writable().begin()).out;
    end = std::ranges::copy(inner, end).out;
    std::ranges::copy(minutiae, end);
    return pin::judge(card.transmit(Command(0x00, kVerify, 0x00, finger.reference, data.view())).status,
                      "VERIFY of a fingerprint");
}

}  // namespace tahvil::fingerprint
