#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include <boost/json/object.hpp>

#include "daemon/check/card_check.h"
#include "daemon/party/identity_question.h"
#include "daemon/terminal/terminal.h"

namespace tahvil::daemon {

constexpr std::string_view kIdentityAnswerType = "tahvil-identity+sd-jwt";
constexpr std::chrono::minutes kIdentityAnswerValidity{10};

/// What was found out for a relying party. Personal: it lives from the end of the check to the signature.
struct IdentityAnswer {
    Decision decision = Decision::refer;  ///< on the card, whatever the answers are
    bool specimen = false;
    std::string identifier;      ///< of the holder before their state; empty unless the card was accepted
    boost::json::object claims;  ///< by the names of predicates and attributes
};

/// Answers from a verdict that was reached on card_check_for(question). A predicate is {"answer": "true", "false" or
/// "undetermined"}, beside "asked" where it has a value. A card that is not accepted says nothing of its holder: every
/// predicate but `card_valid` is undetermined, and no attribute is told.
IdentityAnswer answer_from(const Verdict& verdict, const IdentityQuestion& question, const Knowledge& knowledge);

/// What binds an answer to its check.
struct IdentityBinding {
    std::string id;  ///< of the check
    Time at{};
};

/// Signs an answer as an SD-JWT (RFC 9901): `iss`, `aud`, `nonce`, `iat`, `nbf`, `exp`, `jti`, `sub`, the purpose, the
/// decision and the consent for all to see, each answer in a disclosure of its own.
std::string sign_answer(const IdentityAnswer& answer, const IdentityQuestion& question, const SecretBytes& party_key,
                        const IdentityBinding& binding, const SigningIdentity& signer, const RandomSource& random);

}  // namespace tahvil::daemon
