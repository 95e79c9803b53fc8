#pragma once

#include <chrono>
#include <optional>
#include <string_view>
#include <vector>

#include "crypto/trust/check.h"
#include "crypto/trust/hot_list.h"
#include "daemon/trust/trust_directory.h"

namespace tahvil::daemon {

/// The hot lists that one version of the trust store names, mapped from their files: nothing of them is in memory until
/// a card is looked up, and then one page.
class HotLists {
public:
    /// A list whose file is not there, or is another than the one that was imported, is left out, as if there were
    /// none.
    HotLists(const TrustDirectory& directory, const trust::TrustStore& store, std::optional<trust::HotListKey> key);

    /// The check `document.revocation` of a card: by issuing state (three letters) and serial number.
    Check check(std::string_view issuer, std::string_view serial, trust::Time at, std::chrono::hours age_limit) const;

    const std::vector<trust::HotList>& lists() const { return lists_; }

private:
    std::vector<trust::HotList> lists_;
    std::optional<trust::HotListKey> key_;
};

}  // namespace tahvil::daemon
