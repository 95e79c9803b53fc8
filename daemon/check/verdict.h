#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/random.h"
#include "crypto/trust/check.h"
#include "crypto/trust/deviation.h"
#include "daemon/text/date.h"

namespace tahvil::daemon {

using Time = std::chrono::sys_seconds;

/// What a check is made for; the policy asks for more or less by it.
enum class Purpose : std::uint8_t { handover, field, identity_check, read };

std::string_view name(Purpose purpose);
std::optional<Purpose> purpose_by_name(std::string_view name);

/// `refer`: a person must decide, and the reasons say what.
enum class Decision : std::uint8_t { accept, refer, reject };

std::string_view name(Decision decision);

/// What a document says of itself, from signed data only.
struct DocumentFacts {
    std::string type;    ///< first characters of the MRZ: "P", "ID"
    std::string issuer;  ///< three letters
    std::string number;
    std::string authority;
    std::optional<Date> issued;
    std::optional<Date> expires;
};

/// What a card says of its holder, from signed data only. Personal: never in a log.
struct HolderFacts {
    std::string name = {};        ///< in the holder's own script, where the card has it
    std::string latin_name = {};  ///< from the MRZ
    std::string national_code = {};
    std::optional<Date> birth_date = {};
    std::string sex = {};          ///< "F", "M" or "X"
    std::string nationality = {};  ///< three letters
    Bytes portrait = {};
    std::string portrait_type = {};  ///< media type
    /// By which the issuing state tells this holder from others, whichever files were read: the national code in the
    /// MRZ, else issuing state and document number. Never shown.
    std::string identifier = {};
};

/// What an answer holds beside the verdict itself, when the caller asked for it and has the right.
enum class Part : std::uint8_t { document, holder, portrait, files };

std::string_view name(Part part);
std::optional<Part> part_by_name(std::string_view name);

using Parts = std::set<Part>;

/// When, by which rules and with which knowledge a verdict was reached: enough to reach it again.
struct Evaluation {
    Time at{};
    std::string clock_source = "system";
    std::string clock_confidence = "unknown";
    std::string policy;  ///< "sha256:" and the digest
    std::uint64_t trust_version = 0;
    std::string software;
};

struct TrustFacts {
    std::string anchor;  ///< subject and serial number; empty when there is none
    std::optional<Time> revocation_as_of;
    bool specimen = false;
};

/// How a card's data proves where it comes from.
enum class Authenticity : std::uint8_t { lds, card_security, certificate_path };

struct ProfileFacts {
    std::string name;
    bool confirmed = false;
    std::set<Authenticity> authenticity;  ///< which families of checks must be there
    bool is_document = true;              ///< false for a certificate that is judged alone
};

struct Timing {
    std::uint64_t apdus = 0;
    std::uint64_t bytes_sent = 0;
    std::uint64_t bytes_received = 0;
    std::chrono::milliseconds card{0};
    std::chrono::milliseconds total{0};
};

/// Facts, and the decision that follows from them. The same type comes from a live card, from a replayed trace and from
/// files.
struct Verdict {
    static constexpr int kSchema = 1;

    std::string id;
    std::string nonce;  ///< of the caller, so that an answer can not stand in for another; may be empty
    Purpose purpose = Purpose::read;
    Decision decision = Decision::refer;
    std::vector<std::string> because;
    std::vector<Check> checks;
    Deviations deviations;
    DocumentFacts document;
    HolderFacts holder;
    Evaluation evaluated;
    TrustFacts trust;
    ProfileFacts profile;
    Timing timing;
};

/// 26 characters that sort by time: 48 bits of milliseconds and 80 random bits in Crockford's base 32 (a ULID).
std::string make_id(std::chrono::sys_time<std::chrono::milliseconds> at, const RandomSource& random);

}  // namespace tahvil::daemon
