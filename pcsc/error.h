#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "crypto/error.h"

namespace tahvil::pcsc {

/// A PC/SC return code as SCard functions give it, 0x8010001D for instance.
using ReturnCode = std::uint32_t;

/// What a return code means to people and programs.
struct ReturnCodeMeaning {
    ReturnCode value;
    std::string_view symbol;  ///< "SCARD_E_NO_SERVICE"
    std::string_view code;    ///< of the Error that is thrown for it: "pcsc.no_service"
    std::string_view words;
    std::string_view remedy;
    bool try_again;  ///< whether the same call can succeed later by itself
};

/// The meaning of any value; one that no PC/SC service defines is "pcsc.unknown_code".
const ReturnCodeMeaning& meaning_of(ReturnCode code);

/// A call into PC/SC failed. For the codes that callers tell apart there are the types below, and CardGone and
/// CardReset.
class PcscError : public Error {
public:
    PcscError(const std::string& doing, ReturnCode return_code);
    ReturnCode return_code() const noexcept { return return_code_; }
    bool try_again() const noexcept override { return try_again_; }

private:
    PcscError(const std::string& doing, ReturnCode return_code, const ReturnCodeMeaning& meaning);

    ReturnCode return_code_;
    bool try_again_;
};

/// The service (pcscd) does not run, has stopped or was restarted. Contexts and connections are void.
class ServiceUnavailable : public PcscError {
public:
    using PcscError::PcscError;
};

/// The reader was unplugged, or no reader has this name.
class ReaderUnavailable : public PcscError {
public:
    using PcscError::PcscError;
};

/// Another program holds the card or the reader.
class SharingViolation : public PcscError {
public:
    using PcscError::PcscError;
};

/// There is no card in the reader.
class NoCardInReader : public PcscError {
public:
    using PcscError::PcscError;
};

/// There is a card and no talking to it: mute, unpowered, or of another protocol.
class CardUnusable : public PcscError {
public:
    using PcscError::PcscError;
};

/// The wait was ended by Context::cancel().
class WaitCancelled : public PcscError {
public:
    using PcscError::PcscError;
};

/// The wait ended without an event.
class WaitTimedOut : public PcscError {
public:
    using PcscError::PcscError;
};

/// The reader or its driver does not have the feature or the attribute.
class FeatureUnsupported : public PcscError {
public:
    using PcscError::PcscError;
};

/// The one place at which return codes become exceptions: returns for SCARD_S_SUCCESS, otherwise throws CardGone,
/// CardReset or a PcscError whose words begin with `doing` ("connecting to reader ...").
void check(long return_value, std::string_view doing);

}  // namespace tahvil::pcsc
