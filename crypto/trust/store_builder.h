#pragma once

#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "crypto/trust/trust_store.h"

namespace tahvil::trust {

/// What becomes of an anchor that the newer list of a source does not have any more.
enum class Vanished : std::uint8_t { keep, ask, distrust };

std::optional<Vanished> vanished_by_name(std::string_view name);  ///< "keep", "ask", "distrust"

struct ImportOptions {
    std::string file;                       ///< its name without the folder, for the record
    Time at{};                              ///< now
    Purposes purposes{Purpose::documents};  ///< of certificates handed in; those of a master list get documents only
    bool pin = false;                       ///< the certificate becomes a root that list signers chain to
    Bytes pin_fingerprint;                  ///< SHA-256 of a root, in the list or the store, that is pinned with it
    bool allow_rollback = false;            ///< lets a list in that is older than the one before it
    Vanished vanished = Vanished::keep;
};

enum class Outcome : std::uint8_t { added, known, changed, refused };

std::string_view name(Outcome outcome);

struct ImportItem {
    Outcome outcome{};
    std::string what;    ///< "C=DE, O=bund, CN=csca-germany, serial 04CD"
    std::string reason;  ///< of a refusal or change, stable: "rollback"
    std::string words;   ///< a sentence, may be empty
};

struct ImportReport {
    std::vector<ImportItem> items;

    std::size_t count(Outcome outcome) const;
};

/// Makes the next version of a trust store out of one version and files.
class StoreBuilder {
public:
    explicit StoreBuilder(const TrustStore& previous);

    /// Takes in a file of any kind, told by its content: a master list, certificates in DER or PEM, a PKCS #7 of
    /// certificates, a revocation list, an OCSP response, LDIF. Nothing is thrown for a file that is wrong: it is
    /// refused in the report.
    ImportReport import(ByteView file, const ImportOptions& options);

    /// Sets how an anchor stands, by the SHA-256 of its certificate; false when there is none.
    bool decide(ByteView fingerprint, Status status);

    /// Records the newest hot list of an issuer. False, and nothing done, when it goes back and that is not allowed.
    bool record_hot_list(const HotListRecord& record, bool allow_rollback);

    bool changed() const { return changed_; }
    /// The container of the next version; its number is at least `least`.
    Bytes next(Time at, std::uint64_t least = 0) const;

private:
    class Import;

    static constexpr std::size_t kNowhere = std::numeric_limits<std::size_t>::max();
    std::size_t find(ByteView certificate) const;
    std::size_t add(ByteView certificate, Status status);

    StoreContent content_;
    std::unordered_map<std::string_view, std::size_t> index_;  // of the items, by their raw bytes
    bool changed_ = false;
};

}  // namespace tahvil::trust
