#pragma once

#include <vector>

#include "apdu/emulator/function.h"
#include "crypto/random.h"

namespace tahvil::emulator {

/// A finger as a card keeps it: minutiae in the compact form of ISO/IEC 19794-2:2005, 8: position in units of 0.1 mm,
/// and an angle in 64ths of a turn.
struct Minutia {
    int x = 0;
    int y = 0;
    int angle = 0;
};

/// Throws MalformedData "fingerprint.malformed" for what is not made of whole minutiae.
std::vector<Minutia> parse_minutiae(ByteView compact);
Bytes write_minutiae(const std::vector<Minutia>& minutiae);

/// A finger that nobody has, and what a sensor sees of it another time: in another order, slightly moved, not all of
/// it.
std::vector<Minutia> draw_finger(const RandomSource& random);
std::vector<Minutia> seen_again(const std::vector<Minutia>& finger, const RandomSource& random);

struct Finger {
    std::uint8_t reference = 0;
    std::vector<Minutia> enrolled;
    unsigned tries = 3;  ///< in a row; each success gives them back
};

/// VERIFY (INS 21) with a finger in DO'7F2E' (ISO/IEC 7816-11, 5), matched on the card.
class Fingers final : public Function {
public:
    static constexpr std::size_t kLeast = 12;  ///< minutiae of a template
    static constexpr std::size_t kMost = 60;

    explicit Fingers(Finger finger) : finger_(std::move(finger)), left_(finger_.tries) {}

    std::optional<Response> answer(const Command& command, Session& session, Tally& tally) override;

    /// DO'7F61' as GET DATA gives it: the right index finger, the numbers of minutiae.
    static Bytes information(std::uint8_t reference);

private:
    bool matches(const std::vector<Minutia>& shown) const;

    Finger finger_;
    unsigned left_;
};

}  // namespace tahvil::emulator
