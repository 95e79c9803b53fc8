#include "daemon/api/response_head.h"

#include <array>
#include <charconv>
#include <iterator>

namespace tahvil::daemon::api {

namespace {

constexpr std::string_view kLineEnd = "\r\n";
constexpr int kNoContent = 204;

/// For people who look at the wire; programs go by the number.
std::string_view reason_phrase(int status) {
    switch (status) {
        case 200:
            return "OK";
        case 201:
            return "Created";
        case 202:
            return "Accepted";
        case kNoContent:
            return "No Content";
        case 400:
            return "Bad Request";
        case 403:
            return "Forbidden";
        case 404:
            return "Not Found";
        case 405:
            return "Method Not Allowed";
        case 408:
            return "Request Timeout";
        case 409:
            return "Conflict";
        case 413:
            return "Content Too Large";
        case 415:
            return "Unsupported Media Type";
        case 417:
            return "Expectation Failed";
        case 422:
            return "Unprocessable Content";
        case 429:
            return "Too Many Requests";
        case 431:
            return "Request Header Fields Too Large";
        case 500:
            return "Internal Server Error";
        case 503:
            return "Service Unavailable";
        case 505:
            return "HTTP Version Not Supported";
        default:
            return {};  // may be left out (RFC 9112, 4)
    }
}

void add(std::string& head, std::string_view name, std::string_view value) {
    head += name;
    head += ": ";
    head += value;
    head += kLineEnd;
}

}  // namespace

std::string response_head(const Response& response) {
    std::string head = "HTTP/1.1 " + std::to_string(response.status) + " ";
    head += reason_phrase(response.status);
    head += kLineEnd;
    add(head, "Cache-Control", "no-store");
    for (const auto& [name, value] : response.fields) add(head, name, value);
    if (!response.media.empty()) add(head, "Content-Type", response.media);
    if (response.stream) {
        add(head, "Transfer-Encoding", "chunked");
    } else if (response.status != kNoContent) {
        add(head, "Content-Length", std::to_string(response.body.size()));
    }
    if (response.close) add(head, "Connection", "close");
    head += kLineEnd;
    return head;
}

std::string chunk_of(std::string_view text) {
    std::array<char, 2 * sizeof(std::size_t)> size{};
    const auto* const end = std::to_chars(size.begin(), size.end(), text.size(), 16).ptr;
    std::string chunk{size.data(), static_cast<std::size_t>(std::distance<const char*>(size.data(), end))};
    chunk.reserve(chunk.size() + text.size() + 2 * kLineEnd.size());
    chunk += kLineEnd;
    chunk += text;
    chunk += kLineEnd;
    return chunk;
}

}  // namespace tahvil::daemon::api
