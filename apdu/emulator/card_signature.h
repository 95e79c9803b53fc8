#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "apdu/emulator/function.h"
#include "crypto/key.h"

namespace tahvil::emulator {

/// A signature as cards make it over what the terminal has prepared: with an RSA key RSASSA-PKCS1-v1_5 over a
/// DigestInfo, with an EC key ECDSA over a digest, r and s one after the other. Throws InvalidInput when `input` is
/// empty or too long for the key.
Bytes card_signature(const PrivateKey& key, ByteView input);

/// The keys of a card that signs (ISO/IEC 7816-4, 11.5.2 and 11.5.11; 7816-8, 11.4): MSE:SET chooses a key by its
/// reference (DO'84') for PSO: COMPUTE DIGITAL SIGNATURE with the template B6, for INTERNAL AUTHENTICATE with A4.
/// The algorithm (DO'80') follows from the key and is not looked at.
class CardSignature final : public Function {
public:
    enum class Uses : std::uint8_t { signature, authentication, both };
    struct Key {
        std::uint8_t reference = 0;
        PrivateKey key;
        Rights to_use = right::none;
        Uses uses = Uses::both;  ///< the templates for which it can be chosen
    };

    explicit CardSignature(std::vector<Key> keys);

    std::optional<Response> answer(const Command& command, Session& session, Tally& tally) override;
    void reset() override { chosen_to_sign_ = chosen_to_authenticate_ = nullptr; }

private:
    Response choose(const Command& command);

    std::vector<Key> keys_;
    const Key* chosen_to_sign_ = nullptr;
    const Key* chosen_to_authenticate_ = nullptr;
};

}  // namespace tahvil::emulator
