#include "daemon/trust/trust_directory.h"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <fstream>
#include <iterator>
#include <optional>
#include <span>
#include <system_error>
#include <utility>

#include <boost/json.hpp>
#include <fcntl.h>
#include <malloc.h>
#include <sys/file.h>
#include <unistd.h>

#include "crypto/digest.h"
#include "crypto/error.h"
#include "crypto/trust/hot_list.h"
#include "crypto/trust/revocation.h"
#include "daemon/error.h"
#include "daemon/text/country.h"
#include "daemon/trust/mapped_file.h"

namespace tahvil::daemon {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view kSuffix = ".trust";
constexpr std::string_view kHotListSuffix = ".hotlist";
constexpr std::chrono::hours kClockTolerance{24};  // a list may be issued by a clock that is ahead of ours
constexpr std::string_view kUnfinished = ".unfinished";
constexpr std::string_view kRecord = "imports.log";
constexpr std::string_view kLock = "lock";
constexpr std::size_t kPiece = std::size_t{64} * 1024;  // bytes written at once
constexpr std::uintmax_t kMaxFile = 256U << 20U;        // bytes of a file that is imported

[[noreturn]] void fail(const std::string& what, const fs::path& path) {
    throw Error("trust.folder",
                "could not " + what + " " + path.string() + ": " + std::generic_category().message(errno),
                "see that the disk has room and that the folder may be written");
}

class Descriptor {
public:
    Descriptor(const fs::path& path, int flags) : path_(path), value_(::open(path.c_str(), flags | O_CLOEXEC, 0644)) {
        if (value_ < 0) fail("open", path);
    }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    ~Descriptor() { ::close(value_); }

    int get() const { return value_; }

