#include "apdu/emulator/pace.h"

#include <algorithm>

#include "apdu/tlv.h"
#include "crypto/error.h"
#include "crypto/protocol/public_key_object.h"

namespace tahvil::emulator {

namespace {

constexpr std::uint8_t kManageSecurityEnvironment = 0x22;
constexpr std::uint8_t kGeneralAuthenticate = 0x86;
constexpr std::uint8_t kResetRetryCounter = 0x2C;
constexpr std::uint8_t kChangePin = 0x02;   // P1 of RESET RETRY COUNTER
constexpr std::uint8_t kUnblockPin = 0x03;  // likewise
constexpr std::size_t kShortestPin = 5;
constexpr std::size_t kLongestPin = 6;
constexpr std::uint8_t kSetForPace = 0xC1;  // P1, with authentication template A4 as P2
constexpr std::uint8_t kAuthenticationTemplate = 0xA4;

constexpr tlv::Tag kDynamicAuthenticationData = 0x7C;
constexpr tlv::Tag kNothing = 0;
constexpr tlv::Tag kNonce = 0x80;
constexpr tlv::Tag kMappingOfTerminal = 0x81;
constexpr tlv::Tag kMappingOfCard = 0x82;
constexpr tlv::Tag kKeyOfTerminal = 0x83;
constexpr tlv::Tag kKeyOfCard = 0x84;
constexpr tlv::Tag kTokenOfTerminal = 0x85;
constexpr tlv::Tag kTokenOfCard = 0x86;
constexpr tlv::Tag kAuthorityReference = 0x87;  // and 88 for the one before
constexpr tlv::Tag kChipAuthenticationData = 0x8A;
constexpr tlv::Tag kAuthorizationTemplate = 0x7F4C;
constexpr tlv::Tag kDiscretionaryData = 0x53;

StatusWord tries_left(unsigned tries) {
    return {static_cast<std::uint16_t>(0x63C0U | std::min(tries, 15U))};
}

Response answered(std::initializer_list<ByteView> objects) {
    return {tlv::encode(kDynamicAuthenticationData, objects), sw::ok};
}

/// The value of the one data object that the step asks for.
ByteView read_object(ByteView data, tlv::Tag awaited) {
    tlv::Cursor outer(data);
    const ByteView content = outer.read(kDynamicAuthenticationData);
    tlv::Cursor inner(content);
    const ByteView value = awaited == kNothing ? ByteView() : inner.read(awaited);
    if (!outer.at_end() || !inner.at_end()) throw MalformedData("pace.malformed", "more data objects than one");
    return value;
}

}  // namespace

Pace::Pace(PaceSettings settings, RandomSource random)
    : settings_(std::move(settings)), random_(std::move(random)), pin_tries_(settings_.pin_tries) {}

void Pace::reset() {
    kind_.reset();
    domain_ = nullptr;
    party_.reset();
    pin_resumed_ = false;
}

const pace::Password* Pace::password(pace::PasswordKind kind) const {
    const auto found = std::ranges::find(settings_.passwords, kind, &pace::Password::kind);
    return found == settings_.passwords.end() ? nullptr : &*found;
}

std::optional<Response> Pace::answer(const Command& command, Session& session, Tally& tally) {
    if (command.ins() == kManageSecurityEnvironment && command.p1() == kSetForPace &&
        command.p2() == kAuthenticationTemplate)
        return choose(command, session);
    if (command.ins() == kResetRetryCounter && password(pace::PasswordKind::pin) != nullptr)
        return reset_retry_counter(command, session);
    if (command.ins() != kGeneralAuthenticate || session.chosen != this) return std::nullopt;
    try {
        return step(command, session, tally);
    } catch (...) {
        session.chosen = nullptr;  // whatever it was, the run is over
        throw;
    }
}

// TR-03110-3, B.1.1 and B.14.2.
Response Pace::choose(const Command& command, Session& session) {
    session.chosen = nullptr;
    party_.reset();
    const auto mechanism = tlv::find(command.data(), 0x80);
    const auto reference = tlv::find(command.data(), 0x83);
    const auto parameters = tlv::find(command.data(), 0x84);
    if (!mechanism || !reference || reference->size() != 1 || (parameters && parameters->size() != 1))
        return status_only(sw::wrong_data);
    const asn1::Oid protocol = asn1::Oid::from_content(*mechanism);

    std::vector<const PaceSettings::Domain*> candidates;
    for (const PaceSettings::Domain& domain : settings_.domains)
        if (domain.protocol == protocol && (!parameters || domain.parameter_id == parameters->front()))
            candidates.push_back(&domain);
    kind_ = static_cast<pace::PasswordKind>(reference->front());
    // Without DO'84' the domain parameters must be unambiguous.
    if (candidates.size() != 1 || password(*kind_) == nullptr) return status_only(sw::referenced_data_not_found);
    domain_ = candidates.front();
    confirmed_rights_.reset();
    if (const auto authorization = tlv::find(command.data(), kAuthorizationTemplate)) {
        const auto rights = tlv::find(*authorization, kDiscretionaryData);
        if (!rights) return status_only(sw::wrong_data);
        confirmed_rights_ = to_bytes(*rights);
    }
    session.chosen = this;
    awaited_ = kNothing;
    const bool told = *kind_ == pace::PasswordKind::pin && pin_tries_ < settings_.pin_tries;
    return status_only(told ? tries_left(pin_tries_) : sw::ok);
}

Response Pace::step(const Command& command, Session& session, Tally& tally) {
    const bool last = awaited_ == kTokenOfTerminal;
    if (command.is_chained() == last) {
        session.chosen = nullptr;
        return status_only(last ? sw::last_command_of_chain_expected : sw::conditions_not_satisfied);
    }
    const ByteView value = read_object(command.data(), awaited_);
    switch (awaited_) {
        case kNothing: {
            if (*kind_ == pace::PasswordKind::pin || *kind_ == pace::PasswordKind::puk) ++tally.pace_with_pin;
            if (*kind_ == pace::PasswordKind::pin && (pin_tries_ == 0 || (pin_tries_ == 1 && !pin_resumed_))) {
                session.chosen = nullptr;
                return status_only(pin_tries_ == 0 ? sw::authentication_method_blocked : sw::conditions_not_satisfied);
            }
            party_.emplace(pace::Role::chip, domain_->protocol, domain_->group, *password(*kind_), random_);
            awaited_ = kMappingOfTerminal;
            return answered({tlv::encode(kNonce, party_->encrypted_nonce())});
        }
        case kMappingOfTerminal: {
            party_->map(value);
            awaited_ = kKeyOfTerminal;
            return answered({tlv::encode(kMappingOfCard, party_->mapping_data())});
        }
        case kKeyOfTerminal: {
            party_->agree(value);
            awaited_ = kTokenOfTerminal;
            return answered({tlv::encode(kKeyOfCard, party_->public_key())});
        }
        default: {
            session.chosen = nullptr;
            return finish(value, session);
        }
    }
}

Response Pace::reset_retry_counter(const Command& command, const Session& session) {
    if (command.p2() != static_cast<std::uint8_t>(pace::PasswordKind::pin))
        return status_only(sw::referenced_data_not_found);
    if (command.p1() == kUnblockPin && command.data().empty()) {
        if (!session.may(right::unblocking)) return status_only(sw::security_status_not_satisfied);
        pin_tries_ = settings_.pin_tries;
        return status_only(sw::ok);
    }
    if (command.p1() != kChangePin) return status_only(sw::wrong_parameters);
    if (!session.may(right::holder)) return status_only(sw::security_status_not_satisfied);
    const ByteView digits = command.data();
    if (digits.size() < kShortestPin || digits.size() > kLongestPin) return status_only(sw::wrong_data);
    const auto pin = std::ranges::find(settings_.passwords, pace::PasswordKind::pin, &pace::Password::kind);
    *pin = pace::Password::typed(pace::PasswordKind::pin, digits);
    return status_only(sw::ok);
}

Response Pace::finish(ByteView token, Session& session) {
    const bool pin = *kind_ == pace::PasswordKind::pin;
    if (pin) --pin_tries_;  // before the comparison, so that a loss of power in between costs the try
    if (!party_->accepts(token)) return status_only(pin ? tries_left(pin_tries_) : sw::verification_failed);
    if (pin) pin_tries_ = settings_.pin_tries;
    if (*kind_ == pace::PasswordKind::can) pin_resumed_ = true;

    Bytes objects = tlv::encode(kTokenOfCard, party_->token());
    if (confirmed_rights_)
        for (std::size_t i = 0; i < std::min<std::size_t>(settings_.authority_references.size(), 2); ++i)
            append(objects, tlv::encode(kAuthorityReference + static_cast<tlv::Tag>(i),
                                        as_bytes(settings_.authority_references[i])));
    if (party_->protocol().mapping == pace::Mapping::chip_authentication && settings_.chip_authentication_key)
        append(objects, tlv::encode(kChipAuthenticationData,
                                    party_->chip_authentication_data(*settings_.chip_authentication_key)));
    session.next_keys = party_->session_keys();
    session.secured = right::access | (pin ? right::holder : right::none) |
                      (*kind_ == pace::PasswordKind::puk ? right::unblocking : right::none);
    session.card_ephemeral = compress_public_key(party_->group(), party_->own_public_key());
    session.terminal_ephemeral.clear();
    session.terminal_authenticated = false;
    session.confirmed_rights = confirmed_rights_;
    party_.reset();
    return answered({objects});
}

}  // namespace tahvil::emulator
