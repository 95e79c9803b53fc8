#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/trust/check.h"
#include "crypto/trust/deviation.h"
#include "daemon/check/verdict.h"

namespace tahvil::daemon {

enum class Demand : std::uint8_t {
    required,      ///< must have passed
    if_supported,  ///< must have passed, unless signed data says that the card lacks it
    ignored,       ///< is shown, and decides nothing
};

/// The one document that says what a verdict needs. It lists, for each purpose, every check and every deviation.
class Policy {
public:
    /// Reads a policy (TOML). Throws InvalidInput that names `source`, line and key: for a check that does not exist,
    /// that stands in two lists or in none, and for a deviation that does not exist.
    static Policy parse(std::string_view text, std::string_view source);

    /// One of those that come with the program: "strict", "standard", "lenient". Throws InvalidInput for another name.
    static Policy shipped(std::string_view name);
    static std::string_view shipped_text(std::string_view name);

    const std::string& name() const { return name_; }
    const std::string& digest() const { return digest_; }  ///< "sha256:" and the digest of the text, in lower case

    /// A check that this program does not know is required.
    Demand demand(Purpose purpose, std::string_view check) const;
    Tolerance tolerance(Purpose purpose, DeviationCode deviation) const;

    std::chrono::days revocation_list_age() const { return revocation_list_age_; }  ///< of a CRL, at most
    std::chrono::days hot_list_age() const { return hot_list_age_; }
    /// Whether a card whose profile nobody has confirmed on hardware can be accepted.
    bool unconfirmed_profile_may_pass() const { return unconfirmed_profile_may_pass_; }

private:
    struct Rules {
        std::map<std::string, Demand, std::less<>> checks;
        std::map<DeviationCode, Tolerance> deviations;
    };

    Policy() = default;

    std::string name_;
    std::string digest_;
    std::map<Purpose, Rules> purposes_;
    std::chrono::days revocation_list_age_{};
    std::chrono::days hot_list_age_{};
    bool unconfirmed_profile_may_pass_ = false;
};

/// What a decision is made from.
struct Facts {
    Purpose purpose = Purpose::read;
    std::vector<Check> checks;
    Deviations deviations;
    ProfileFacts profile;
    bool specimen = false;  ///< the anchor is one of samples
    bool demo = false;      ///< this daemon takes samples for real
};

struct Outcome {
    Decision decision = Decision::refer;
    std::vector<std::string> because;  ///< one line for each reason not to accept
};

/// Fails closed: a check that should be there and is not counts as not performed.
Outcome decide(const Policy& policy, const Facts& facts);

}  // namespace tahvil::daemon
