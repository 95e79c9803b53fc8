#pragma once

#include <algorithm>
#include <deque>
#include <stdexcept>
#include <string_view>

#include "crypto/bytes.h"
#include "crypto/random.h"

namespace tahvil {

/// A source of randomness that gives out published values, one a draw, in the order in which they are listed.
class Replay {
public:
    Replay(std::initializer_list<std::string_view> hex) {
        for (const std::string_view value : hex) values_.push_back(from_hex(value));
    }

    RandomSource source() {
        return [this](std::span<std::uint8_t> into) {
            if (values_.empty() || values_.front().size() != into.size())
                throw std::logic_error("randomness is drawn that the published example does not have");
            std::ranges::copy(values_.front(), into.begin());
            values_.pop_front();
        };
    }

    bool used_up() const { return values_.empty(); }

private:
    std::deque<Bytes> values_;
};

}  // namespace tahvil
