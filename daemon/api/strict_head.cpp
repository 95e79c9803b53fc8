#include "daemon/api/strict_head.h"

#include <algorithm>
#include <cctype>
#include <cstddef>

#include "daemon/api/problem.h"

namespace tahvil::daemon::api {

namespace {

constexpr std::size_t kLongestLengthDigits = 15;
constexpr std::string_view kLineEnd = "\r\n";

HttpError bad(const char* what) {
    return {400, "http.malformed", what, "Send a request of HTTP/1.1 as RFC 9112 has it."};
}

bool is_token_character(char c) {
    static constexpr std::string_view kMarks = "!#$%&'*+-.^_`|~";
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
           kMarks.find(c) != std::string_view::npos;
}

bool is_token(std::string_view text) {
    return !text.empty() && std::all_of(text.begin(), text.end(), is_token_character);
}

std::string_view take_line(std::string_view& rest) {
    const std::size_t end = rest.find(kLineEnd);
    const std::string_view line = rest.substr(0, end);
    rest.remove_prefix(line.size() + kLineEnd.size());
    const bool clean = std::all_of(line.begin(), line.end(), [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return byte == '\t' || (byte >= 0x20 && byte != 0x7F);
    });
    if (!clean) throw bad("the head of the request holds a control character or a line that ends in another way");
    return line;
}

std::string_view trim(std::string_view text) {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
    return text;
}

bool same(std::string_view a, std::string_view lower) {
    return std::equal(a.begin(), a.end(), lower.begin(), lower.end(), [](char x, char y) {
        return static_cast<char>(std::tolower(static_cast<unsigned char>(x))) == y;
    });
}

void require_request_line(std::string_view line) {
    const std::size_t first = line.find(' ');
    const std::size_t last = line.rfind(' ');
    if (first == std::string_view::npos || first == last) throw bad("the request line has not three parts");
    const std::string_view target = line.substr(first + 1, last - first - 1);
    if (!is_token(line.substr(0, first))) throw bad("the method is no token");
    const bool graphic = std::all_of(target.begin(), target.end(), [](char c) { return c > 0x20 && c < 0x7F; });
    if (!target.starts_with('/') || !graphic) throw bad("the target of the request is no path");
    const std::string_view version = line.substr(last + 1);
    if (version != "HTTP/1.1") {
        if (version.starts_with("HTTP/"))
            throw HttpError(505, "http.version", "the request is not of HTTP/1.1", "Speak HTTP/1.1.");
        throw bad("the request line does not end in a version");
    }
}

}  // namespace

void require_strict_head(std::string_view head) {
    require_request_line(take_line(head));
    std::size_t hosts = 0;
    std::size_t lengths = 0;
    std::size_t encodings = 0;
    for (std::string_view line = take_line(head); !line.empty(); line = take_line(head)) {
        const std::size_t colon = line.find(':');
        if (colon == std::string_view::npos || !is_token(line.substr(0, colon)))
            throw bad("a line of the head is not a name, a colon and a value");
        const std::string_view name = line.substr(0, colon);
        const std::string_view value = trim(line.substr(colon + 1));
        if (same(name, "host")) {
            ++hosts;
        } else if (same(name, "content-length")) {
            ++lengths;
            const bool digits = std::all_of(value.begin(), value.end(), [](char c) { return c >= '0' && c <= '9'; });
            if (value.empty() || !digits) throw bad("Content-Length is no number");
            if (value.size() > kLongestLengthDigits)
                throw HttpError(413, "http.body_too_large", "the body is larger than anything that is taken here");
        } else if (same(name, "transfer-encoding")) {
            ++encodings;
            if (!same(value, "chunked")) throw bad("Transfer-Encoding is not \"chunked\"");
        }
    }
    if (hosts != 1) throw bad("there is not exactly one Host");
    if (lengths + encodings > 1) throw bad("the length of the body is given more than once");
}

}  // namespace tahvil::daemon::api
