#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "apdu/profiles/toml.h"

namespace tahvil::daemon {

/// A question about the holder of a card that is answered by yes, no, or undetermined.
enum class Predicate : std::uint8_t {
    age_over,  ///< as many years as are asked for, today
    national_code_is,
    name_is,
    birth_date_is,
    nationality_is,
    card_valid,      ///< genuine, not expired, not revoked: the verdict is `accept`
    holder_present,  ///< whoever holds the card out is its holder
};

std::string_view name(Predicate predicate);
std::optional<Predicate> predicate_by_name(std::string_view name);
std::string predicate_names();  ///< all of them, for people: "age_over, ..."

/// A thing that a card says of its holder or of itself.
enum class Attribute : std::uint8_t {
    name,
    latin_name,
    national_code,
    birth_date,
    sex,
    nationality,
    document_number,
    expiry_date,
    portrait,
};

std::string_view name(Attribute attribute);
std::optional<Attribute> attribute_by_name(std::string_view name);
std::string attribute_names();

/// How whoever holds the card out must be known as its holder.
enum class HolderDemand : std::uint8_t {
    none,
    portrait,  ///< a person compared them with the portrait that is printed on the card, or their PIN was right
    pin,       ///< the card took their PIN
};

std::string_view name(HolderDemand demand);
std::optional<HolderDemand> holder_demand_by_name(std::string_view name);

inline constexpr std::size_t kMostAMinute = 10'000;

/// A bank, a notary, an agency: what it may ask of the holder of a card.
struct RelyingParty {
    std::string name;                 ///< lower-case letters, digits, '-', '_' and '.', at most 64
    std::vector<std::string> users;   ///< of this machine, by name or number
    std::vector<std::string> groups;  ///< likewise
    std::set<std::string> purposes;   ///< for which it may ask; lower-case words
    std::set<Predicate> predicates;
    std::set<Attribute> attributes;
    HolderDemand holder = HolderDemand::none;
    std::size_t rate = 30;      ///< identity checks a minute, at most kMostAMinute
    std::string pseudonym_key;  ///< path of a file of 32 bytes, or the name of a credential of the unit
};

/// A key of a party whose value will not do.
struct PartyFault {
    std::string_view key;
    std::string_view why;
    std::string_view allowed;
};

/// The first fault of a party that was put together, or nothing. Without one, every text in it can stand in a file and
/// in a log as it is.
std::optional<PartyFault> fault_of(const RelyingParty& party);

/// Reads one [[party]], all keys of it. Throws InvalidInput as toml::Table does.
RelyingParty read_party(const toml::Table& table);

/// The text that read_party() reads, of a party without a fault.
std::string to_toml(const RelyingParty& party);

}  // namespace tahvil::daemon
