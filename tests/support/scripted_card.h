#pragma once

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "apdu/wire.h"

namespace tahvil::test {

/// A wire that answers a list of commands in their order, and fails the test at any other.
class ScriptedCard final : public Wire {
public:
    using Script = std::vector<std::pair<std::string, std::string>>;

    explicit ScriptedCard(const Script& script, WireLimits limits = {}) : limits_(limits) {
        for (const auto& [command, response] : script) script_.emplace_back(from_hex(command), from_hex(response));
    }

    WireLimits limits() const override { return limits_; }

    std::size_t exchange(ByteView command, std::span<std::uint8_t> response) override {
        EXPECT_LT(at_, script_.size()) << "one command too many: " << to_hex(command);
        if (at_ >= script_.size()) return answer({0x6F, 0x00}, response);
        const auto& [expected, reply] = script_[at_++];
        EXPECT_EQ(to_hex(command), to_hex(expected)) << "at command " << at_;
        return answer(reply, response);
    }

    bool finished() const { return at_ == script_.size(); }

private:
    static std::size_t answer(const Bytes& reply, std::span<std::uint8_t> response) {
        std::ranges::copy(reply, response.begin());
        return reply.size();
    }

    WireLimits limits_;
    std::vector<std::pair<Bytes, Bytes>> script_;
    std::size_t at_ = 0;
};

}  // namespace tahvil::test
