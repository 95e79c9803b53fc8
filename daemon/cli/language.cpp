#include "daemon/cli/language.h"

namespace tahvil::cli {

Language language_of(const std::function<const char*(const char* name)>& variable) {
    for (const char* name : {"LC_ALL", "LC_MESSAGES", "LANG"}) {
        const char* value = variable(name);
        if (value == nullptr || *value == '\0') continue;
        const std::string_view locale(value);
        const bool persian = locale == "fa" || locale.starts_with("fa_") || locale.starts_with("fa.");
        return persian ? Language::persian : Language::english;
    }
    return Language::english;
}

}  // namespace tahvil::cli
