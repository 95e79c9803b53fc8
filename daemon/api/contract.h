#pragma once

#include <span>
#include <string_view>

#include "daemon/api/call.h"

namespace tahvil::daemon::api {

class Operations;

/// One method of the contract, as openapi.yaml has it.
struct Route {
    std::string_view operation;  ///< operationId
    std::string_view method;     ///< "GET"
    std::string_view path;       ///< "/v1/checks/{id}"
    std::string_view right;      ///< x-right
    int success;                 ///< status
    std::span<const std::string_view> query;
    std::string_view media;                     ///< of the request's body; empty when it has none
    std::span<const std::string_view> secrets;  ///< JSON pointers of secret members of the body
    bool idempotent;                            ///< takes Idempotency-Key
    bool worker;                                ///< takes long: not on the server's thread
    std::string_view created;                   ///< path of what a POST makes, "/v1/checks/{id}"
    Response (Operations::*function)(const Call&);
};

/// A right and a role that holds it.
struct Grant {
    std::string_view right;
    RoleKind role;
};

std::span<const Route> routes();
std::span<const Grant> grants();
std::string_view contract_json();  ///< openapi.yaml as JSON

/// Whether a path fits the template; the values of its parameters, percent-decoded, are then in `parameters`.
bool match_path(std::string_view pattern, std::string_view path, std::vector<std::string>& parameters);

}  // namespace tahvil::daemon::api
