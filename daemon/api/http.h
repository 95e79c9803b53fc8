#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "daemon/api/wiping.h"

namespace tahvil::daemon::api {

/// The request line and the fields of a request.
struct Head {
    std::string method;
    std::string target;                                       ///< origin form: path and query as they came
    std::vector<std::pair<std::string, std::string>> fields;  ///< names in lower case
    std::optional<std::uint64_t> content_length;
    bool chunked = false;
    bool keep_alive = true;
    bool expects_continue = false;

    /// The one value of a field; nothing when it is missing. Throws HttpError when it stands twice.
    std::optional<std::string_view> field(std::string_view name) const;
    bool has_body() const { return chunked || content_length.value_or(0) != 0; }
};

/// Reads one request of HTTP/1.1 (RFC 9112), strictly: what two readers could take in two ways is refused. Every
/// refusal is an HttpError, after which the connection is of no more use.
class RequestReader {
public:
    explicit RequestReader(std::size_t header_bytes);
    RequestReader(RequestReader&&) noexcept;
    RequestReader& operator=(RequestReader&&) noexcept;
    ~RequestReader();

    enum class State : std::uint8_t {
        head,       ///< more of the head is needed
        head_done,  ///< head() is whole; allow_body() must be called to go on
        body,       ///< more of the body is needed
        complete,
    };

    /// Takes what it can use from the front of `input`.
    State feed(WipingBuffer& input);

    const Head& head() const;
    void allow_body(std::size_t most);  ///< throws HttpError 413 when the announced length is more
    WipingBuffer take_body();

private:
    struct Parser;
    std::unique_ptr<Parser> parser_;
};

/// Reads one answer of HTTP/1.1, as a client needs it.
class ResponseReader {
public:
    /// `most` bytes of body are taken; without it there is no end, as of a stream of events.
    explicit ResponseReader(std::optional<std::uint64_t> most);
    ResponseReader(const ResponseReader&) = delete;
    ResponseReader& operator=(const ResponseReader&) = delete;
    ~ResponseReader();

    /// Takes what it can use from the front of `input`. Throws MalformedData "http.malformed".
    void feed(WipingBuffer& input);

    bool head_done() const;
    bool done() const;

    int status() const;
    std::string field(std::string_view name) const;  ///< empty when it is missing
    bool keep_alive() const;
    std::string& body();  ///< as much as has come; may be taken away piece by piece

private:
    struct Parser;
    std::unique_ptr<Parser> parser_;
};

}  // namespace tahvil::daemon::api