    void write(ByteView bytes) const {
        while (!bytes.empty()) {
            const ssize_t written = ::write(value_, bytes.data(), bytes.size());
            if (written < 0 && errno == EINTR) continue;
            if (written < 0) fail("write", path_);
            bytes = bytes.subspan(static_cast<std::size_t>(written));
        }
    }
    void sync() const {
        if (::fsync(value_) != 0) fail("sync", path_);
    }

private:
    fs::path path_;
    int value_;
};

std::optional<std::uint64_t> number_of(const fs::path& path) {
    const std::string name = path.filename().string();
    if (!name.ends_with(kSuffix)) return std::nullopt;
    const std::string_view digits = std::string_view(name).substr(0, name.size() - kSuffix.size());
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    if (digits.empty() || error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
    return number;
}

std::shared_ptr<const trust::TrustStore> open_version(const fs::path& path) {
    MappedFile file = map_file(path);
    return std::make_shared<const trust::TrustStore>(file.bytes, std::move(file.owner));
}

Bytes read_file(const fs::path& path) {
    std::error_code error;
    const std::uintmax_t size = fs::file_size(path, error);
    std::ifstream file(path, std::ios::binary);
    if (error || !file || size > kMaxFile)
        throw InvalidInput("input.trust",
                           path.string() + (size > kMaxFile && !error ? " is too large" : " can not be read"));
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

}  // namespace

/// One writer at a time, in this process or another. The kernel lets go of it when the process ends.
class TrustDirectory::Lock {
public:
    explicit Lock(const fs::path& folder) : file_(folder / kLock, O_RDWR | O_CREAT) {
        while (::flock(file_.get(), LOCK_EX) != 0)
            if (errno != EINTR) fail("lock", folder);
    }

private:
    Descriptor file_;
};

TrustDirectory::TrustDirectory(fs::path folder, FaultPoint fault_point)
    : folder_(std::move(folder)), fault_point_(std::move(fault_point)) {
    std::error_code error;
    fs::create_directories(folder_, error);
    if (error)
        throw Error("trust.folder", "could not make " + folder_.string() + ": " + error.message(),
                    "see that the folder above it may be written");
}

fs::path TrustDirectory::path_of(std::uint64_t number) const {
    std::string digits = std::to_string(number);
    if (digits.size() < 6) digits.insert(0, 6 - digits.size(), '0');
    return folder_ / (digits + std::string(kSuffix));
}

void TrustDirectory::at_point(std::string_view step) const {
    if (fault_point_) fault_point_(step);
}

std::vector<std::uint64_t> TrustDirectory::versions() const {
    std::vector<std::uint64_t> numbers;
    for (const fs::directory_entry& entry : fs::directory_iterator(folder_))
        if (const auto number = number_of(entry.path())) numbers.push_back(*number);
    std::ranges::sort(numbers);
    return numbers;
}

std::shared_ptr<const trust::TrustStore> TrustDirectory::current() const {
    const std::vector<std::uint64_t> numbers = versions();
    for (auto number = numbers.rbegin(); number != numbers.rend(); ++number) {
        try {
            return open_version(path_of(*number));
        } catch (const MalformedData&) {  // a disk that lost bytes: the one before it holds
        }
    }
    return trust::TrustStore::empty();
}

std::shared_ptr<const trust::TrustStore> TrustDirectory::version(std::uint64_t number) const {
    if (number == 0) return trust::TrustStore::empty();
    if (!fs::exists(path_of(number)))
        throw NotFound("trust.no_such_version", "the trust store has no version " + std::to_string(number));
    return open_version(path_of(number));
}

TrustImport TrustDirectory::import(const std::vector<TrustFile>& files, trust::Time at) {
    const Lock lock(folder_);
    remove_leftovers();
    TrustImport result;
    result.store = current();
    {
        trust::StoreBuilder builder(*result.store);
        for (const TrustFile& file : files) {
            const bool hot_list = trust::is_hot_list(file.content) || trust::is_hot_list_delta(file.content);
            result.reports.push_back(hot_list ? take_hot_list(builder, file, at)
                                              : builder.import(file.content, file.options));
        }
        result.changed = builder.changed();
        if (result.changed) {
            const auto before = std::exchange(result.store, commit(builder, at));
            remove_old_hot_lists(*before, *result.store);
        }
    }
    for (std::size_t i = 0; i < files.size(); ++i) record(files[i], result.reports[i], result.store->number(), at);
    ::malloc_trim(0);  // what the work took is given back: this process idles for the rest of the day
    return result;
}

TrustImport TrustDirectory::decide(ByteView fingerprint, trust::Status status, trust::Time at) {
    const Lock lock(folder_);
    remove_leftovers();
    TrustImport result;
    result.store = current();
    trust::StoreBuilder builder(*result.store);
    if (!builder.decide(fingerprint, status))
        throw NotFound("trust.no_such_certificate", "the trust store has no certificate with that fingerprint");
    result.changed = builder.changed();
    if (result.changed) result.store = commit(builder, at);
    return result;
}

std::shared_ptr<const trust::TrustStore> TrustDirectory::commit(const trust::StoreBuilder& builder, trust::Time at) {
    const std::vector<std::uint64_t> numbers = versions();
    const std::uint64_t least = numbers.empty() ? 1 : numbers.back() + 1;
    const Bytes container = builder.next(at, least);
    const fs::path path = path_of(trust::TrustStore(container, nullptr).number());
    put(path, container);
    return open_version(path);
}

void TrustDirectory::put(const fs::path& path, ByteView content) const {
    const fs::path unfinished = path.string() + std::string(kUnfinished);
    {
        const Descriptor file(unfinished, O_WRONLY | O_CREAT | O_TRUNC);
        for (ByteView rest = content; !rest.empty(); rest = rest.subspan(std::min(kPiece, rest.size()))) {
            at_point("trust.write");
            file.write(rest.first(std::min(kPiece, rest.size())));
        }
        at_point("trust.sync");
        file.sync();
    }
    at_point("trust.rename");
    if (::rename(unfinished.c_str(), path.c_str()) != 0) fail("rename", unfinished);
    at_point("trust.sync_folder");
    Descriptor(folder_, O_RDONLY | O_DIRECTORY).sync();
}

fs::path TrustDirectory::path_of(const trust::HotListRecord& record) const {
    std::string digits = std::to_string(record.sequence);
    if (digits.size() < 10) digits.insert(0, 10 - digits.size(), '0');
    return folder_ / (record.issuer + "-" + digits + std::string(kHotListSuffix));
}

trust::ImportReport TrustDirectory::take_hot_list(trust::StoreBuilder& builder, const TrustFile& file,
                                                  trust::Time at) const {
    const auto answer = [&file](trust::Outcome outcome, std::string reason, std::string words) {
        return trust::ImportReport{{{outcome, file.options.file, std::move(reason), std::move(words)}}};
    };
    const auto refused = [&answer](std::string reason, std::string words) {
        return answer(trust::Outcome::refused, std::move(reason), std::move(words));
    };
    try {
        const auto store = trust::TrustStore::from_bytes(builder.next(at));
        const std::vector<trust::HotListRecord> records = store->hot_lists();
        Bytes merged;
        ByteView whole = file.content;
        if (trust::is_hot_list_delta(file.content)) {
            const trust::HotListDelta delta = trust::HotListDelta::parse(file.content);
            const auto base = std::ranges::find(records, delta.info.issuer, &trust::HotListRecord::issuer);
            if (base == records.end()) return refused("no_list", "a delta needs the list that it changes");
            MappedFile mapped = map_file(path_of(*base));
            merged = trust::merge(trust::HotList::open(mapped.bytes, mapped.owner), delta);
            whole = merged;
        }
        const trust::HotList list = trust::HotList::open(whole, nullptr);
        const trust::HotListInfo& info = list.info();
        const trust::HotListSigner signer = trust::judge_hot_list_signer(list.signature(), info, *store);
        if (!signer.genuine) return refused(signer.reason, signer.words);
        if (!same_country(info.issuer, signer.country))
            return refused("country_differs", "the list is of " + info.issuer + ", its signer of " + signer.country);
        if (info.issued_at > at + kClockTolerance)
            return refused("signed_in_future", "it was issued at " + trust::to_text(info.issued_at));
        list.require_whole();
        const trust::HotListRecord record{info.issuer, info.sequence, info.issued_at, info.body_digest};
        const auto before = std::ranges::find(records, info.issuer, &trust::HotListRecord::issuer);
        const bool known = before != records.end();
        if (known && before->sequence == record.sequence && before->digest == record.digest)
            return answer(trust::Outcome::known, {}, {});
        if (!builder.record_hot_list(record, file.options.allow_rollback))
            return refused("rollback", "the store has list " + std::to_string(before->sequence) + " of " +
                                           trust::to_text(before->issued_at));
        put(path_of(record), whole);
        return answer(known ? trust::Outcome::changed : trust::Outcome::added, known ? "newer" : "",
                      std::to_string(info.entries) + " cards, signed by " + signer.signer);
    } catch (const MalformedData& error) {
        return refused("malformed", error.what());
    } catch (const InvalidInput& error) {
        return refused(std::string(error.code()), error.what());
    }
}

void TrustDirectory::remove_old_hot_lists(const trust::TrustStore& before, const trust::TrustStore& now) const {
    std::vector<fs::path> kept;
    for (const trust::TrustStore* store : {&before, &now})
        for (const trust::HotListRecord& record : store->hot_lists()) kept.push_back(path_of(record));
    for (const fs::directory_entry& entry : fs::directory_iterator(folder_))
        if (entry.path().extension() == kHotListSuffix && std::ranges::find(kept, entry.path()) == kept.end())
            fs::remove(entry.path());
}

void TrustDirectory::record(const TrustFile& file, const trust::ImportReport& report, std::uint64_t version,
                            trust::Time at) const {
    namespace json = boost::json;
    json::array refused;
    json::array notable;
    for (const trust::ImportItem& item : report.items) {
        if (item.outcome == trust::Outcome::refused)
            refused.push_back(json::object{{"what", item.what}, {"reason", item.reason}, {"words", item.words}});
        else if (!item.reason.empty())
            notable.push_back(json::object{{"what", item.what}, {"reason", item.reason}});
    }
    const json::object line{{"at", trust::to_text(at)},
                            {"file", file.options.file},
                            {"sha256", to_hex(digest(DigestAlgorithm::sha256, file.content))},
                            {"version", version},
                            {"new", report.count(trust::Outcome::added)},
                            {"known", report.count(trust::Outcome::known)},
                            {"changed", report.count(trust::Outcome::changed)},
                            {"notable", std::move(notable)},
                            {"refused", std::move(refused)}};
    at_point("trust.record");
    const Descriptor log(folder_ / kRecord, O_RDWR | O_CREAT | O_APPEND);
    // A line that a crash cut off is ended, so that it spoils no other.
    char last = '\n';
    const off_t end = ::lseek(log.get(), 0, SEEK_END);
    if (end > 0 && ::pread(log.get(), &last, 1, end - 1) != 1) fail("read", folder_ / kRecord);
    const std::string text = (last == '\n' ? "" : "\n") + json::serialize(line) + "\n";
    log.write(as_bytes(text));
    log.sync();
}

void TrustDirectory::remove_leftovers() const {
    for (const fs::directory_entry& entry : fs::directory_iterator(folder_))
        if (entry.path().string().ends_with(kUnfinished)) fs::remove(entry.path());
}

namespace {

std::vector<fs::path> files_in(const fs::path& folder) {
    std::vector<fs::path> files;
    for (const fs::directory_entry& entry : fs::directory_iterator(folder))
        if (entry.is_regular_file() && !entry.path().filename().string().starts_with('.'))
            files.push_back(entry.path());
    std::ranges::sort(files);
    return files;
}

bool waits_for_an_issuer(const trust::ImportReport& report) {
    return !report.items.empty() && std::ranges::all_of(report.items, [](const trust::ImportItem& item) {
        return item.outcome == trust::Outcome::refused && item.reason != "malformed" && item.reason != "unknown_format";
    });
}

std::optional<trust::StoreContent> content_of_version(ByteView file) {
    try {
        return trust::content_of(trust::TrustStore(file, nullptr));
    } catch (const MalformedData&) {
        return std::nullopt;
    }
}

}  // namespace

LoadedTrust load_trust(const std::vector<fs::path>& paths, trust::Time at) {
    std::shared_ptr<const trust::TrustStore> base = trust::TrustStore::empty();
    std::vector<TrustFile> files;
    const auto take = [&](const fs::path& path) {
        TrustFile file{read_file(path), {}};
        if (content_of_version(file.content)) {
            base = trust::TrustStore::from_bytes(std::move(file.content));
            return;
        }
        file.options.file = path.filename().string();
        file.options.at = at;
        file.options.purposes = {trust::Purpose::documents, trust::Purpose::national_pki, trust::Purpose::master_lists,
                                 trust::Purpose::receipts};
        files.push_back(std::move(file));
    };
    for (const fs::path& path : paths) {
        if (!fs::exists(path)) throw InvalidInput("input.trust", path.string() + " is not there");
        if (!fs::is_directory(path)) {
            take(path);
            continue;
        }
        const std::vector<fs::path> inside = files_in(path);
        if (std::ranges::any_of(inside, [](const fs::path& file) { return number_of(file).has_value(); }))
            base = TrustDirectory(path).current();
        else
            for (const fs::path& file : inside) take(file);
    }

    LoadedTrust loaded;
    if (files.empty()) return {base, {}};
    trust::StoreBuilder builder(*base);
    loaded.reports.resize(files.size());
    // Lists wait for their issuers, which may come in a later file, or in another list.
    static constexpr int kRounds = 3;
    for (int round = 0; round < kRounds; ++round)
        for (std::size_t i = 0; i < files.size(); ++i)
            if (round == 0 || waits_for_an_issuer(loaded.reports[i]))
                loaded.reports[i] = builder.import(files[i].content, files[i].options);
    loaded.store = trust::TrustStore::from_bytes(builder.next(at));
    return loaded;
}

}  // namespace tahvil::daemon
