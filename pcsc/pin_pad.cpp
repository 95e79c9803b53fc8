#include "pcsc/pin_pad.h"

#include <algorithm>
#include <array>

#include <winscard.h>

#include "apdu/error.h"
#include "apdu/response.h"
#include "pcsc/error.h"

namespace tahvil::pcsc {

namespace {

constexpr std::uint8_t kVerify = 0x20;
constexpr std::uint8_t kChangeReferenceData = 0x24;
constexpr std::size_t kMaxAnswer = 258;

struct KnownPad {
    std::uint32_t vendor;
    std::uint32_t product;
    PadQuirk quirk;
};

constexpr std::array<KnownPad, 3> kKnownPads{{
    {0x08E6, 0x3478, PadQuirk::four_to_eight_digits},  // Gemalto GemPC Pinpad
    {0x0982, 0x0008, PadQuirk::four_to_eight_digits},  // Covadis Vega Alpha
    {0x04E6, 0xE003, PadQuirk::no_length_byte},        // SCM SPR532
}};

// bEntryValidationCondition (part 10, 2.5.2).
constexpr std::uint8_t kAtGreatestLength = 0x01;
constexpr std::uint8_t kAtValidationKey = 0x02;

// bConfirmPIN (2.5.3).
constexpr std::uint8_t kConfirmNew = 0x01;
constexpr std::uint8_t kAskForOld = 0x02;

void put_little_endian(Bytes& to, std::uint32_t number, std::size_t size) {
    for (std::size_t i = 0; i < size; ++i, number >>= 8U) to.push_back(static_cast<std::uint8_t>(number & 0xFFU));
}

/// bmFormatString, bmPINBlockString and bmPINLengthFormat: where in the data field the digits go.
Bytes format_of(const PinBlock& block) {
    constexpr std::uint8_t kBytes = 0x80;  // the unit of positions
    constexpr std::uint8_t kSecondByte = 1U << 3U;
    constexpr std::uint8_t kBcd = 0x01;
    constexpr std::uint8_t kAscii = 0x02;
    constexpr std::uint8_t kLengthInFourBits = 0x40;
    constexpr std::uint8_t kLengthFromFourthBit = 0x04;
    if (block.encoding == PinBlock::Encoding::ascii)
        return {kBytes | kAscii, static_cast<std::uint8_t>(block.size), 0x00};
    return {kBytes | kSecondByte | kBcd, static_cast<std::uint8_t>(kLengthInFourBits | (block.size - 1)),
            kLengthFromFourthBit};
}

/// The block before the holder has typed.
Bytes blank(const PinBlock& block) {
    Bytes bytes(block.size, block.filler);
    if (block.encoding == PinBlock::Encoding::iso_9564) bytes[0] = 0x20;
    return bytes;
}

Bytes seconds(const PadTimes& times) {
    return {static_cast<std::uint8_t>(times.first_key.count()), static_cast<std::uint8_t>(times.next_key.count())};
}

}  // namespace

PadQuirk pad_quirk(std::uint32_t vendor, std::uint32_t product) {
    const auto found = std::ranges::find_if(
        kKnownPads, [&](const KnownPad& pad) { return pad.vendor == vendor && pad.product == product; });
    return found == kKnownPads.end() ? PadQuirk::none : found->quirk;
}

std::string_view name(PadQuirk quirk) {
    switch (quirk) {
        case PadQuirk::four_to_eight_digits:
            return "four-to-eight-digits";
        case PadQuirk::no_length_byte:
            return "no-length-byte";
        case PadQuirk::none:
            break;
    }
    return "none";
}

std::optional<PinPad> PinPad::find(const Control& control) {
    if (!control) return std::nullopt;
    const Features features = read_features(control);
    const auto verify = features.find(feature::verify_pin_direct);
    if (verify == features.end()) return std::nullopt;
    PinPad pad;
    pad.control_ = control;
    pad.verify_ = verify->second;
    if (const auto modify = features.find(feature::modify_pin_direct); modify != features.end())
        pad.modify_ = modify->second;
    auto properties = read_properties(control, features);
    pad.quirk_ = pad_quirk(properties[property::vendor], properties[property::product]);
    pad.least_ = properties[property::least_pin];
    pad.greatest_ = properties[property::greatest_pin];
    if (pad.quirk_ == PadQuirk::four_to_eight_digits) {
        pad.least_ = 4;
        pad.greatest_ = 8;
    }
    return pad;
}

void PinPad::check(const PinBlock& block, const PadTimes& times) const {
    using std::chrono::seconds;
    constexpr std::size_t kLargestBlock = 15;  // four bits of bmPINBlockString
    const bool iso = block.encoding == PinBlock::Encoding::iso_9564;
    const std::size_t room = iso ? 2 * (block.size - 1) : block.size;
    if (block.size == 0 || block.size > kLargestBlock || block.least == 0 || block.least > block.greatest ||
        block.greatest > room)
        throw InvalidInput("input.pin_block", "a PIN that does not fit the block in which the card wants it");
    if (times.first_key < seconds{1} || times.first_key > seconds{255} || times.next_key < seconds{0} ||
        times.next_key > seconds{255})
        throw InvalidInput("input.pin_times", "a pin pad waits for 1 to 255 seconds");
    if ((greatest_ != 0 && block.least > greatest_) || (least_ != 0 && block.greatest < least_))
        throw InvalidInput("input.pin_block", "the reader's pad does not take PINs of the length that the card has",
                           "Give the PIN with the request, or use another reader.");
}

/// wPINMaxExtraDigit: least and greatest number, as far as the reader goes.
Bytes PinPad::digits(const PinBlock& block) const {
    const unsigned greatest = greatest_ == 0 ? block.greatest : std::min(block.greatest, greatest_);
    return {static_cast<std::uint8_t>(greatest), static_cast<std::uint8_t>(std::max(block.least, least_))};
}

std::uint8_t PinPad::end_of_entry(const PinBlock& block) const {
    const bool fixed = block.least == block.greatest && quirk_ != PadQuirk::four_to_eight_digits;
    return fixed ? kAtValidationKey | kAtGreatestLength : kAtValidationKey;
}

// PIN_VERIFY_STRUCTURE (part 10, 2.5.2): numbers little endian, nothing between the fields.
Bytes PinPad::verify_structure(std::uint8_t reference, const PinBlock& block, PadLanguage language,
                               const PadTimes& times) const {
    check(block, times);
    Bytes command{0x00, kVerify, 0x00, reference};
    if (quirk_ != PadQuirk::no_length_byte || block.least == block.greatest) {
        command.push_back(static_cast<std::uint8_t>(block.size));
        append(command, blank(block));
    }
    Bytes structure = concat({seconds(times), format_of(block), digits(block)});
    structure.push_back(end_of_entry(block));
    structure.push_back(0x01);  // one message
    put_little_endian(structure, static_cast<std::uint32_t>(language), 2);
    append(structure, Bytes{0x00,                // the first message
                            0x00, 0x00, 0x00});  // T=1 prologue, which the driver fills in
    put_little_endian(structure, static_cast<std::uint32_t>(command.size()), 4);
    append(structure, command);
    return structure;
}

// PIN_MODIFY_STRUCTURE (part 10, 2.5.3).
Bytes PinPad::modify_structure(std::uint8_t reference, const PinBlock& block, PadLanguage language,
                               const PadTimes& times) const {
    check(block, times);
    Bytes command{0x00, kChangeReferenceData, 0x00, reference, static_cast<std::uint8_t>(2 * block.size)};
    append(command, blank(block));
    append(command, blank(block));
    Bytes structure = concat({seconds(times), format_of(block)});
    structure.push_back(0x00);                                   // the old PIN's block
    structure.push_back(static_cast<std::uint8_t>(block.size));  // the new one's, behind it
    append(structure, digits(block));
    structure.push_back(kConfirmNew | kAskForOld);
    structure.push_back(end_of_entry(block));
    structure.push_back(0x03);  // three messages: old, new, again
    put_little_endian(structure, static_cast<std::uint32_t>(language), 2);
    append(structure, Bytes{0x00, 0x01, 0x02, 0x00, 0x00, 0x00});
    put_little_endian(structure, static_cast<std::uint32_t>(command.size()), 4);
    append(structure, command);
    return structure;
}

PadAnswer PinPad::verify(std::uint8_t reference, const PinBlock& block, PadLanguage language,
                         const PadTimes& times) const {
    return send(verify_, verify_structure(reference, block, language, times));
}

PadAnswer PinPad::modify(std::uint8_t reference, const PinBlock& block, PadLanguage language,
                         const PadTimes& times) const {
    if (!modify_)
        throw FeatureUnsupported("change of a PIN on the reader's pad",
                                 static_cast<ReturnCode>(SCARD_E_UNSUPPORTED_FEATURE));
    return send(*modify_, modify_structure(reference, block, language, times));
}

PadAnswer PinPad::send(std::uint32_t code, ByteView structure) const {
    using Outcome = PadAnswer::Outcome;
    constexpr StatusWord kStructureRefused{0x6B80};
    std::array<std::uint8_t, kMaxAnswer> answer{};
    const std::size_t size = control_(code, structure, answer);
    if (size < 2 || size > answer.size())
        throw ProtocolViolation("reader.pin_pad", "the reader's pin pad answered without a status word");
    const StatusWord status = Response::decode(ByteView(answer).first(size)).status;
    if (status == kStructureRefused)
        throw ProtocolViolation("reader.pin_pad", "the reader's pin pad does not take the form of this card's PIN");
    // 2.5.4: what the reader itself answers.
    switch (status.value) {
        case 0x6400:
            return {Outcome::timed_out, status};
        case 0x6401:
            return {Outcome::cancelled, status};
        case 0x6402:
            return {Outcome::not_repeated, status};
        case 0x6403:
            return {Outcome::wrong_length, status};
        default:
            return {Outcome::answered, status};
    }
}

}  // namespace tahvil::pcsc
