#pragma once

#include <cstddef>
#include <span>
#include <string_view>

#include "apdu/profiles/profile.h"

namespace tahvil::profiles {

/// The words of an enumeration in the text form, in the order of its values.
template <typename Value>
std::span<const std::string_view> words();

template <>
std::span<const std::string_view> words<Layout>();
template <>
std::span<const std::string_view> words<ChipProof>();
template <>
std::span<const std::string_view> words<Quirk>();
template <>
std::span<const std::string_view> words<Extent>();
template <>
std::span<const std::string_view> words<Encoding>();
template <>
std::span<const std::string_view> words<Access>();
template <>
std::span<const std::string_view> words<Meaning>();
template <>
std::span<const std::string_view> words<DateForm>();
template <>
std::span<const std::string_view> words<PinFormat>();

template <typename Value>
std::string_view word(Value value) {
    return words<Value>()[static_cast<std::size_t>(value)];
}

}  // namespace tahvil::profiles
