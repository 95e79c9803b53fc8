#pragma once

#include <cstdint>
#include <variant>

#include "apdu/command.h"
#include "apdu/response.h"
#include "crypto/cipher.h"
#include "crypto/kdf.h"
#include "crypto/mac.h"

namespace tahvil::emulator {

/// The card's end of secure messaging (ISO/IEC 7816-4, 10; Doc 9303-11, 9.8): opens commands, wraps responses. Once
/// open() has answered with a status word the session is over, and the caller forgets it.
class SecureMessagingEnd {
public:
    explicit SecureMessagingEnd(const SessionKeys& keys);

    /// The plain command, with class bits of secure messaging cleared; or 6987 when a data object that is needed is
    /// missing, 6988 when one is wrong.
    std::variant<Command, StatusWord> open(const Command& wrapped);

    /// The data field of the wrapped response to the command that was opened last.
    Bytes wrap(const Response& plain);

    /// Bytes of plain data whose wrapped response, status word included, has at most `response` bytes.
    std::size_t plain_size(std::size_t response) const;

    CipherAlgorithm algorithm() const { return cipher_.algorithm(); }

private:
    void count();
    Bytes initialisation_vector() const;

    BlockCipher cipher_;
    Mac mac_;
    Bytes counter_;
    bool odd_instruction_ = false;
};

}  // namespace tahvil::emulator
