#pragma once

#include <filesystem>

#include "crypto/bytes.h"

namespace tahvil::cli {

/// A file that a person named for a result. It is written under another name and takes its own when it is whole, so
/// that nobody meets half of it; without finish() nothing is left behind.
class OutputFile {
public:
    /// Throws InvalidInput "file.unwritable".
    explicit OutputFile(std::filesystem::path path);
    OutputFile(const OutputFile&) = delete;
    OutputFile& operator=(const OutputFile&) = delete;
    ~OutputFile();

    void write(ByteView piece);
    void finish();

private:
    [[noreturn]] void fail() const;

    std::filesystem::path path_, unfinished_;
    int file_;
};

}  // namespace tahvil::cli
