#pragma once

#include <memory>
#include <optional>

#include "apdu/emulator/card.h"
#include "apdu/emulator/function.h"
#include "apdu/secure_messaging.h"
#include "crypto/protocol/bac.h"
#include "crypto/random.h"

namespace tahvil::emulator {

/// The application of an emulated SAM.
inline const Bytes kSamApplication = from_hex("F0746168766973616D");

/// What a security access module does for cards of specimens, whose issuer's key it holds: see daemon/provider/sam.h
/// for its commands. No key leaves it.
class Sam final : public Function {
public:
    Sam(SecretBytes issuer_key, RandomSource random);

    std::optional<Response> answer(const Command& command, Session& session, Tally& tally) override;
    void reset() override;

private:
    /// A channel for secure messaging that is done here and sent by another.
    class Nowhere final : public Channel {
    public:
        ChannelLimits limits() const override { return {}; }
        Response transmit(const Command& /*command*/) override { return {{}, sw::conditions_not_satisfied}; }
        void step_down() override {}
    };

    Response choose_card(ByteView data);
    Response transform(const Command& command);

    const SecretBytes issuer_key_;
    const RandomSource random_;
    std::optional<bac::Terminal> terminal_;
    Nowhere nowhere_;
    std::optional<SecureMessaging> messaging_;
    std::optional<Command> pending_;  ///< whose response is to come
};

/// A SAM as a card.
std::unique_ptr<Card> make_sam(const SecretBytes& issuer_key, const RandomSource& random = system_random);

}  // namespace tahvil::emulator
