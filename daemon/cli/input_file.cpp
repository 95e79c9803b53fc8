#include "daemon/cli/input_file.h"

#include <fstream>

#include "crypto/error.h"

namespace tahvil::cli {

Bytes read_input_file(const std::filesystem::path& path, std::size_t most) {
    std::error_code error;
    std::ifstream file(path, std::ios::binary);
    if (!file || std::filesystem::is_directory(path, error)) {
        throw InvalidInput("file.unreadable", "\"" + path.string() + "\" can not be read",
                           "Look at its name and at who may read it.");
    }
    constexpr std::size_t piece = 64UL * 1024;
    Bytes content;
    while (file) {
        const std::size_t before = content.size();
        if (before > most) {
            throw InvalidInput("file.too_large", "\"" + path.string() + "\" is larger than such a file can be",
                               "Name the right file.");
        }
        content.resize(before + piece);
        file.read(reinterpret_cast<char*>(content.data() + before), static_cast<std::streamsize>(piece));
        content.resize(before + static_cast<std::size_t>(file.gcount()));
    }
    return content;
}

}  // namespace tahvil::cli
