#pragma once

#include <optional>
#include <string>
#include <vector>

#include "apdu/emulator/function.h"
#include "apdu/tlv.h"
#include "crypto/protocol/pace.h"

namespace tahvil::emulator {

/// What a card's PACE can do and which secrets it takes.
struct PaceSettings {
    struct Domain {
        asn1::Oid protocol;
        Group group;
        std::optional<int> parameter_id;
    };
    std::vector<Domain> domains;  ///< as EF.CardAccess lists them

    /// At most one of each kind.
    std::vector<pace::Password> passwords;
    unsigned pin_tries = 3;

    /// The static key of chip authentication mapping.
    std::optional<PrivateKey> chip_authentication_key;

    /// The trust points of terminal authentication, newest first: named to a terminal that asks for it (DO'87',
    /// DO'88').
    std::vector<std::string> authority_references;
};

/// The card's side of PACE (Doc 9303-11, 4.4; TR-03110-3, B.1): MSE:SET AT and four GENERAL AUTHENTICATE. A PIN with
/// one try left is suspended until PACE with the CAN, one without tries is blocked (TR-03110-2, 3.3). RESET RETRY
/// COUNTER gives its tries back after PACE with the PUK, and changes it after PACE with the PIN (TR-03110-3, B.6.2).
class Pace final : public Function {
public:
    Pace(PaceSettings settings, RandomSource random);

    std::optional<Response> answer(const Command& command, Session& session, Tally& tally) override;
    void reset() override;

    unsigned pin_tries_left() const { return pin_tries_; }

private:
    Response choose(const Command& command, Session& session);
    Response step(const Command& command, Session& session, Tally& tally);
    Response finish(ByteView token, Session& session);
    Response reset_retry_counter(const Command& command, const Session& session);
    const pace::Password* password(pace::PasswordKind kind) const;

    PaceSettings settings_;
    RandomSource random_;
    unsigned pin_tries_;
    bool pin_resumed_ = false;  ///< PACE with the CAN was done since the reset

    std::optional<pace::PasswordKind> kind_;
    const PaceSettings::Domain* domain_ = nullptr;
    std::optional<Bytes> confirmed_rights_;
    std::optional<pace::Party> party_;
    tlv::Tag awaited_ = 0;  ///< the data object of the next step; 0 for none, as the first one has
};

}  // namespace tahvil::emulator
