#include <algorithm>
#include <chrono>
#include <ostream>

#include <boost/json.hpp>

#include "crypto/digest.h"
#include "crypto/error.h"
#include "crypto/trust/hot_list.h"
#include "crypto/trust/master_list.h"
#include "crypto/trust/ocsp_response.h"
#include "crypto/trust/revocation.h"
#include "crypto/trust/text_formats.h"
#include "daemon/cli/input_file.h"
#include "daemon/cli/json_value.h"
#include "daemon/cli/verbs.h"
#include "daemon/client/client.h"
#include "daemon/trust/trust_directory.h"
#include "daemon/trust/trust_json.h"

namespace tahvil::cli {

namespace json = boost::json;

namespace {

constexpr std::size_t kFingerprintDigits = 64;

bool is_fingerprint(std::string_view text) {
    return text.size() == kFingerprintDigits && std::ranges::all_of(text, [](char c) {
               return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
           });
}

/// A pinned root: its certificate, or only the SHA-256 of it.
struct Pin {
    std::filesystem::path path;
    Bytes certificate;
    Bytes fingerprint;
};

Pin read_pin(const std::string& typed) {
    if (is_fingerprint(typed)) return {{}, {}, from_hex(typed)};
    Pin pin{typed, read_input_file(typed, kLargestCardFile), {}};
    if (trust::looks_like_pem(pin.certificate)) {
        const auto blocks = trust::read_pem(pin.certificate);
        if (blocks.size() != 1) {
            throw InvalidInput("input.trust_pin", "\"" + typed + "\" holds not exactly one certificate",
                               "Pin each root by a file of its own.");
        }
        pin.certificate = blocks.front().content;
    }
    pin.fingerprint = digest(DigestAlgorithm::sha256, pin.certificate);
    return pin;
}

struct Counts {
    std::size_t added = 0, known = 0, changed = 0, refused = 0;

    bool refused_whole() const { return refused > 0 && added + known + changed == 0; }
};

Counts count(const json::array& items) {
    Counts counts;
    for (const json::value& item : items) {
        const std::string outcome = item.is_object() ? text(item.get_object(), "outcome") : std::string();
        if (outcome == "refused") {
            ++counts.refused;
        } else if (outcome == "changed") {
            ++counts.changed;
        } else if (outcome == "known") {
            ++counts.known;
        } else {
            ++counts.added;
        }
    }
    return counts;
}

std::string outcome_words(const Console& console, std::string_view outcome) {
    if (outcome == "refused") return console.say(Message::import_item_refused);
    if (outcome == "changed") return console.say(Message::import_item_changed);
    return console.say(outcome == "known" ? Message::import_item_known : Message::import_item_new);
}

/// The counts of a file, and whatever has a reason of its own.
void print_report(const Console& console, const std::string& file, const json::array& items) {
    const Counts counts = count(items);
    console.out << harmless(console.say(Message::import_counts,
                                        {file, std::to_string(counts.added), std::to_string(counts.known),
                                         std::to_string(counts.changed), std::to_string(counts.refused)}))
                << '\n';
    for (const json::value& value : items) {
        if (!value.is_object()) continue;
        const json::object& item = value.get_object();
        const std::string outcome = text(item, "outcome");
        std::string words = text(item, "words");
        if (words.empty()) words = text(item, "reason");
        if (words.empty()) continue;
        console.out << "  "
                    << console.paint(outcome == "refused" ? Colour::bad : Colour::plain,
                                     outcome_words(console, outcome))
                    << "  " << harmless(text(item, "what")) << ": " << harmless(words) << '\n';
    }
}

/// What was imported, in the order of the command line: {"version", "changed", "files": [{"file", "items"}]}.
class Report {
public:
    void add(const std::string& file, json::array items) {
        refused_ |= count(items).refused_whole();
        files_.push_back(json::object{{"file", file}, {"items", std::move(items)}});
    }
    void now(std::uint64_t version, bool changed) {
        version_ = version;
        changed_ |= changed;
    }

    void print(const Context& context) const {
        const Console& console = context.console;
        if (context.json) {
            console.out << json::serialize(
                               json::object{{"version", version_}, {"changed", changed_}, {"files", files_}})
                        << '\n';
            return;
        }
        for (const json::value& file : files_) {
            print_report(console, text(file.get_object(), "file"), array(file.get_object(), "items"));
        }
        console.out << console.say(Message::store_now, {std::to_string(version_)});
        if (!changed_) console.out << " (" << console.say(Message::store_unchanged) << ')';
        console.out << '\n';
    }

