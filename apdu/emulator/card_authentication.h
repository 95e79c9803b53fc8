#pragma once

#include <string_view>

#include "apdu/emulator/function.h"
#include "crypto/protocol/bac.h"
#include "crypto/random.h"

namespace tahvil::emulator {

/// The keys of one card, derived from the key of an issuer of specimens and the card's serial number. How real issuers
/// derive theirs is not public.
bac::AccessKeys specimen_card_keys(ByteView issuer_key, std::string_view serial);

/// Mutual authentication by triple DES with keys that only the issuer has (ISO/IEC 11770-2, mechanism 6, with the
/// messages of Doc 9303-11, 4.3): GET CHALLENGE and EXTERNAL AUTHENTICATE, once `needed` is proved. It opens what needs
/// right::mutual_authentication, under the secure messaging that it agrees on.
class CardAuthentication final : public Function {
public:
    CardAuthentication(bac::AccessKeys keys, Rights needed, RandomSource random);

    std::optional<Response> answer(const Command& command, Session& session, Tally& tally) override;
    void reset() override { attempt_.reset(); }

private:
    bac::AccessKeys keys_;
    Rights needed_;
    RandomSource random_;
    std::optional<bac::Chip> attempt_;
};

}  // namespace tahvil::emulator
