#include "daemon/cli/card_folder.h"

#include <algorithm>
#include <cerrno>
#include <system_error>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "crypto/error.h"

namespace tahvil::cli {

namespace {

constexpr std::size_t kLongestName = 64;

InvalidInput unusable(const std::filesystem::path& path, int error) {
    return {"file.unusable", "\"" + path.string() + "\" can not be written: " + std::generic_category().message(error),
            "Name another folder."};
}

bool is_plain(std::string_view name) {
    return !name.empty() && name.size() <= kLongestName && name.front() != '.' && std::ranges::all_of(name, [](char c) {
        return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '_' ||
               c == '-';
    });
}

}  // namespace

CardFolder::CardFolder(std::filesystem::path path) : path_(std::move(path)) {
    if (mkdir(path_.c_str(), S_IRWXU) == 0) return;
    if (errno != EEXIST) throw unusable(path_, errno);
    std::error_code error;
    const bool empty = std::filesystem::is_directory(path_, error) && std::filesystem::is_empty(path_, error);
    if (!empty || error) {
        throw InvalidInput("file.folder_not_empty", "\"" + path_.string() + "\" is no empty folder",
                           "Name a new one, so that the files of two cards are not mixed.");
    }
}

void CardFolder::write(const std::string& name, ByteView content) const {
    if (!is_plain(name)) throw InvalidInput("file.name", "a file of the card has a name that is no file name");
    const std::filesystem::path file = path_ / name;
    const int descriptor = open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, S_IRUSR | S_IWUSR);
    if (descriptor < 0) throw unusable(file, errno);
    int error = 0;
    for (std::size_t done = 0; done < content.size() && error == 0;) {
        const ssize_t count = ::write(descriptor, content.data() + done, content.size() - done);
        if (count >= 0) {
            done += static_cast<std::size_t>(count);
        } else if (errno != EINTR) {
            error = errno;
        }
    }
    if (close(descriptor) != 0 && error == 0) error = errno;
    if (error != 0) throw unusable(file, error);
}

}  // namespace tahvil::cli