    ExitStatus status() const { return refused_ ? ExitStatus::bad_input : ExitStatus::done; }

private:
    json::array files_;
    std::uint64_t version_ = 0;
    bool changed_ = false;
    bool refused_ = false;
};

/// The pin of a list whose root was named by its fingerprint alone.
std::string only_fingerprint(const std::vector<Pin>& pins) {
    std::string fingerprint;
    for (const Pin& pin : pins) {
        if (!pin.certificate.empty()) continue;
        if (!fingerprint.empty()) {
            throw InvalidInput("input.trust_pin", "several roots are pinned by fingerprint alone",
                               "Import the list of each root by itself, or name the roots' files.");
        }
        fingerprint = to_hex(pin.fingerprint);
    }
    return fingerprint;
}

Report import_into_folder(const TrustImportArguments& arguments, const std::vector<Pin>& pins) {
    const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    std::vector<daemon::TrustFile> files;
    const auto add = [&](const std::filesystem::path& path, Bytes content) -> trust::ImportOptions& {
        trust::ImportOptions& options = files.emplace_back(daemon::TrustFile{std::move(content), {}}).options;
        options.file = path.filename().string();
        options.at = now;
        return options;
    };
    for (const Pin& pin : pins) {
        if (!pin.certificate.empty()) add(pin.path, pin.certificate).pin = true;
    }
    for (const auto& path : arguments.files) {
        trust::ImportOptions& options = add(path, read_input_file(path, kLargestTrustFile));
        options.allow_rollback = arguments.allow_rollback;
        options.vanished = trust::vanished_by_name(arguments.vanished).value_or(trust::Vanished::keep);
        if (!arguments.purposes.empty()) options.purposes = {};
        for (const std::string& purpose : arguments.purposes)
            if (const auto known = trust::purpose_by_name(purpose)) options.purposes.add(*known);
        options.pin_fingerprint = from_hex(only_fingerprint(pins));
    }
    const daemon::TrustImport import = daemon::TrustDirectory(*arguments.store).import(files, now);
    Report report;
    for (std::size_t i = 0; i < files.size(); ++i) {
        report.add(files[i].options.file, daemon::to_json(import.reports.at(i)));
    }
    report.now(import.store->number(), import.changed);
    return report;
}

enum class Kind : std::uint8_t { master_list, certificates, revocation_list, hot_list };

/// Which of the daemon's methods takes the file; the daemon looks into it itself.
Kind kind_of(ByteView file) {
    constexpr std::string_view revocation_list_begin = "-----BEGIN X509 CRL-----";
    if (trust::is_hot_list(file) || trust::is_hot_list_delta(file)) return Kind::hot_list;
    if (as_text(file).find(revocation_list_begin) != std::string_view::npos) return Kind::revocation_list;
    if (trust::OcspResponse::looks_like_one(file)) return Kind::revocation_list;
    try {
        static_cast<void>(trust::RevocationList::parse(file));
        return Kind::revocation_list;
    } catch (const MalformedData&) {
    }
    try {
        static_cast<void>(trust::MasterList::parse(file));
        return Kind::master_list;
    } catch (const MalformedData&) {
        return Kind::certificates;
    }
}

class DaemonImport {
public:
    explicit DaemonImport(const Context& context) : client_(context.socket) {}

    /// `query` is percent-encoded and begins with '&', or is empty.
    void send(const std::string& collection, const std::filesystem::path& path, ByteView content,
              const std::string& query) {
        const std::string file = path.filename().string();
        const std::string target = "/v1/trust/" + collection + "?file=" + client::encode(file) + query;
        const json::object created = parse_answer(client_.post_file(target, content).body);
        const std::string id = client::encode(text(created, "id"));
        const json::object import = parse_answer(client_.get("/v1/trust/imports/" + id).body);
        report.add(file, array(import, "items"));
        report.now(static_cast<std::uint64_t>(number(import, "version")), truth(import, "changed"));
    }

    Report report;

private:
    client::Client client_;
};

Report import_by_daemon(const TrustImportArguments& arguments, const std::vector<Pin>& pins, const Context& context) {
    const std::string fingerprint = only_fingerprint(pins);
    const std::string rollback = arguments.allow_rollback ? "&allow_rollback=true" : "";
    DaemonImport import(context);
    for (const Pin& pin : pins) {
        if (!pin.certificate.empty()) import.send("certificates", pin.path, pin.certificate, "&pin_root=true");
    }
    for (const auto& path : arguments.files) {
        const Bytes content = read_input_file(path, kLargestTrustFile);
        switch (kind_of(content)) {
            case Kind::master_list:
                import.send("master-lists", path, content,
                            rollback + (fingerprint.empty() ? std::string() : "&pin=" + fingerprint));
                break;
            case Kind::revocation_list:
                import.send("revocation-lists", path, content, rollback);
                break;
            case Kind::hot_list:
                import.send("hot-lists", path, content, rollback);
                break;
            case Kind::certificates:
                if (arguments.purposes.empty()) import.send("certificates", path, content, {});
                for (const std::string& purpose : arguments.purposes)
                    import.send("certificates", path, content, "&purpose=" + client::encode(purpose));
                break;
        }
    }
    return import.report;
}

}  // namespace

ExitStatus run(const TrustImportArguments& arguments, const Context& context) {
    std::vector<Pin> pins;
    for (const std::string& typed : arguments.pins) pins.push_back(read_pin(typed));
    const Report report =
        arguments.store ? import_into_folder(arguments, pins) : import_by_daemon(arguments, pins, context);
    report.print(context);
    return report.status();
}

}  // namespace tahvil::cli
