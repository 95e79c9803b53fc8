#pragma once

#include <cstddef>
#include <memory>
#include <string_view>
#include <vector>

#include "apdu/emulator/card.h"
#include "crypto/random.h"

namespace tahvil::emulator {

/// What is wrong with a card: with how it was made, or with how it behaves.
enum class Fault : std::uint8_t {
    none,
    cloned,          ///< all data copied, but the chip's private key is another
    dg2_changed,     ///< one byte of EF.DG2
    unknown_issuer,  ///< signed below another CSCA than the one that is handed out
    expired,         ///< the document, not its certificates
    unbound_key,     ///< the chip has a key of its own, and its data names it, but nobody signed that data
    garbage,         ///< bytes without sense
    lying_length,    ///< data objects that claim to be longer than the response
    endless_more,    ///< 61xx for ever
    endless_length,  ///< 6Cxx for ever
    truncated,       ///< half of each response
    wrong_mac,       ///< secure messaging with a wrong MAC
    tampered,        ///< one response with one bit changed
    removed,         ///< taken out of the field, once
    reset,           ///< power lost for a moment, once
};

struct FaultSpec {
    Fault fault = Fault::none;
    /// The response, counted from 1, from which the card misbehaves, or at which it does so once.
    std::size_t at = 1;

    bool is_misbehaviour() const { return fault >= Fault::garbage; }
};

/// Reads "cloned", "garbage", "removed@12"; only misbehaviours take a number. Throws InvalidInput "input.fault".
FaultSpec parse_fault(std::string_view text);

/// All names that parse_fault() takes, for a usage text.
std::vector<std::string_view> fault_names();

/// A card that misbehaves as told, around one that does not. Counts responses from when it was made.
class MisbehavingCard final : public Card {
public:
    MisbehavingCard(std::unique_ptr<Card> card, FaultSpec fault, RandomSource random);

    Bytes atr() const override { return card_->atr(); }
    WireLimits limits() const override { return card_->limits(); }
    void reset() override { card_->reset(); }
    Bytes respond(ByteView command) override;

private:
    std::unique_ptr<Card> card_;
    FaultSpec fault_;
    RandomSource random_;
    std::size_t responses_ = 0;
};

}  // namespace tahvil::emulator
