#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include <gtest/gtest.h>

#include "crypto/bytes.h"

/// Real documents and lists, which lie beside the checkout and are not part of the project.
namespace tahvil::trust {

inline std::filesystem::path shared_path(const std::string& name) {
    const char* folder = std::getenv("TAHVIL_SHARED");
    return std::filesystem::path(folder != nullptr ? folder : TAHVIL_SHARED) / name;
}

inline Bytes shared_file(const std::string& name) {
    std::ifstream file(shared_path(name), std::ios::binary);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

}  // namespace tahvil::trust

// Skips a test, with the reason, on a machine without the file.
#define TAHVIL_NEEDS_SHARED(name)                                     \
    if (!std::filesystem::exists(::tahvil::trust::shared_path(name))) \
    GTEST_SKIP() << "not there: " << ::tahvil::trust::shared_path(name)
