#pragma once

#include "apdu/emulator/function.h"
#include "crypto/cipher.h"
#include "crypto/mac.h"
#include "crypto/random.h"

namespace tahvil::emulator {

/// The card's side of basic access control (Doc 9303-11, 4.3): GET CHALLENGE and EXTERNAL AUTHENTICATE in the
/// application whose AID is given.
class BasicAccess final : public Function {
public:
    /// `mrz_information` is document number, birth date and expiry date, each with its check digit (4.3.2).
    BasicAccess(ByteView aid, ByteView mrz_information, RandomSource random);

    std::optional<Response> answer(const Command& command, Session& session, Tally& tally) override;
    void reset() override { challenge_.clear(); }

private:
    BasicAccess(ByteView aid, const SessionKeys& document_keys, RandomSource random);

    Response authenticate(const Command& command, Session& session);

    Bytes aid_;
    BlockCipher cipher_;
    Mac mac_;
    RandomSource random_;
    Bytes challenge_;
};

}  // namespace tahvil::emulator
