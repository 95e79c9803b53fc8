#pragma once

#include <chrono>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/fwd.hpp>

#include "daemon/api/access.h"

namespace tahvil::daemon::api {

/// A call that was refused for want of a right, or shed at a limit. Nothing in it comes from the call itself.
struct Refusal {
    std::chrono::sys_seconds at;
    std::string code;
    Peer peer;
    std::vector<Role> roles;
    std::string method;  ///< empty when it was no method of the contract, or was not read so far
    std::string path;    ///< the template
    std::string right;
    std::size_t count = 1;  ///< how many such calls it stands for
};

/// The last refusals, for the auditor. Any thread may call.
class RefusalLog {
public:
    static constexpr std::size_t kKept = 1024;

    explicit RefusalLog(std::function<std::chrono::sys_seconds()> now) : now_(std::move(now)) {}

    void add(const Caller& caller, std::string_view code, std::string_view method, std::string_view path,
             std::string_view right, std::size_t count = 1);
    std::vector<Refusal> all() const;  ///< the latest last

private:
    std::function<std::chrono::sys_seconds()> now_;
    mutable std::mutex mutex_;
    std::deque<Refusal> refusals_;
};

boost::json::object to_json(const Refusal& refusal);

}  // namespace tahvil::daemon::api
