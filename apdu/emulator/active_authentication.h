#pragma once

#include "apdu/emulator/function.h"
#include "crypto/digest.h"
#include "crypto/key.h"
#include "crypto/random.h"

namespace tahvil::emulator {

/// The card's side of active authentication (Doc 9303-11, 6.1): INTERNAL AUTHENTICATE under secure messaging. An RSA
/// key signs by ISO/IEC 9796-2, scheme 1, an EC key in the plain form.
class ActiveAuthentication final : public Function {
public:
    ActiveAuthentication(PrivateKey key, DigestAlgorithm digest, RandomSource random);

    std::optional<Response> answer(const Command& command, Session& session, Tally& tally) override;

private:
    PrivateKey key_;
    DigestAlgorithm digest_;
    RandomSource random_;
};

}  // namespace tahvil::emulator
