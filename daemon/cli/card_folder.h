#pragma once

#include <filesystem>
#include <string>

#include "crypto/bytes.h"

namespace tahvil::cli {

/// A folder for the files of one card. They are personal: only their owner may read them.
class CardFolder {
public:
    /// Makes the folder, or takes one that is empty, so that files of two cards are never mixed. Throws InvalidInput
    /// "file.folder_not_empty", "file.unusable".
    explicit CardFolder(std::filesystem::path path);

    /// `name` comes from a card: throws InvalidInput "file.name" unless it is made of letters, digits and '.', as those
    /// of all elementary files are ("EF.DG1").
    void write(const std::string& name, ByteView content) const;

    const std::filesystem::path& path() const { return path_; }

private:
    std::filesystem::path path_;
};

}  // namespace tahvil::cli
