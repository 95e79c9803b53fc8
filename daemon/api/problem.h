#pragma once

#include <exception>
#include <string>
#include <string_view>

#include "crypto/error.h"
#include "daemon/api/call.h"

namespace tahvil::daemon::api {

/// The body of a request is not what the contract asks for. `pointer` names the member (RFC 6901).
class BadRequest : public InvalidInput {
public:
    BadRequest(std::string code, const std::string& what, std::string remedy, std::string pointer = {})
        : InvalidInput(std::move(code), what, std::move(remedy)), pointer_(std::move(pointer)) {}

    const std::string& pointer() const noexcept { return pointer_; }

private:
    std::string pointer_;
};

/// A refusal by the protocol itself, with the status that HTTP has for it.
class HttpError : public Error {
public:
    HttpError(int status, std::string code, const std::string& what, std::string remedy = {})
        : Error(std::move(code), what, std::move(remedy)), status_(status) {}

    int status() const noexcept { return status_; }
    bool try_again() const noexcept override { return status_ == 408 || status_ == 429 || status_ == 503; }

private:
    int status_;
};

/// The problem document (RFC 9457) of an exception. What is not one of ours becomes 500 without any detail.
Response problem(const std::exception& error);

}  // namespace tahvil::daemon::api
