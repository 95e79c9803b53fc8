#include "daemon/api/chunked_body.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <string>

#include "crypto/bytes.h"
#include "daemon/api/problem.h"

namespace tahvil::daemon::api {

namespace {

constexpr std::size_t kLongestLine = 256;
constexpr std::size_t kMostTrailers = 16;
constexpr std::size_t kMostSizeDigits = 8;
constexpr std::string_view kLineEnd = "\r\n";

HttpError bad(const char* what) {
    return {400, "http.malformed", what, "Send a body of HTTP/1.1 as RFC 9112 has it."};
}

/// The line at the front of the text, without its end; nothing while it is not whole.
std::optional<std::string_view> line_of(std::string_view text) {
    const std::size_t end = text.find(kLineEnd);
    std::string_view line = text.substr(0, end);
    if (line.size() > kLongestLine) throw bad("a line between the pieces of the body is too long");
    if (end == std::string_view::npos && line.ends_with('\r')) line.remove_suffix(1);
    const bool clean = std::ranges::all_of(line, [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return byte == '\t' || (byte >= 0x20 && byte != 0x7F);
    });
    if (!clean) throw bad("a line between the pieces of the body holds a control character");
    if (end == std::string_view::npos) return std::nullopt;
    return line;
}

}  // namespace

void ChunkedBody::take_size(std::string_view line, std::size_t taken) {
    const std::string_view digits = line.substr(0, line.find_first_of("; \t"));
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), left_, 16);
    const bool whole = error == std::errc{} && end == digits.data() + digits.size();
    if (!whole || digits.size() > kMostSizeDigits) throw bad("the size of a piece of the body is no number");
    if (left_ > most_ - taken)
        throw HttpError(413, "http.body_too_large", "the body is larger than " + std::to_string(most_) + " bytes");
    part_ = left_ == 0 ? Part::trailer : Part::content;
}

void ChunkedBody::take_trailer(std::string_view line) {
    if (line.empty()) {
        part_ = Part::done;
        return;
    }
    const std::string_view name = line.substr(0, line.find(':'));
    if (name.empty() || name.size() == line.size() || name.find_first_of(" \t") != std::string_view::npos)
        throw bad("what follows the body is no field");
    if (++trailers_ > kMostTrailers) throw bad("too much follows the body");
}

void ChunkedBody::feed(WipingBuffer& input, WipingBuffer& body) {
    std::size_t place = 0;
    while (!done() && place < input.size()) {
        const std::string_view text = as_text(ByteView{input}).substr(place);
        if (part_ == Part::content) {
            const std::size_t size = std::min(left_, text.size());
            const auto from = input.begin() + static_cast<std::ptrdiff_t>(place);
            body.insert(body.end(), from, from + static_cast<std::ptrdiff_t>(size));
            left_ -= size;
            place += size;
            if (left_ == 0) part_ = Part::content_end;
            continue;
        }
        const auto line = line_of(text);
        if (!line) break;
        place += line->size() + kLineEnd.size();
        if (part_ == Part::size_line) {
            take_size(*line, body.size());
        } else if (part_ == Part::content_end) {
            if (!line->empty()) throw bad("a piece of the body is longer than it said");
            part_ = Part::size_line;
        } else {
            take_trailer(*line);
        }
    }
    consume(input, place);
}

}  // namespace tahvil::daemon::api
