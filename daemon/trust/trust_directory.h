#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string_view>
#include <vector>

#include "crypto/trust/store_builder.h"
#include "crypto/trust/trust_store.h"

namespace tahvil::daemon {

/// Called before each step that a crash can come between, with the step's name: "trust.write", "trust.sync",
/// "trust.rename", "trust.sync_folder", "trust.record". A test ends the process in it.
using FaultPoint = std::function<void(std::string_view step)>;

/// A file on its way into the store.
struct TrustFile {
    Bytes content;
    trust::ImportOptions options;
};

struct TrustImport {
    std::vector<trust::ImportReport> reports;        ///< one for each file
    std::shared_ptr<const trust::TrustStore> store;  ///< what holds now
    bool changed = false;                            ///< a new version was made
};

/// The folder in which the versions of the trust store lie, one file each ("000042.trust"), all of them kept. A version
/// is written under another name, synced and renamed: a crash at any point leaves the version before it or the new one,
/// whole. Several processes may read while one writes; writers wait for each other. What was refused is recorded in
/// "imports.log", one JSON document a line. Hot lists lie beside the versions, in files of their own
/// ("UTO-0000000005.hotlist"); a version names the one that holds for each issuing state, and the one before it is kept
/// as well.
class TrustDirectory {
public:
    /// Makes the folder when it is not there. Throws Error "trust.folder".
    explicit TrustDirectory(std::filesystem::path folder, FaultPoint fault_point = {});

    /// The highest version that is whole, mapped into memory; the empty store when there is none.
    std::shared_ptr<const trust::TrustStore> current() const;

    /// One version of the past. Throws NotFound "trust.no_such_version", MalformedData "trust.store".
    std::shared_ptr<const trust::TrustStore> version(std::uint64_t number) const;

    std::vector<std::uint64_t> versions() const;  ///< ascending

    /// Takes files in, in order, as one new version (none, when nothing in them is new). Beside what StoreBuilder takes
    /// these may be hot lists, whole or as deltas.
    /// Throws Error "trust.folder" when the disk does not do its part; then the version before it holds.
    TrustImport import(const std::vector<TrustFile>& files, trust::Time at);

    /// Sets how an anchor stands, by the SHA-256 of its certificate. Throws NotFound "trust.no_such_certificate".
    TrustImport decide(ByteView fingerprint, trust::Status status, trust::Time at);

    /// Where the hot list lies that a version names.
    std::filesystem::path path_of(const trust::HotListRecord& record) const;

    const std::filesystem::path& folder() const { return folder_; }

private:
    class Lock;

    std::filesystem::path path_of(std::uint64_t number) const;
    trust::ImportReport take_hot_list(trust::StoreBuilder& builder, const TrustFile& file, trust::Time at) const;
    void put(const std::filesystem::path& path, ByteView content) const;
    void remove_old_hot_lists(const trust::TrustStore& before, const trust::TrustStore& now) const;
    std::shared_ptr<const trust::TrustStore> commit(const trust::StoreBuilder& builder, trust::Time at);
    void record(const TrustFile& file, const trust::ImportReport& report, std::uint64_t version, trust::Time at) const;
    void remove_leftovers() const;
    void at_point(std::string_view step) const;

    std::filesystem::path folder_;
    FaultPoint fault_point_;
};

/// A store in memory from paths that a person names (`verify --trust`): each a folder of versions, a version's file, a
/// file of any kind that can be imported, or a folder of such. Certificates in them are anchors for documents, national
/// PKIs, master lists and receipts; master lists count when their signer chains to one of those; revocation lists are
/// used. Throws InvalidInput "input.trust" when a path is not there. What was refused is in `reports`.
struct LoadedTrust {
    std::shared_ptr<const trust::TrustStore> store;
    std::vector<trust::ImportReport> reports;
};

LoadedTrust load_trust(const std::vector<std::filesystem::path>& paths, trust::Time at);

}  // namespace tahvil::daemon
