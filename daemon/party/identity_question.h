#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <set>
#include <string>

#include "daemon/check/card_check.h"
#include "daemon/party/relying_party.h"
#include "daemon/text/date.h"

namespace tahvil::daemon {

/// What is asked of the holder of a card. A predicate that is not asked is empty.
struct Wanted {
    std::optional<unsigned> age_over;  ///< years
    std::optional<std::string> national_code_is;
    std::optional<std::string> name_is;
    std::optional<Date> birth_date_is;
    std::optional<std::string> nationality_is;  ///< three letters
    bool card_valid = false;
    bool holder_present = false;
    std::set<Attribute> attributes;

    std::set<Predicate> predicates() const;
};

/// The holder's word that they may be told about, as it was put to them.
struct Consent {
    enum class Method : std::uint8_t {
        operator_client,  ///< on the screen of the person at the counter, who answers for it
        pin,              ///< by entering the PIN of the card: without it there was no consent
    };
    Method method = Method::operator_client;
    std::string text;         ///< word for word
    std::string language;     ///< BCP 47: "fa", "en-GB"
    std::string operator_id;  ///< who asked for it; empty with a PIN
    std::set<Predicate> predicates;
    std::set<Attribute> attributes;
};

std::string_view name(Consent::Method method);

/// A relying party's question.
struct IdentityQuestion {
    std::string party;
    std::string nonce;     ///< the party's, never used before
    std::string audience;  ///< for whom the answer is meant
    std::string purpose;
    Wanted wanted;
    Consent consent;
    /// The word of a person, by their id, that they compared the holder with the portrait printed on the card.
    std::optional<std::string> portrait_compared_by;

    AccessSecrets access;
    bool holder_pin = false;            ///< the card is to take the holder's PIN
    std::optional<std::string> reader;  ///< left out: the one that has a card
    std::chrono::seconds wait{0};       ///< for a card
};

/// Leaves out what the holder did not consent to.
Wanted consented(const Wanted& wanted, const Consent& consent);

/// What the card is to be asked: the files that the answer needs and no others.
CardCheck card_check_for(const IdentityQuestion& question);

}  // namespace tahvil::daemon
