#include <fstream>
#include <ostream>

#include <boost/json.hpp>
#include <sys/stat.h>

#include "crypto/error.h"
#include "crypto/trust/hot_list.h"
#include "crypto/trust/path.h"
#include "crypto/trust/text_formats.h"
#include "daemon/cli/hot_list_text.h"
#include "daemon/cli/input_file.h"
#include "daemon/cli/output_file.h"
#include "daemon/cli/progress_bar.h"
#include "daemon/cli/verbs.h"
#include "daemon/terminal/key_source.h"

namespace tahvil::cli {

namespace {

constexpr std::size_t kLongestSerial = 64;
constexpr std::size_t kReportEvery = 100'000;

/// Serial numbers, one a line, hashed as they come: of a list of millions only the hashes are kept.
class SerialReader {
public:
    SerialReader(const trust::HotListKey& key, std::string issuer, const Console& console)
        : hasher_(key), issuer_(std::move(issuer)), progress_(console) {}

    void read(const std::filesystem::path& path) {
        std::ifstream file(path);
        struct stat facts {};
        if (!file || ::stat(path.c_str(), &facts) != 0 || S_ISDIR(facts.st_mode)) {
            throw InvalidInput("file.unreadable", "\"" + path.string() + "\" can not be read",
                               "Look at its name and at who may read it.");
        }
        std::string line;
        std::uint64_t number = 0;
        std::uint64_t bytes = 0;
        while (std::getline(file, line)) {
            bytes += line.size() + 1;
            if (++number % kReportEvery == 0) progress_.show("hash", bytes, static_cast<std::uint64_t>(facts.st_size));
            const std::string serial = trust::normalised_serial(line);
            if (serial.empty()) continue;
            if (serial.size() > kLongestSerial || serial.find_first_of(",; \t") != std::string::npos) {
                throw InvalidInput(
                    "input.serials",
                    "line " + std::to_string(number) + " of \"" + path.string() + "\" is not one serial number",
                    "Write one serial number on each line, and nothing else.");
            }
            hashes.push_back(hasher_.hash(issuer_, serial));
        }
        progress_.clear();
    }

    std::vector<std::uint64_t> hashes;

private:
    trust::HotListHasher hasher_;
    std::string issuer_;
    ProgressBar progress_;
};

/// The certificate of the signer, whose key and purpose must be right before anything is made.
Bytes read_signer_certificate(const std::filesystem::path& path, const Signer& key) {
    Bytes file = read_input_file(path, kLargestCardFile);
    if (trust::looks_like_pem(file)) {
        const auto blocks = trust::read_pem(file);
        if (blocks.size() != 1)
            throw InvalidInput("file.no_certificate", "\"" + path.string() + "\" is not one certificate");
        file = blocks.front().content;
    }
    const trust::Certificate certificate = trust::Certificate::parse(file);
    if (!(certificate.public_key() == key.public_key())) {
        throw InvalidInput("input.signer", "certificate and key of the signer do not belong together",
                           "Name the certificate of this key.");
    }
    if (!certificate.has_extended_key_usage(trust::hot_list_signer_usage())) {
        throw InvalidInput(
            "input.signer", "the certificate is not one of a signer of hot lists",
            "It needs the extended key usage " + trust::hot_list_signer_usage().dotted() + ", or nobody will take it.");
    }
    return file;
}

}  // namespace

trust::HotListKey read_hot_list_key(const std::filesystem::path& path) {
    Bytes content = read_input_file(path, kLargestCardFile);
    const SecretBytes secret(content);
    wipe(content);
    return trust::HotListKey(secret.view());
}

ExitStatus run(const HotListBuildArguments& arguments, const Context& context) {
    const trust::HotListKey key = read_hot_list_key(arguments.key);
    const std::unique_ptr<Signer> signer = daemon::open_signer(arguments.signer_key);
    const Bytes certificate = read_signer_certificate(arguments.signer_certificate, *signer);
    SerialReader serials(key, arguments.issuer, context.console);
    for (const auto& path : arguments.serials) serials.read(path);

    trust::HotListInfo info;
    info.issuer = arguments.issuer;
    info.sequence = arguments.sequence;
    info.issued_at =
        arguments.issued_at.value_or(std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()));
    OutputFile out(arguments.out);
    trust::write_hot_list(info, key, std::move(serials.hashes), certificate, *signer,
                          [&out](ByteView piece) { out.write(piece); });
    out.finish();
    print_hot_list(context, arguments.out);
    return ExitStatus::done;
}

}  // namespace tahvil::cli
