#pragma once

#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace tahvil {

/// What stops a step. The one hierarchy of exceptions of the project.
///
/// `code` is stable, dotted and lower case ("card.removed"): programs act on it, and it is the type of the problem
/// document at the socket. `what()` says what happened and where, `remedy()` what a person can do about it; neither
/// ever holds a secret or personal data. A cause is nested by std::throw_with_nested.
///
/// What was *found out* about a card is no error: it is a Check in a verdict.
class Error : public std::runtime_error {
public:
    Error(std::string code, const std::string& what, std::string remedy = {})
        : std::runtime_error(what), code_(std::move(code)), remedy_(std::move(remedy)) {}

    std::string_view code() const noexcept { return code_; }
    std::string_view remedy() const noexcept { return remedy_; }

    /// Whether the same request can succeed later without a person changing anything else.
    virtual bool try_again() const noexcept { return false; }

private:
    std::string code_;
    std::string remedy_;
};

/// What the caller handed in is not of the form that was asked for.
class InvalidInput : public Error {
public:
    using Error::Error;
};

/// Data from outside (a card, a file, a socket) breaks the rules of its encoding.
class MalformedData : public Error {
public:
    using Error::Error;
};

/// A cryptographic operation could not be carried out. Carries what OpenSSL said of it.
class CryptoError : public Error {
public:
    using Error::Error;
};

/// A bound of this program was reached: too many rounds, too many bytes.
class LimitExceeded : public Error {
public:
    using Error::Error;
};

/// The texts of an exception and of all its nested causes, outermost first, joined by ": ".
std::string describe(const std::exception& error);

}  // namespace tahvil
