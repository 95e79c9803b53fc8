#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "crypto/bytes.h"

namespace tahvil::client {

struct RawAnswer {
    int status = 0;
    std::string media;
    std::string location;
    std::string body;
    bool keep_alive = false;
};

/// One connection of HTTP/1.1 to a Unix stream socket, for one request at a time. Throws Unreachable.
class Transport {
public:
    explicit Transport(const std::string& socket_path);
    Transport(const Transport&) = delete;
    Transport& operator=(const Transport&) = delete;
    ~Transport();

    using Fields = std::vector<std::pair<std::string_view, std::string_view>>;

    /// The body is sent from where it lies; no copy of it is made.
    RawAnswer exchange(std::string_view method, std::string_view target, const Fields& fields, ByteView body,
                       std::chrono::milliseconds answer_time);

    /// GET of an endless answer: `each` gets its text as it comes, until it says false. An answer that is not 200 is
    /// returned whole. Throws Unreachable when nothing comes for `silence`, and when the stream ends.
    RawAnswer stream(std::string_view target, const Fields& fields, const std::function<bool(std::string_view)>& each,
                     std::chrono::milliseconds silence);

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace tahvil::client
