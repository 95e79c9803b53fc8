#pragma once

#include <optional>
#include <vector>

#include "apdu/emulator/function.h"
#include "crypto/protocol/chip_authentication.h"

namespace tahvil::emulator {

/// The card's side of chip authentication (Doc 9303-11, 6.2; TR-03110-3, B.2 and B.3): MSE:Set KAT with triple DES,
/// MSE:Set AT and GENERAL AUTHENTICATE with AES. Under secure messaging only, whose keys it replaces.
class ChipAuthentication final : public Function {
public:
    struct Key {
        PrivateKey key;
        asn1::Oid protocol;
        int version = 1;
        std::optional<int> identifier;
    };

    ChipAuthentication(std::vector<Key> keys, RandomSource random);

    std::optional<Response> answer(const Command& command, Session& session, Tally& tally) override;
    void reset() override { chosen_ = nullptr; }

private:
    const Key* find(const std::optional<asn1::Oid>& protocol, const std::optional<ByteView>& identifier) const;
    Response set_key_agreement_template(const Command& command, Session& session) const;
    Response set_authentication_template(const Command& command, Session& session);
    Response authenticate(const Command& command, Session& session) const;

    std::vector<Key> keys_;
    RandomSource random_;
    const Key* chosen_ = nullptr;
};

}  // namespace tahvil::emulator
