#include "daemon/trust/hot_lists.h"

#include <algorithm>

#include "crypto/error.h"
#include "daemon/trust/mapped_file.h"

namespace tahvil::daemon {

HotLists::HotLists(const TrustDirectory& directory, const trust::TrustStore& store,
                   std::optional<trust::HotListKey> key)
    : key_(std::move(key)) {
    for (const trust::HotListRecord& record : store.hot_lists()) {
        try {
            const MappedFile file = map_file(directory.path_of(record), Access::scattered);
            trust::HotList list = trust::HotList::open(file.bytes, file.owner);
            const trust::HotListInfo& info = list.info();
            if (info.issuer == record.issuer && info.sequence == record.sequence && info.body_digest == record.digest)
                lists_.push_back(std::move(list));
            forget_pages(file);
        } catch (const Error&) {  // the check then says that there is no list
        }
    }
}

Check HotLists::check(std::string_view issuer, std::string_view serial, trust::Time at,
                      std::chrono::hours age_limit) const {
    const auto list = std::ranges::find(lists_, issuer, [](const trust::HotList& each) { return each.info().issuer; });
    return trust::judge_card("document.revocation", list == lists_.end() ? nullptr : &*list, key_ ? &*key_ : nullptr,
                             issuer, serial, at, age_limit);
}

}  // namespace tahvil::daemon
