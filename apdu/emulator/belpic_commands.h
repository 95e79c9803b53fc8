#pragma once

#include <optional>

#include "apdu/emulator/function.h"
#include "crypto/key.h"

namespace tahvil::emulator {

/// What the Belgian applet does in its own way (applet reference manual 1.7): SELECT by path takes 3F00 at the start
/// and knows no answer, READ BINARY gives the exact length (6Cxx) when as much as there is was asked for and is silent
/// about the end otherwise, MSE:SET has its data objects behind a length, INTERNAL AUTHENTICATE is by the basic key,
/// without a PIN, over 20 bytes. LOG OFF, and selecting anew, forgets the PIN.
class BelpicCommands final : public Function {
public:
    /// References of MSE:SET.
    static constexpr std::uint8_t kBasicKey = 0x81;
    static constexpr std::uint8_t kAuthenticationKey = 0x82;
    static constexpr std::uint8_t kSignatureKey = 0x83;

    struct Keys {
        PrivateKey basic;
        PrivateKey authentication;
        PrivateKey signature;  ///< needs the PIN verified by the command just before
    };

    /// All are RSA keys. `to_sign` is the right that the PIN gives. `card_data` is what GET CARD DATA answers.
    BelpicCommands(Keys keys, Rights to_sign, Bytes card_data);

    std::optional<Response> answer(const Command& command, Session& session, Tally& tally) override;
    void reset() override;

private:
    Response prepare_signature(const Command& command);
    Response sign(const Command& command, const Session& session, bool verified_just_now) const;
    Response internal_authenticate(const Command& command) const;

    Keys keys_;
    Rights to_sign_;
    Bytes card_data_;
    const PrivateKey* chosen_ = nullptr;
    std::uint8_t algorithm_ = 0;
    bool verified_just_now_ = false;
};

}  // namespace tahvil::emulator
