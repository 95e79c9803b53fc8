#pragma once

#include <memory>
#include <string>

namespace tahvil::bench {

/// What Beast costs by itself: one thread on a Unix socket that gives the same answer to every request.
class BareHandler {
public:
    BareHandler(const std::string& path, std::string body);
    BareHandler(const BareHandler&) = delete;
    BareHandler& operator=(const BareHandler&) = delete;
    ~BareHandler();

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace tahvil::bench
