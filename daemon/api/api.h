#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

#include "crypto/error.h"
#include "daemon/api/idempotency.h"
#include "daemon/api/refusals.h"
#include "daemon/api/server.h"

namespace tahvil::daemon::api {

class Operations;

/// Between the wire and the work: finds the method that a request is for, asks for the right that the contract names,
/// takes the request apart, gives the same answer to the same Idempotency-Key, and turns what is thrown into problem
/// documents. Refused calls are kept and logged for the auditor.
class Api : public Application {
public:
    using RolesOf = std::function<std::vector<Role>(const Peer&)>;

    /// All are kept by reference but `limits` and `roles`.
    Api(Operations& operations, RolesOf roles, RefusalLog& refusals, const Limits& limits, const Log& log);

    Caller greet(Peer peer) override;
    std::variant<Admitted, Response> begin(const Head& head, const Caller& caller) override;
    Response finish(const Admitted& admitted, const Caller& caller, const WipingBuffer& body) override;
    void refused(const Caller& caller, const std::exception& why) override;

private:
    struct Request;

    void audit(const Caller& caller, std::string_view method, std::string_view path, std::string_view right,
               const Error& why);
    Response perform(const Request& request, const Caller& caller, const WipingBuffer& body);

    Operations& operations_;
    RolesOf roles_;
    RefusalLog& refusals_;
    Limits limits_;
    const Log& log_;
    Bytes digest_key_;
    IdempotencyKeys keys_;
    std::mutex audit_mutex_;
    struct Shed {
        std::chrono::steady_clock::time_point told;
        std::size_t since = 0;
    };
    std::map<uid_t, Shed> shed_;
};

}  // namespace tahvil::daemon::api
