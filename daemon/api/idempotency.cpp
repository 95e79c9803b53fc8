#include "daemon/api/idempotency.h"

#include <algorithm>

#include "daemon/api/problem.h"
#include "daemon/error.h"

namespace tahvil::daemon::api {

std::string IdempotencyKeys::begin(const Scope& scope, const Bytes& digest) {
    const std::lock_guard lock{mutex_};
    drop_old();
    const auto [found, fresh] = records_.try_emplace(scope, Record{digest, {}, now_() + kept_});
    if (fresh) return {};
    if (!equal_in_constant_time(found->second.digest, digest))
        throw HttpError(422, "idempotency.other_body", "the Idempotency-Key was used with another body",
                        "Use a new key for a new request.");
    if (found->second.id.empty())
        throw Conflict("idempotency.under_way", "the first request with this Idempotency-Key is still under way",
                       "Wait for its answer.");
    return found->second.id;
}

void IdempotencyKeys::made(const Scope& scope, std::string id) {
    const std::lock_guard lock{mutex_};
    if (const auto found = records_.find(scope); found != records_.end()) found->second.id = std::move(id);
}

void IdempotencyKeys::failed(const Scope& scope) {
    const std::lock_guard lock{mutex_};
    records_.erase(scope);
}

void IdempotencyKeys::drop_old() {
    const auto now = now_();
    std::erase_if(records_, [&](const auto& entry) { return entry.second.expires <= now; });
    // One caller alone can fill this; the limit of requests a second makes it slow to push out the keys of others.
    if (records_.size() < most_) return;
    records_.erase(std::min_element(records_.begin(), records_.end(),
                                    [](const auto& a, const auto& b) { return a.second.expires < b.second.expires; }));
}

}  // namespace tahvil::daemon::api
