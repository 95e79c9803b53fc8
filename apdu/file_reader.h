#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>

#include "apdu/channel.h"

namespace tahvil {

/// An elementary file by its identifier and, where it has one, its short identifier (1 to 30; 0 for none).
struct FileIdentifier {
    std::uint16_t identifier = 0;
    std::uint8_t short_identifier = 0;

    friend bool operator==(const FileIdentifier&, const FileIdentifier&) = default;
};

/// Where a transparent file ends.
enum class FileExtent : std::uint8_t {
    data_object,  ///< with the one data object that it holds, whose header tells the size
    end_of_file,  ///< where the card says so: 6282, 6B00 or a short answer
};

struct ReadOptions {
    FileExtent extent = FileExtent::data_object;
    /// More than this is refused with LimitExceeded "file.too_large", before it is read where the header tells.
    std::size_t max_bytes = 1U << 20U;
    /// Greatest length of one READ BINARY, for cards that take less than the channel; 0 for no limit.
    std::size_t read_limit = 0;
    /// Told the bytes read so far and, once known, the size (0 until then).
    std::function<void(std::size_t done, std::size_t size)> progress = {};
};

/// Reads a transparent file below the current DF in as few commands as its size allows: READ BINARY by short identifier
/// with the longest answer that the channel takes, then on from there; SELECT only for files or cards without short
/// identifiers. Throws CardRefused, ProtocolViolation, MalformedData (a header that is none) and LimitExceeded.
Bytes read_file(Channel& card, FileIdentifier file, const ReadOptions& options = {});

/// The same for the file that is selected already.
Bytes read_selected_file(Channel& card, const ReadOptions& options = {});

}  // namespace tahvil
