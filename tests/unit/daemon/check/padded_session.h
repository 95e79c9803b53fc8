#pragma once

#include <algorithm>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "daemon/reader/card_session.h"
#include "pcsc/error.h"

namespace tahvil::daemon {

/// A reader with keys, at the border of SCardControl: what the holder types goes into the command that it was given,
/// and that to the card of the session. PINs in ASCII.
class PaddedSession final : public CardSession {
public:
    PaddedSession(CardSession& inner, std::vector<std::string> typed) : inner_(inner), typed_(std::move(typed)) {}

    Wire& wire() override { return inner_.wire(); }
    ByteView atr() const override { return inner_.atr(); }
    std::uint64_t epoch() const override { return inner_.epoch(); }
    pcsc::Control control() override {
        return [this](std::uint32_t code, ByteView structure, std::span<std::uint8_t> response) -> std::size_t {
            constexpr std::uint32_t kGetFeatures = 0x42000D48;
            if (code == kGetFeatures) return put(from_hex("06 04 42330006 07 04 42330007"), response);
            constexpr std::size_t kVerifyHeader = 19;  // bytes before the command (PC/SC part 10, 2.5.2 and 2.5.3)
            constexpr std::size_t kModifyHeader = 24;
            if (refusal) return put(from_hex(*refusal), response);
            Bytes command = to_bytes(structure.subspan(code == 0x42330006 ? kVerifyHeader : kModifyHeader));
            for (std::size_t at = 5; at < command.size(); at += 8) {
                std::ranges::copy(as_bytes(typed_.at(entries)), command.begin() + static_cast<std::ptrdiff_t>(at));
                ++entries;
            }
            return inner_.wire().exchange(command, response);
        };
    }

    std::optional<std::string> refusal;  ///< the reader's own answer, in place of the card's
    std::size_t entries = 0;             ///< how many PINs were typed

private:
    static std::size_t put(const Bytes& bytes, std::span<std::uint8_t> response) {
        std::ranges::copy(bytes, response.begin());
        return bytes.size();
    }

    CardSession& inner_;
    const std::vector<std::string> typed_;
};

}  // namespace tahvil::daemon
