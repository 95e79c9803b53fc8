#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <span>

#include "crypto/bytes.h"

namespace tahvil::pcsc {

/// Sends a command to a reader, not its card, and writes the answer to the front of `response`; returns its length.
/// What CardConnection::control() does, and what a stand-in for a reader does in tests.
using Control = std::function<std::size_t(std::uint32_t code, ByteView command, std::span<std::uint8_t> response)>;

/// The features of a reader with the control code of each (PC/SC part 10, 2.2), by their numbers in 2.3.
using Features = std::map<std::uint8_t, std::uint32_t>;

namespace feature {
constexpr std::uint8_t verify_pin_direct = 0x06;
constexpr std::uint8_t modify_pin_direct = 0x07;
constexpr std::uint8_t pin_properties = 0x0A;
constexpr std::uint8_t tlv_properties = 0x12;
}  // namespace feature

/// Empty for a reader whose driver knows no control commands.
Features read_features(const Control& control);

namespace property {
constexpr std::uint8_t least_pin = 0x06;
constexpr std::uint8_t greatest_pin = 0x07;
constexpr std::uint8_t max_apdu_data = 0x0A;
constexpr std::uint8_t vendor = 0x0B;
constexpr std::uint8_t product = 0x0C;
}  // namespace property

/// The numbers among a reader's properties by their tags (2.6.14); texts are left out. Empty for a reader that tells
/// none.
std::map<std::uint8_t, std::uint32_t> read_properties(const Control& control, const Features& features);

}  // namespace tahvil::pcsc
