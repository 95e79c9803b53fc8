#pragma once

#include <optional>

#include "crypto/cipher.h"
#include "crypto/kdf.h"
#include "crypto/mac.h"
#include "crypto/random.h"

/// Basic Access Control (Doc 9303-11, 4.3): what terminal and chip compute. The commands are those of apdu/access.
namespace tahvil::bac {

inline constexpr std::size_t kNonceSize = 8;         ///< RND.IC and RND.IFD
inline constexpr std::size_t kKeyMaterialSize = 16;  ///< K.IC and K.IFD
inline constexpr std::size_t kCryptogramSize = 40;   ///< E || M, both ways

/// The document basic access keys K_Enc and K_MAC (9.7.2), from what mrz_information() gives.
struct AccessKeys {
    SecretBytes encryption;
    SecretBytes mac;

    static AccessKeys derive(ByteView mrz_information);
};

/// The terminal's side of 4.3.1, steps 2 and 4. One object for one attempt.
class Terminal {
public:
    /// Draws RND.IFD || K.IFD from `random` in one.
    explicit Terminal(const AccessKeys& keys, const RandomSource& random = system_random);

    /// E_IFD || M_IFD, the data of EXTERNAL AUTHENTICATE, for the chip's RND.IC. Throws MalformedData when that is not
    /// of kNonceSize.
    Bytes cryptogram(ByteView rnd_ic);

    /// The session keys with the send sequence counter, when the chip's E_IC || M_IC proves that it has the access
    /// keys; nothing otherwise.
    std::optional<SessionKeys> finish(ByteView chip_cryptogram) const;

private:
    ByteView rnd_ifd() const { return drawn_.view().first(kNonceSize); }
    ByteView k_ifd() const { return drawn_.view().last(kKeyMaterialSize); }

    BlockCipher cipher_;
    Mac mac_;
    SecretBytes drawn_;
    Bytes rnd_ic_;
};

/// The chip's side of 4.3.1, steps 1 and 3, for the emulated card. One object for one GET CHALLENGE.
class Chip {
public:
    /// Draws RND.IC || K.IC from `random` in one.
    explicit Chip(const AccessKeys& keys, const RandomSource& random = system_random);

    /// The answer to GET CHALLENGE.
    ByteView challenge() const { return drawn_.view().first(kNonceSize); }

    struct Answer {
        Bytes cryptogram;  ///< E_IC || M_IC
        SessionKeys session;
    };

    /// The answer to EXTERNAL AUTHENTICATE; nothing when the terminal does not have the access keys.
    std::optional<Answer> answer(ByteView terminal_cryptogram) const;

private:
    ByteView k_ic() const { return drawn_.view().last(kKeyMaterialSize); }

    BlockCipher cipher_;
    Mac mac_;
    SecretBytes drawn_;
};

}  // namespace tahvil::bac
