#include "daemon/cli/message.h"

#include <array>

namespace tahvil::cli {

namespace {

struct Words {
    std::string_view english;
    std::string_view persian;
};

constexpr auto kTable = std::to_array<Words>({
#define TAHVIL_MESSAGE(id, english, persian) {english, persian},
#include "daemon/cli/messages.def"
#undef TAHVIL_MESSAGE
});

}  // namespace

std::string_view words(Language language, Message message) {
    const Words& entry = kTable.at(static_cast<std::size_t>(message));
    return language == Language::persian ? entry.persian : entry.english;
}

std::string say(Language language, Message message, std::initializer_list<std::string_view> values) {
    const std::string_view pattern = words(language, message);
    std::string text;
    for (std::size_t i = 0; i < pattern.size(); ++i) {
        const bool place = pattern[i] == '{' && i + 2 < pattern.size() && pattern[i + 2] == '}';
        const auto index = place ? static_cast<std::size_t>(pattern[i + 1] - '0') : values.size();
        if (index < values.size()) {
            text += values.begin()[index];
            i += 2;
        } else {
            text += pattern[i];
        }
    }
    return text;
}

}  // namespace tahvil::cli
