#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "daemon/api/wiping.h"

namespace tahvil::daemon::api {

/// Takes the pieces of a chunked body (RFC 9112, 7.1), strictly: lines end in CR LF and hold no other control
/// character, also not within a quoted string. Extensions and trailers are read and mean nothing here.
class ChunkedBody {
public:
    /// At most `most` bytes of body are taken.
    explicit ChunkedBody(std::size_t most = 0) : most_(most) {}

    /// Takes what it can from the front of `input`, and appends what is content to `body`. Throws HttpError 400 and
    /// 413.
    void feed(WipingBuffer& input, WipingBuffer& body);
    bool done() const { return part_ == Part::done; }

private:
    enum class Part : std::uint8_t { size_line, content, content_end, trailer, done };

    void take_size(std::string_view line, std::size_t taken);
    void take_trailer(std::string_view line);

    std::size_t most_;
    Part part_ = Part::size_line;
    std::size_t left_ = 0;      ///< of the piece
    std::size_t trailers_ = 0;  ///< lines behind the last piece
};

}  // namespace tahvil::daemon::api
