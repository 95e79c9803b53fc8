#include "daemon/cli/output_file.h"

#include <cerrno>
#include <cstdio>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

#include "crypto/error.h"

namespace tahvil::cli {

OutputFile::OutputFile(std::filesystem::path path)
    : path_(std::move(path)),
      unfinished_(path_.string() + ".unfinished"),
      file_(::open(unfinished_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644)) {
    if (file_ < 0) fail();
}

OutputFile::~OutputFile() {
    if (file_ < 0) return;
    ::close(file_);
    ::unlink(unfinished_.c_str());
}

void OutputFile::write(ByteView piece) {
    while (!piece.empty()) {
        const ssize_t written = ::write(file_, piece.data(), piece.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) fail();
        piece = piece.subspan(static_cast<std::size_t>(written));
    }
}

void OutputFile::finish() {
    if (::fsync(file_) != 0 || ::rename(unfinished_.c_str(), path_.c_str()) != 0) fail();
    ::close(std::exchange(file_, -1));
}

void OutputFile::fail() const {
    throw InvalidInput("file.unwritable",
                       "\"" + path_.string() + "\" can not be written: " + std::generic_category().message(errno),
                       "Name another file, or make room.");
}

}  // namespace tahvil::cli
