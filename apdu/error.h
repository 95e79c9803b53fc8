#pragma once

#include <string>

#include "apdu/status_word.h"
#include "crypto/error.h"

namespace tahvil {

/// The card answered with a status word that the step can not go on with.
class CardRefused : public Error {
public:
    /// `doing` names the command and its object: "READ BINARY of EF.SOD".
    CardRefused(const std::string& doing, StatusWord status)
        : Error("card.refused", doing + " was answered with " + describe(status)), status_(status) {}

    StatusWord status() const noexcept { return status_; }

private:
    StatusWord status_;
};

/// The secret (CAN, MRZ key, PIN) or the key is not the card's: access is denied. Trying again with the same one is no
/// use.
class AccessDenied : public Error {
public:
    using Error::Error;
};

/// The card broke the rules of a protocol: a wrong MAC, a missing data object, a length that lies.
class ProtocolViolation : public Error {
public:
    using Error::Error;
};

/// The card was taken out or the reader unplugged. Nothing that was read counts.
class CardGone : public Error {
public:
    explicit CardGone(const std::string& what)
        : Error("card.removed", what, "Put the card back and leave it until the check has ended.") {}
    bool try_again() const noexcept override { return true; }
};

/// The card was reset beneath the session, by another program or by a glitch: selection, login and keys are lost.
class CardReset : public Error {
public:
    explicit CardReset(const std::string& what)
        : Error("card.reset", what, "Another program may be using the card: close it, then try again.") {}
    bool try_again() const noexcept override { return true; }
};

}  // namespace tahvil
