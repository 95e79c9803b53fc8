#pragma once

#include "apdu/emulator/function.h"
#include "crypto/protocol/bac.h"
#include "crypto/random.h"

namespace tahvil::emulator {

/// The card's side of basic access control (Doc 9303-11, 4.3): GET CHALLENGE and EXTERNAL AUTHENTICATE in the
/// application whose AID is given.
class BasicAccess final : public Function {
public:
    /// `mrz_information` is what mrz_information() gives.
    BasicAccess(ByteView aid, ByteView mrz_information, RandomSource random);

    std::optional<Response> answer(const Command& command, Session& session, Tally& tally) override;
    void reset() override { attempt_.reset(); }

private:
    Bytes aid_;
    bac::AccessKeys keys_;
    RandomSource random_;
    std::optional<bac::Chip> attempt_;
};

}  // namespace tahvil::emulator
