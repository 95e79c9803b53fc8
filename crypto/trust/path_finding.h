#pragma once

#include <cstdint>
#include <string>

#include "crypto/trust/check.h"

/// What OpenSSL's errors mean for the checks of a path.
namespace tahvil::trust {

/// The checks of a national path, in their order.
enum class Concern : std::uint8_t { signature, chain, validity, revocation };

struct Finding {
    Concern concern{};
    Result result = Result::failed;
    std::string reason;
};

/// An error of X509_STORE_CTX_get_error().
Finding classify(int error);

/// Lets a check sink to a result, never rise: from passed to undetermined, and from both to failed.
void settle(Check& check, Result result, const std::string& reason);

}  // namespace tahvil::trust
