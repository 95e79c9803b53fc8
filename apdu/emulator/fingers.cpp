#include "apdu/emulator/fingers.h"

#include <algorithm>
#include <cstdlib>

#include "apdu/tlv.h"
#include "crypto/error.h"

namespace tahvil::emulator {

namespace {

constexpr std::uint8_t kVerify = 0x21;
constexpr std::size_t kMinutiaSize = 3;  // bytes
constexpr int kTurn = 64;
constexpr unsigned kTypeEnding = 0x40;  // upper two bits of the third byte: a ridge that ends

int apart(int one, int other) {
    const int way = std::abs(one - other) % kTurn;
    return std::min(way, kTurn - way);
}

bool is_same(const Minutia& one, const Minutia& other) {
    constexpr int kPlace = 6;  // 0.6 mm
    constexpr int kAngle = 5;  // 28 degrees
    return std::abs(one.x - other.x) <= kPlace && std::abs(one.y - other.y) <= kPlace &&
           apart(one.angle, other.angle) <= kAngle;
}

/// From -span to +span.
int jitter(std::uint8_t byte, int span) {
    return byte % (2 * span + 1) - span;
}

}  // namespace

std::vector<Minutia> parse_minutiae(ByteView compact) {
    if (compact.size() % kMinutiaSize != 0) throw MalformedData("fingerprint.malformed", "a minutia that breaks off");
    std::vector<Minutia> minutiae;
    minutiae.reserve(compact.size() / kMinutiaSize);
    for (std::size_t at = 0; at < compact.size(); at += kMinutiaSize)
        minutiae.push_back({compact[at], compact[at + 1], compact[at + 2] & (kTurn - 1)});
    return minutiae;
}

Bytes write_minutiae(const std::vector<Minutia>& minutiae) {
    Bytes compact;
    for (const Minutia& one : minutiae) {
        compact.push_back(static_cast<std::uint8_t>(one.x));
        compact.push_back(static_cast<std::uint8_t>(one.y));
        compact.push_back(static_cast<std::uint8_t>(kTypeEnding | static_cast<unsigned>(one.angle)));
    }
    return compact;
}

std::vector<Minutia> draw_finger(const RandomSource& random) {
    constexpr std::size_t kMinutiae = 36;
    constexpr int kMargin = 10;
    constexpr int kWidth = 200;  // 20 mm
    const Bytes bytes = random_bytes(random, kMinutiae * kMinutiaSize);
    std::vector<Minutia> finger = parse_minutiae(bytes);
    for (Minutia& one : finger) {
        one.x = kMargin + one.x % kWidth;
        one.y = kMargin + one.y % kWidth;
    }
    return finger;
}

std::vector<Minutia> seen_again(const std::vector<Minutia>& finger, const RandomSource& random) {
    constexpr std::size_t kLost = 4;
    const Bytes moved = random_bytes(random, finger.size() * kMinutiaSize);
    std::vector<Minutia> seen;
    for (std::size_t i = kLost; i < finger.size(); ++i) {
        const std::size_t at = i * kMinutiaSize;
        seen.push_back({finger[i].x + jitter(moved[at], 3), finger[i].y + jitter(moved[at + 1], 3),
                        (finger[i].angle + jitter(moved[at + 2], 2) + kTurn) % kTurn});
    }
    std::ranges::reverse(seen);
    return seen;
}

/// Enough of what is shown has a counterpart of its own in what is enrolled.
bool Fingers::matches(const std::vector<Minutia>& shown) const {
    std::vector<Minutia> open = finger_.enrolled;
    std::size_t found = 0;
    for (const Minutia& one : shown) {
        const auto same = std::ranges::find_if(open, [&one](const Minutia& other) { return is_same(one, other); });
        if (same == open.end()) continue;
        open.erase(same);
        ++found;
    }
    return found >= kLeast && 10 * found >= 7 * shown.size();
}

std::optional<Response> Fingers::answer(const Command& command, Session& session, Tally& tally) {
    if (command.ins() != kVerify || command.p2() != finger_.reference) return std::nullopt;
    const auto refused = [this] {
        if (left_ == 0) return status_only(sw::authentication_method_blocked);
        return status_only({static_cast<std::uint16_t>(0x63C0U | left_)});
    };
    if (command.data().empty()) {
        ++tally.verify_queries;
        return refused();
    }
    ++tally.verify_tries;
    if (left_ == 0) return refused();
    try {
        tlv::Cursor outer(command.data());
        tlv::Cursor inner(outer.read(0x7F2E));
        const std::vector<Minutia> shown = parse_minutiae(inner.read(0x81));
        if (shown.size() < kLeast || shown.size() > kMost) return status_only(sw::wrong_data);
        --left_;
        if (!matches(shown)) return refused();
    } catch (const MalformedData&) {
        return status_only(sw::wrong_data);
    }
    left_ = finger_.tries;
    session.verified |= right::pin(finger_.reference);
    return status_only(sw::ok);
}

Bytes Fingers::information(std::uint8_t reference) {
    constexpr std::uint8_t kFingerprint = 0x08;  // biometric type
    constexpr std::uint8_t kRightIndex = 0x09;   // biometric subtype
    const Bytes numbers = tlv::encode(0x81, Bytes{kLeast, kMost});
    const Bytes header = tlv::encode(0xA1, {tlv::encode(0x81, Bytes{kFingerprint}),
                                            tlv::encode(0x82, Bytes{kRightIndex}), tlv::encode(0xB1, {numbers})});
    return tlv::encode(
        0x7F61, {tlv::encode(0x02, Bytes{1}), tlv::encode(0x7F60, {tlv::encode(0x83, Bytes{reference}), header})});
}

}  // namespace tahvil::emulator
