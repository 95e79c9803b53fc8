#pragma once

#include <algorithm>
#include <initializer_list>
#include <span>
#include <string_view>

#include <gtest/gtest.h>

#include "apdu/emulator/card.h"
#include "crypto/error.h"
#include "crypto/random.h"

namespace tahvil::emulator {

struct Exchange {
    std::string_view command;
    std::string_view response;
};

/// Sends each command to the card and expects its response, byte for byte.
inline void expect_exchanges(Card& card, std::initializer_list<Exchange> exchanges) {
    for (const Exchange& exchange : exchanges)
        EXPECT_EQ(to_hex(card.respond(from_hex(exchange.command))), to_hex(from_hex(exchange.response)))
            << "to " << exchange.command;
}

/// Hands out given bytes in their order, as published examples need them.
inline RandomSource replay(std::string_view hex) {
    return [rest = from_hex(hex)](std::span<std::uint8_t> into) mutable {
        if (into.size() > rest.size()) throw InvalidInput("input.range", "no more random bytes in the script");
        std::copy_n(rest.begin(), into.size(), into.begin());
        rest.erase(rest.begin(), rest.begin() + static_cast<std::ptrdiff_t>(into.size()));
    };
}

}  // namespace tahvil::emulator
