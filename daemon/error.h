#pragma once

#include <string>
#include <utility>
#include <vector>

#include "crypto/error.h"

namespace tahvil::daemon {

/// What was asked for is not there, or is not the caller's to see; the two are told alike.
class NotFound : public Error {
public:
    using Error::Error;
};

/// The state of things does not allow it now: two readers with cards and none named, a key that is in use.
class Conflict : public Error {
public:
    Conflict(std::string code, const std::string& what, std::string remedy, std::vector<std::string> choices = {})
        : Error(std::move(code), what, std::move(remedy)), choices_(std::move(choices)) {}

    /// The values to choose from, where choosing one settles it.
    const std::vector<std::string>& choices() const noexcept { return choices_; }

private:
    std::vector<std::string> choices_;
};

/// The caller may not do this.
class NotPermitted : public Error {
public:
    using Error::Error;
};

/// A limit that time frees: a full queue, too many requests.
class Busy : public Error {
public:
    using Error::Error;
    bool try_again() const noexcept override { return true; }
};

/// Something that the daemon rests on is not there: pcscd, the trust store.
class Unavailable : public Error {
public:
    using Error::Error;
    bool try_again() const noexcept override { return true; }
};

}  // namespace tahvil::daemon
