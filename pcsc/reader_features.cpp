#include "pcsc/reader_features.h"

#include <array>

#include <reader.h>
#include <winscard.h>

#include "pcsc/error.h"

namespace tahvil::pcsc {

namespace {

constexpr std::size_t kMaxAnswer = 264;  // of a control command that lists something

std::size_t ask(const Control& control, std::uint32_t code, std::span<std::uint8_t> answer) {
    try {
        return control(code, {}, answer);
    } catch (const PcscError&) {
        // The driver knows no control commands at all: it then says nothing.
    } catch (const LimitExceeded&) {
    }
    return 0;
}

}  // namespace

Features read_features(const Control& control) {
    std::array<std::uint8_t, kMaxAnswer> answer{};
    const std::size_t size = ask(control, CM_IOCTL_GET_FEATURE_REQUEST, answer);
    Features features;
    // A list of (tag, 4, control code), big endian.
    for (std::size_t at = 0; at + 6 <= size && answer[at + 1] == 4; at += 6)
        features[answer[at]] = static_cast<std::uint32_t>(from_big_endian(ByteView(answer).subspan(at + 2, 4)));
    return features;
}

std::map<std::uint8_t, std::uint32_t> read_properties(const Control& control, const Features& features) {
    std::map<std::uint8_t, std::uint32_t> properties;
    const auto code = features.find(feature::tlv_properties);
    if (code == features.end()) return properties;
    std::array<std::uint8_t, kMaxAnswer> answer{};
    const std::size_t size = ask(control, code->second, answer);
    // A list of (tag, length, value), numbers little endian.
    for (std::size_t at = 0; at + 2 <= size;) {
        const std::size_t length = answer[at + 1];
        if (at + 2 + length > size) break;
        if (length <= 4) {
            std::uint32_t value = 0;
            for (std::size_t i = length; i > 0; --i) value = value << 8U | answer[at + 1 + i];
            properties[answer[at]] = value;
        }
        at += 2 + length;
    }
    return properties;
}

}  // namespace tahvil::pcsc
