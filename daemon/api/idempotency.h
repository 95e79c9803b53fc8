#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <tuple>

#include <sys/types.h>

#include "crypto/bytes.h"

namespace tahvil::daemon::api {

/// The same key twice has one effect and one answer. Kept of a request are a digest without its secret members and the
/// id of what it made, never a body.
class IdempotencyKeys {
public:
    using Clock = std::chrono::steady_clock;

    struct Scope {
        uid_t caller = 0;
        std::string method;
        std::string target;  ///< path and query
        std::string key;

        auto operator<=>(const Scope&) const = default;
    };

    IdempotencyKeys(std::chrono::milliseconds kept, std::size_t most, std::function<Clock::time_point()> now)
        : kept_(kept), most_(most), now_(std::move(now)) {}

    /// The id of what the same request made before; empty when it is new, which then must end in made() or failed().
    /// Throws HttpError 422 when the key came with another body and Conflict while the first request is under way.
    std::string begin(const Scope& scope, const Bytes& digest);
    void made(const Scope& scope, std::string id);
    void failed(const Scope& scope);

private:
    struct Record {
        Bytes digest;
        std::string id;  ///< empty while under way
        Clock::time_point expires;
    };

    void drop_old();

    std::chrono::milliseconds kept_;
    std::size_t most_;
    std::function<Clock::time_point()> now_;
    std::mutex mutex_;
    std::map<Scope, Record> records_;
};

}  // namespace tahvil::daemon::api
