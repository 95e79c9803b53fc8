#pragma once

#include "apdu/emulator/card.h"
#include "apdu/wire.h"

namespace tahvil::emulator {

/// The wire to an emulated card in this process. The card outlives it.
class EmulatedWire final : public Wire {
public:
    explicit EmulatedWire(Card& card) : card_(card) {}

    WireLimits limits() const override { return card_.limits(); }
    std::size_t exchange(ByteView command, std::span<std::uint8_t> response) override;

private:
    Card& card_;
};

}  // namespace tahvil::emulator
