#pragma once

#include <array>
#include <vector>

#include "apdu/emulator/function.h"
#include "crypto/key.h"

namespace tahvil::emulator {

/// The PIV card application with its version (SP 800-73-4 part 1, 2.2).
inline constexpr std::array<std::uint8_t, 11> kPivApplication{0xA0, 0x00, 0x00, 0x03, 0x08, 0x00,
                                                              0x00, 0x10, 0x00, 0x01, 0x00};

/// The PIN of the PIV application (SP 800-73-4 part 1, table 4b).
inline constexpr std::uint8_t kPivPin = 0x80;

/// The commands of the PIV card application that are not those of ISO/IEC 7816-4 alone (SP 800-73-4 part 2, 3): SELECT
/// with the application property template, GET DATA whose absent objects are 6A82, and GENERAL AUTHENTICATE with the
/// challenges that a key signs. Its data objects stand in the DF of that name. To be asked before the card's PINs,
/// since it watches for VERIFY.
class PivApplication final : public Function {
public:
    struct Key {
        std::uint8_t reference = 0;  ///< 9A, 9C, 9D, 9E
        std::uint8_t algorithm = 0;  ///< 07 RSA 2048, 11 ECC P-256 (SP 800-78-4, table 6-2)
        PrivateKey key;
        Rights to_use = right::none;
        bool pin_each_time = false;  ///< the PIN must be verified by the command just before
    };

    explicit PivApplication(std::vector<Key> keys);

    std::optional<Response> answer(const Command& command, Session& session, Tally& tally) override;
    void reset() override { verified_just_now_ = false; }

private:
    Response authenticate(const Command& command, const Session& session, bool verified_just_now) const;

    std::vector<Key> keys_;
    bool verified_just_now_ = false;
};

}  // namespace tahvil::emulator
