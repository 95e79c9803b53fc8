#include "crypto/trust/store_builder.h"

#include <algorithm>

#include "crypto/digest.h"
#include "crypto/trust/store_import.h"

namespace tahvil::trust {

std::optional<Vanished> vanished_by_name(std::string_view name) {
    if (name == "keep") return Vanished::keep;
    if (name == "ask") return Vanished::ask;
    if (name == "distrust") return Vanished::distrust;
    return std::nullopt;
}

std::string_view name(Outcome outcome) {
    switch (outcome) {
        case Outcome::added:
            return "new";
        case Outcome::known:
            return "known";
        case Outcome::changed:
            return "changed";
        case Outcome::refused:
            break;
    }
    return "refused";
}

std::size_t ImportReport::count(Outcome outcome) const {
    return static_cast<std::size_t>(std::ranges::count(items, outcome, &ImportItem::outcome));
}

StoreBuilder::StoreBuilder(const TrustStore& previous) : content_(content_of(previous)) {
    for (std::size_t i = 0; i < content_.items.size(); ++i) index_.emplace(as_text(content_.items[i].certificate), i);
}

std::size_t StoreBuilder::find(ByteView certificate) const {
    const auto found = index_.find(as_text(certificate));
    return found == index_.end() ? kNowhere : found->second;
}

std::size_t StoreBuilder::add(ByteView certificate, Status status) {
    content_.items.push_back({to_bytes(certificate), {}, status, {}});
    // The key is a view of the item's own bytes, which stay where they are when the vector grows.
    index_.emplace(as_text(content_.items.back().certificate), content_.items.size() - 1);
    return content_.items.size() - 1;
}

ImportReport StoreBuilder::import(ByteView file, const ImportOptions& options) {
    return Import(*this, options).run(file);
}

bool StoreBuilder::decide(ByteView fingerprint, Status status) {
    for (StoreContent::Item& item : content_.items) {
        if (!equal(digest(DigestAlgorithm::sha256, item.certificate), fingerprint)) continue;
        changed_ = changed_ || item.status != status;
        item.status = status;
        return true;
    }
    return false;
}

bool StoreBuilder::record_hot_list(const HotListRecord& record, bool allow_rollback) {
    for (HotListRecord& before : content_.hot_lists) {
        if (before.issuer != record.issuer) continue;
        const bool forward = record.sequence > before.sequence && record.issued_at >= before.issued_at;
        if (!forward && !allow_rollback) return false;
        before = record;
        changed_ = true;
        return true;
    }
    content_.hot_lists.push_back(record);
    changed_ = true;
    return true;
}

Bytes StoreBuilder::next(Time at, std::uint64_t least) const {
    StoreContent next = content_;
    next.number = std::max(next.number + 1, least);
    next.created_at = at;
    return encode(next);
}

}  // namespace tahvil::trust
