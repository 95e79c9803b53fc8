#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/fwd.hpp>

#include "crypto/bytes.h"

namespace tahvil::daemon::api {

/// One object in the body of a request: every member is asked for with its type and bounds, and finish() then refuses
/// those that nobody asked for. Throws BadRequest, which names the member and what is allowed, never what came.
class Members {
public:
    Members(const boost::json::object& object, std::string pointer) : object_(&object), pointer_(std::move(pointer)) {}

    bool has(std::string_view key) const;

    /// Texts are UTF-8; `most` counts characters, as the contract's maxLength does.
    std::string text(std::string_view key, std::size_t most) const;
    std::optional<std::string> text_if(std::string_view key, std::size_t most) const;
    std::string choice(std::string_view key, std::initializer_list<std::string_view> allowed) const;
    std::optional<std::string> choice_if(std::string_view key, std::initializer_list<std::string_view> allowed) const;
    bool truth(std::string_view key, bool fallback) const;
    std::optional<std::int64_t> number_if(std::string_view key, std::int64_t least, std::int64_t most) const;
    /// At most `items` texts of at most `most` characters each; empty when the member is missing.
    std::vector<std::string> texts(std::string_view key, std::size_t items, std::size_t most) const;
    /// Each of the words in `allowed` at most once; empty when the member is missing.
    std::vector<std::string> choices(std::string_view key, std::initializer_list<std::string_view> allowed) const;

    std::optional<SecretBytes> secret_if(std::string_view key, std::size_t most) const;
    /// An array of secret texts; empty when the member is missing.
    std::vector<SecretBytes> secrets_if(std::string_view key, std::size_t items, std::size_t most) const;

    std::optional<Members> object_if(std::string_view key) const;

    void finish() const;

    /// Throws the BadRequest of a member whose value will not do.
    [[noreturn]] void refuse(std::string_view key, std::string_view allowed) const;

private:
    const boost::json::value* find(std::string_view key) const;
    std::string_view text_of(const boost::json::value& value, std::string_view key, std::size_t most) const;

    const boost::json::object* object_;
    std::string pointer_;
    mutable std::set<std::string, std::less<>> asked_;
};

/// The body of a request as JSON, in memory that is wiped when it goes. Throws BadRequest when it is not one object of
/// JSON (RFC 8259) nested at most kJsonDepth deep.
class JsonBody {
public:
    explicit JsonBody(ByteView text);
    JsonBody(const JsonBody&) = delete;
    JsonBody& operator=(const JsonBody&) = delete;
    ~JsonBody();

    Members members() const;

    /// SHA-256 over `key` and the body without the members that `secrets` points at (RFC 6901).
    Bytes digest_without(std::span<const std::string_view> secrets, ByteView key);

private:
    struct Document;
    std::unique_ptr<Document> document_;
};

}  // namespace tahvil::daemon::api
