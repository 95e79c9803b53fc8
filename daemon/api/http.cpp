// The one place that includes Beast, which is slow to compile: the messages of both ends as they come in.
#include "daemon/api/http.h"

#include <algorithm>
#include <limits>

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include "crypto/error.h"
#include "daemon/api/chunked_body.h"
#include "daemon/api/problem.h"
#include "daemon/api/strict_head.h"

namespace asio = boost::asio;
namespace http = boost::beast::http;

namespace tahvil::daemon::api {

namespace {

using boost::system::error_code;

constexpr std::string_view kHeadEnd = "\r\n\r\n";

std::string lower(std::string_view text) {
    std::string result{text};
    std::transform(result.begin(), result.end(), result.begin(), [](unsigned char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : static_cast<char>(c);
    });
    return result;
}

}  // namespace

std::optional<std::string_view> Head::field(std::string_view name) const {
    std::optional<std::string_view> found;
    for (const auto& [key, value] : fields) {
        if (key != name) continue;
        if (found) throw HttpError(400, "http.malformed", "the field " + std::string{name} + " stands twice");
        found = value;
    }
    return found;
}

struct RequestReader::Parser {
    explicit Parser(std::size_t most) : header_bytes(most) {
        beast.header_limit(std::numeric_limits<std::uint32_t>::max());  // kept by header_bytes
        beast.body_limit(boost::none);                                  // kept by allow_body(); Beast reads no body
    }

    void read_head(WipingBuffer& input) {
        const std::string_view text = as_text(ByteView{input});
        const std::size_t end = text.substr(0, header_bytes).find(kHeadEnd);
        if (end == std::string_view::npos) {
            if (text.size() >= header_bytes)
                throw HttpError(431, "http.header_too_large",
                                "the head of the request is larger than " + std::to_string(header_bytes) + " bytes");
            return;
        }
        const std::size_t size = end + kHeadEnd.size();
        require_strict_head(text.substr(0, size));
        error_code error;
        beast.put(asio::buffer(input.data(), size), error);
        if ((error && error != http::error::need_more) || !beast.is_header_done())
            throw HttpError(400, "http.malformed", "the head of the request can not be read");
        consume(input, size);

        const auto& message = beast.get();
        head.method = std::string{message.method_string()};
        head.target = std::string{message.target()};
        for (const auto& field : message)
            head.fields.emplace_back(lower(field.name_string()), std::string{field.value()});
        if (const auto length = beast.content_length()) head.content_length = *length;
        head.chunked = beast.chunked();
        head.keep_alive = beast.keep_alive();
        if (const auto expect = head.field("expect")) {
            if (lower(*expect) != "100-continue")
                throw HttpError(417, "http.expectation", "the request expects what is not known here");
            head.expects_continue = head.has_body();
        }
        state = State::head_done;
    }

    void read_body(WipingBuffer& input) {
        if (head.chunked) {
            chunks.feed(input, body);
            if (chunks.done()) state = State::complete;
            return;
        }
        const std::size_t size = std::min<std::size_t>(input.size(), head.content_length.value_or(0) - body.size());
        body.insert(body.end(), input.begin(), input.begin() + static_cast<std::ptrdiff_t>(size));
        consume(input, size);
        if (body.size() == head.content_length.value_or(0)) state = State::complete;
    }

    std::size_t header_bytes;
    http::request_parser<http::empty_body> beast;
    Head head;
    ChunkedBody chunks;
    WipingBuffer body;
    State state = State::head;
};

RequestReader::RequestReader(std::size_t header_bytes) : parser_(std::make_unique<Parser>(header_bytes)) {}
RequestReader::RequestReader(RequestReader&&) noexcept = default;
RequestReader& RequestReader::operator=(RequestReader&&) noexcept = default;
RequestReader::~RequestReader() = default;

RequestReader::State RequestReader::feed(WipingBuffer& input) {
    if (parser_->state == State::head) parser_->read_head(input);
    if (parser_->state == State::body) parser_->read_body(input);
    return parser_->state;
}

const Head& RequestReader::head() const {
    return parser_->head;
}

void RequestReader::allow_body(std::size_t most) {
    const Head& head = parser_->head;
    if (head.content_length.value_or(0) > most)
        throw HttpError(413, "http.body_too_large", "the body is larger than " + std::to_string(most) + " bytes");
    parser_->chunks = ChunkedBody{most};
    parser_->state = head.has_body() ? State::body : State::complete;
}

WipingBuffer RequestReader::take_body() {
    return std::move(parser_->body);
}

struct ResponseReader::Parser {
    http::response_parser<http::string_body> beast;
};

ResponseReader::ResponseReader(std::optional<std::uint64_t> most) : parser_(std::make_unique<Parser>()) {
    parser_->beast.eager(true);
    if (most) {
        parser_->beast.body_limit(*most);
    } else {
        parser_->beast.body_limit(boost::none);
    }
}

ResponseReader::~ResponseReader() = default;

void ResponseReader::feed(WipingBuffer& input) {
    while (!input.empty() && !done()) {
        error_code error;
        const std::size_t taken = parser_->beast.put(asio::buffer(input), error);
        consume(input, taken);
        if (error && error != http::error::need_more) throw MalformedData("http.malformed", error.message());
        if (taken == 0) return;
    }
}

bool ResponseReader::head_done() const {
    return parser_->beast.is_header_done();
}

bool ResponseReader::done() const {
    return parser_->beast.is_done();
}

int ResponseReader::status() const {
    return static_cast<int>(parser_->beast.get().result_int());
}

std::string ResponseReader::field(std::string_view name) const {
    return std::string{parser_->beast.get()[name]};
}

bool ResponseReader::keep_alive() const {
    return parser_->beast.keep_alive();
}

std::string& ResponseReader::body() {
    return parser_->beast.get().body();
}

}  // namespace tahvil::daemon::api
