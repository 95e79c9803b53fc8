#pragma once

#include <string>

#include "crypto/error.h"

namespace tahvil {

/// The code of the Error that `act` throws.
template <typename Act>
std::string thrown_code(Act act) {
    try {
        act();
    } catch (const Error& error) {
        return std::string(error.code());
    }
    return "nothing was thrown";
}

}  // namespace tahvil
