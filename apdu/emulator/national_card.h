#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "apdu/emulator/card.h"
#include "apdu/emulator/fault.h"
#include "apdu/emulator/national_pki.h"
#include "apdu/emulator/operating_system.h"
#include "crypto/random.h"

namespace tahvil::emulator {

/// How a card of the national PKI is to be made.
struct NationalCardOptions {
    LinkSettings link{.link = Link::contact_t1};
    std::string pin = "123456";    ///< of the holder, 4 to 8 digits
    std::string puk = "12345678";  ///< gives the tries of the PIN back, eight digits
    bool transport_pin = false;    ///< the PIN is not active until the holder has changed it
    Bytes portrait = {};           ///< JPEG; a drawn one when empty
    FaultSpec fault = {};
    SecretBytes issuer_key = {};  ///< from which the keys of cards with card authentication are derived
};

struct NationalCard {
    std::unique_ptr<Card> card;           ///< misbehaving, if that was asked for
    const OperatingSystem* system;        ///< of the card, lives with it
    std::map<std::string, Bytes> values;  ///< what a terminal reads, by a name that the maker of the card gives it
};

/// What a person's card takes of a national PKI, so that all makers of cards do it alike: certificates, keys that are
/// not those of the certificates when the card is a clone, another issuer when that is to be unknown.
class CardMaker {
public:
    CardMaker(const Person& person, const NationalPki& pki, const NationalCardOptions& options, trust::Time now,
              const RandomSource& random);

    const Person& person() const { return person_; }  ///< as the card says, expired if that was asked for
    const NationalPki& pki() const { return other_issuer_ ? *other_issuer_ : pki_; }
    const RandomSource& random() const { return random_; }
    trust::Validity validity() const { return validity_; }  ///< of the card and its certificates

    struct KeyPair {
        PrivateKey in_chip;
        Bytes certificate;
    };
    KeyPair certify(const PrivateKey& key, std::string_view purpose, std::vector<trust::KeyUsage> usage,
                    std::vector<Bytes> extensions = {}) const;
    PrivateKey new_ec_key(Curve curve) const { return PrivateKey::generate_ec(curve, random_); }

    /// The key that the chip has for one that it shows.
    PrivateKey in_chip(const PrivateKey& key) const;

    /// The portrait that the issuer signed.
    Bytes portrait() const;
    /// What holds the portrait as it is on the card: with one byte in the middle changed if that was asked for.
    Bytes changed(Bytes holding_portrait) const;

    /// With another answer to reset than the link's where `atr` is not empty.
    NationalCard finish(DedicatedFile master_file, std::vector<std::unique_ptr<Function>> functions,
                        std::map<std::string, Bytes> values, Bytes atr = {}) const;

private:
    Person person_;
    const NationalPki& pki_;
    const NationalCardOptions& options_;
    const RandomSource& random_;
    trust::Validity validity_;
    std::optional<NationalPki> other_issuer_;
};

/// A PIN as VERIFY carries it: its digits in ASCII, filled up to `size` bytes. Throws InvalidInput when it is longer.
SecretBytes ascii_pin(std::string_view pin, std::size_t size, std::uint8_t filler);

}  // namespace tahvil::emulator
