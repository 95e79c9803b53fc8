#include "daemon/trust/trust_service.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "daemon/check/verdict.h"
#include "daemon/error.h"

namespace tahvil::daemon {

namespace {

/// Nothing of the file could be used: the first reason stands for all.
MalformedData refusal(const trust::ImportReport& report) {
    if (report.items.empty())
        return {"trust.nothing_in_it", "the file holds nothing that a trust store could take", "Choose another file."};
    const trust::ImportItem& item = report.items.front();
    return {"trust." + (item.reason.empty() ? std::string{"refused"} : item.reason),
            item.words.empty() ? item.what : item.what + ": " + item.words,
            "Choose another file, or ask where this one came from."};
}

}  // namespace

TrustService::TrustService(std::filesystem::path folder, std::optional<trust::HotListKey> hot_list_key,
                           trust::Vanished vanished, RandomSource random, std::function<void(std::uint64_t)> changed)
    : directory_(std::move(folder)),
      hot_list_key_(std::move(hot_list_key)),
      vanished_(vanished),
      random_(std::move(random)),
      changed_(std::move(changed)),
      store_(directory_.current()),
      hot_lists_(std::make_shared<const HotLists>(directory_, *store_, hot_list_key_)) {}

std::shared_ptr<const HotLists> TrustService::hot_lists() const {
    const std::lock_guard lock{mutex_};
    return hot_lists_;
}

std::shared_ptr<const trust::TrustStore> TrustService::store() const {
    const std::lock_guard lock{mutex_};
    return store_;
}

std::string TrustService::import(TrustFile file) {
    const trust::Time at = file.options.at;
    file.options.vanished = vanished_;
    std::vector<TrustFile> files;
    files.push_back(std::move(file));
    TrustImport done = directory_.import(files, at);

    const auto& items = done.reports.at(0).items;
    const bool useless = std::all_of(items.begin(), items.end(), [](const trust::ImportItem& item) {
        return item.outcome == trust::Outcome::refused;
    });
    if (useless) throw refusal(done.reports.at(0));
    return keep(std::move(done));
}

std::string TrustService::decide(ByteView fingerprint, trust::Status status, trust::Time at) {
    TrustImport done = directory_.decide(fingerprint, status, at);
    const auto index = done.store->by_fingerprint(fingerprint);
    done.reports = {{{{done.changed ? trust::Outcome::changed : trust::Outcome::known,
                       index ? done.store->certificate(*index).description() : std::string(), "decided",
                       "it is " + std::string(name(status))}}}};
    return keep(std::move(done));
}

std::string TrustService::keep(TrustImport done) {
    using std::chrono::system_clock;
    TrustImportView view{make_id(std::chrono::time_point_cast<std::chrono::milliseconds>(system_clock::now()), random_),
                         std::move(done.reports.at(0)), done.store->number(), done.changed};
    const std::string id = view.id;
    {
        const std::lock_guard lock{mutex_};
        if (done.store->number() >= store_->number()) {
            store_ = done.store;
            hot_lists_ = std::make_shared<const HotLists>(directory_, *store_, hot_list_key_);
        }
        imports_.push_back(std::move(view));
        if (imports_.size() > kImportsKept) imports_.pop_front();
    }
    if (done.changed) changed_(done.store->number());
    return id;
}

TrustImportView TrustService::find_import(std::string_view id) const {
    const std::lock_guard lock{mutex_};
    const auto found =
        std::find_if(imports_.begin(), imports_.end(), [&](const TrustImportView& view) { return view.id == id; });
    if (found == imports_.end())
        throw NotFound("trust.no_such_import", "there is no such import, or it is no longer kept",
                       "See GET /v1/trust.");
    return *found;
}

}  // namespace tahvil::daemon
