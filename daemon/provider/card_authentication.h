#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "apdu/channel.h"
#include "apdu/wire.h"
#include "crypto/bytes.h"
#include "crypto/error.h"

namespace tahvil::daemon {

/// A card authentication provider did not do its part: access.card_authentication is undetermined, whatever the card
/// is. The code says why: "provider.unreachable", "provider.time_out", "provider.died", "provider.refused",
/// "provider.malformed".
class ProviderFailed : public Error {
public:
    using Error::Error;
    bool try_again() const noexcept override { return code() != "provider.refused"; }
};

/// The provider: a service that listens on a socket, or a SAM in another reader (sam.h), and how long one answer of it
/// may take.
struct ProviderSettings {
    std::string socket;                                  ///< empty where it is a SAM
    std::string reader;                                  ///< id, of the SAM
    Bytes aid;                                           ///< of its application
    std::function<std::unique_ptr<Wire>()> borrow = {};  ///< takes hold of the SAM
    std::chrono::milliseconds answer_time = std::chrono::seconds{10};
};

/// By what the provider knows a card.
struct CardIdentity {
    std::string family;  ///< profile and chip type, "irn-nid/0001"
    std::string serial;
};

/// By the chip's own numbers in the production data (DO'9F7F', GlobalPlatform Card Specification 2.1.1, H.6; offsets 10
/// to 17 of its value) and the type of the chip. Nothing where these are not what they should be.
std::optional<CardIdentity> identify_card(std::string_view profile, ByteView production_data, ByteView chip_type);

/// Mutual authentication of card and issuer, whose keys the provider has (contract.yaml): GET CHALLENGE, EXTERNAL
/// AUTHENTICATE. What comes back is the card under secure messaging: with keys that the provider gave, or with every
/// command going through it when it gives none. `card` outlives it. Throws ProviderFailed; CardRefused where the card
/// takes no challenge now or does not take the provider's cryptogram; what the channel throws.
std::unique_ptr<Channel> authenticate_card(Channel& card, const CardIdentity& identity,
                                           const ProviderSettings& provider);

}  // namespace tahvil::daemon
