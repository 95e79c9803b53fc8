#pragma once

#include <algorithm>

#include "apdu/card_channel.h"
#include "crypto/error.h"

namespace tahvil {

/// A card whose answers are the input of a fuzzer, each behind a byte of length. It is taken out when the input ends.
class FuzzedCard final : public Wire {
public:
    explicit FuzzedCard(ByteView input, WireLimits limits = {}) : input_(input), limits_(limits) {}

    WireLimits limits() const override { return limits_; }

    std::size_t exchange(ByteView, std::span<std::uint8_t> response) override {
        if (input_.empty()) throw Error("card.removed", "the input has ended");
        const std::size_t size = std::min<std::size_t>({input_[0], input_.size() - 1, response.size()});
        std::ranges::copy(input_.subspan(1, size), response.begin());
        input_ = input_.subspan(1 + size);
        return size;
    }

private:
    ByteView input_;
    WireLimits limits_;
};

}  // namespace tahvil
