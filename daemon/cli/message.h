#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

#include "daemon/cli/language.h"

namespace tahvil::cli {

/// Everything that the program says to people; the words stand in the one table messages.def.
enum class Message : std::uint16_t {
#define TAHVIL_MESSAGE(id, english, persian) id,
#include "daemon/cli/messages.def"
#undef TAHVIL_MESSAGE
};

/// The words of a message, with the marks of their places, {0} to {9}.
std::string_view words(Language language, Message message);

/// The words with the places filled in.
std::string say(Language language, Message message, std::initializer_list<std::string_view> values = {});

}  // namespace tahvil::cli
