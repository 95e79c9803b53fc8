#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "crypto/random.h"
#include "daemon/trust/hot_lists.h"
#include "daemon/trust/trust_directory.h"

namespace tahvil::daemon {

/// An import through the socket, kept for whoever asks what became of it.
struct TrustImportView {
    std::string id;
    trust::ImportReport report;
    std::uint64_t version = 0;  ///< of the store, after the import
    bool changed = false;
};

/// The trust store of a running daemon: the version that holds now, in memory, and imports that make the next one.
/// Every function may be called from any thread.
class TrustService {
public:
    static constexpr std::size_t kImportsKept = 64;

    /// `changed` is called after an import that made a new version, on the importer's thread.
    /// `vanished` is what becomes of an anchor that a newer list does not have any more.
    TrustService(std::filesystem::path folder, std::optional<trust::HotListKey> hot_list_key, trust::Vanished vanished,
                 RandomSource random, std::function<void(std::uint64_t version)> changed);

    std::shared_ptr<const trust::TrustStore> store() const;
    /// Those that the store names.
    std::shared_ptr<const HotLists> hot_lists() const;

    /// Returns the import's id. Throws MalformedData "trust.REASON" when nothing of the file could be used, and what
    /// TrustDirectory::import() throws.
    std::string import(TrustFile file);

    /// What a person decides about a certificate, by its SHA-256. Returns the id of what is kept as an import. Throws
    /// NotFound "trust.no_such_certificate".
    std::string decide(ByteView fingerprint, trust::Status status, trust::Time at);

    /// Throws NotFound "trust.no_such_import".
    TrustImportView find_import(std::string_view id) const;

private:
    std::string keep(TrustImport done);

    TrustDirectory directory_;
    std::optional<trust::HotListKey> hot_list_key_;
    trust::Vanished vanished_;
    RandomSource random_;
    std::function<void(std::uint64_t)> changed_;
    mutable std::mutex mutex_;
    std::shared_ptr<const trust::TrustStore> store_;
    std::shared_ptr<const HotLists> hot_lists_;
    std::deque<TrustImportView> imports_;
};

}  // namespace tahvil::daemon
