#include "daemon/check/terminal_credentials.h"

#include <algorithm>
#include <fstream>
#include <iterator>

#include "apdu/tlv.h"
#include "crypto/error.h"
#include "daemon/terminal/key_source.h"

namespace tahvil::daemon {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxFiles = 256;
constexpr std::size_t kMaxFile = 65536;  // bytes

std::vector<fs::path> files_of(const fs::path& place) {
    std::error_code error;
    if (!fs::is_directory(place, error)) return {place};
    std::vector<fs::path> files;
    for (fs::directory_iterator at{place, error}, end; !error && at != end && files.size() < kMaxFiles;
         at.increment(error)) {
        if (at->is_regular_file(error)) files.push_back(at->path());
    }
    std::ranges::sort(files);
    return files;
}

Bytes read_whole(const fs::path& path) {
    std::ifstream file{path, std::ios::binary};
    const std::string content{std::istreambuf_iterator<char>{file}, {}};
    if (!file.is_open() || file.bad() || content.size() > kMaxFile)
        throw InvalidInput("terminal_authentication.unreadable",
                           "the certificates in " + path.string() + " can not be read or are too large",
                           "Look whether the file is there and whether this user may read it.");
    return to_bytes(as_bytes(content));
}

void add_certificates(const fs::path& path, std::vector<cv::Certificate>& to) {
    const Bytes content = read_whole(path);
    try {
        for (tlv::Cursor cursor(content); !cursor.at_end();) to.push_back(cv::Certificate::parse(cursor.read().raw));
    } catch (const MalformedData&) {
        std::throw_with_nested(MalformedData("cv.malformed", path.string() + " holds no CV certificates",
                                             "Put nothing but CV certificates in DER there."));
    }
}

}  // namespace

TerminalCredentials TerminalCredentials::select(const std::vector<cv::Certificate>& certificates,
                                                std::shared_ptr<const Signer> signer) {
    const cv::Certificate* own = nullptr;
    for (const cv::Certificate& certificate : certificates) {
        if (certificate.authorization.role() != cv::Role::terminal || !certificate.key.is(signer->public_key()))
            continue;
        if (own == nullptr || own->expiration < certificate.expiration) own = &certificate;
    }
    if (own == nullptr)
        throw InvalidInput("terminal_authentication.no_certificate",
                           "no certificate is that of a terminal with the key of terminal authentication",
                           "Have the authority certify this key, or name the key of the certificate.");
    TerminalCredentials credentials{*own, {}, std::move(signer)};
    std::ranges::copy_if(certificates, std::back_inserter(credentials.available),
                         [](const cv::Certificate& other) { return other.authorization.role() != cv::Role::terminal; });
    return credentials;
}

TerminalCredentials TerminalCredentials::load(const fs::path& certificates, const std::string& key) {
    std::vector<cv::Certificate> found;
    for (const fs::path& file : files_of(certificates)) add_certificates(file, found);
    return select(found, open_signer(key));
}

}  // namespace tahvil::daemon
