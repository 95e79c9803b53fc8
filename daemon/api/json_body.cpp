#include "daemon/api/json_body.h"

#include <algorithm>
#include <cstdint>
#include <new>

#include <boost/json.hpp>

#include "crypto/digest.h"
#include "daemon/api/limits.h"
#include "daemon/api/problem.h"
#include "daemon/strict_json.h"
#include "daemon/text/length.h"

namespace tahvil::daemon::api {

namespace {

class WipingResource : public boost::json::memory_resource {
    void* do_allocate(std::size_t size, std::size_t align) override {
        // No type of Boost.JSON asks for more, and it does not give the same alignment back at deallocation.
        if (align > __STDCPP_DEFAULT_NEW_ALIGNMENT__) throw std::bad_alloc();
        return ::operator new(size);
    }
    void do_deallocate(void* memory, std::size_t size, std::size_t) override {
        wipe({static_cast<std::uint8_t*>(memory), size});
        ::operator delete(memory);
    }
    bool do_is_equal(const boost::json::memory_resource& other) const noexcept override { return this == &other; }
};

std::string listed(std::initializer_list<std::string_view> words) {
    std::string list;
    for (const std::string_view word : words) list += (list.empty() ? "" : ", ") + std::string{word};
    return list;
}

std::string at_most(std::size_t most) {
    return "a text of at most " + std::to_string(most) + " characters";
}

}  // namespace

struct JsonBody::Document {
    WipingResource memory;
    boost::json::value value = boost::json::value(boost::json::storage_ptr(&memory));
};

JsonBody::JsonBody(ByteView text) : document_(std::make_unique<Document>()) {
    boost::json::parse_options options;
    options.max_depth = kJsonDepth;
    const boost::json::storage_ptr memory(&document_->memory);
    boost::json::parser parser(memory, options);  // what it keeps on the way is wiped as well
    parser.reset(memory);
    boost::system::error_code error;
    parser.write(reinterpret_cast<const char*>(text.data()), text.size(), error);
    if (error) throw BadRequest("body.not_json", "the body is not JSON", "Send one JSON object (RFC 8259).");
    document_->value = parser.release();
    if (!names_stand_once(as_text(text), document_->value, kJsonDepth))
        throw BadRequest("body.name_twice", "a name stands twice in an object of the body", "Send each member once.");
    if (!document_->value.is_object())
        throw BadRequest("body.not_json", "the body is not an object of JSON", "Send one JSON object (RFC 8259).");
}

JsonBody::~JsonBody() = default;

Members JsonBody::members() const {
    return {document_->value.get_object(), {}};
}

Bytes JsonBody::digest_without(std::span<const std::string_view> secrets, ByteView key) {
    boost::json::value rest(document_->value, boost::json::storage_ptr(&document_->memory));
    for (const std::string_view pointer : secrets) {
        const std::size_t last = pointer.rfind('/');
        boost::system::error_code error;
        boost::json::value* parent = last == 0 ? &rest : rest.find_pointer(pointer.substr(0, last), error);
        if (parent != nullptr && parent->is_object()) parent->get_object().erase(pointer.substr(last + 1));
    }
    return digest(DigestAlgorithm::sha256, {key, as_bytes(boost::json::serialize(rest))});
}

const boost::json::value* Members::find(std::string_view key) const {
    asked_.emplace(key);
    return object_->if_contains(key);
}

bool Members::has(std::string_view key) const {
    return find(key) != nullptr;
}

void Members::refuse(std::string_view key, std::string_view allowed) const {
    const std::string pointer = pointer_ + "/" + std::string{key};
    throw BadRequest(has(key) ? "body.bad_value" : "body.missing", "the member " + pointer + " of the body will not do",
                     "Allowed: " + std::string{allowed} + ".", pointer);
}

std::string_view Members::text_of(const boost::json::value& value, std::string_view key, std::size_t most) const {
    const auto* text = value.if_string();
    if (text == nullptr || characters({text->data(), text->size()}) > most) refuse(key, at_most(most));
    return {text->data(), text->size()};
}

std::optional<std::string> Members::text_if(std::string_view key, std::size_t most) const {
    const auto* value = find(key);
    if (value == nullptr) return std::nullopt;
    return std::string{text_of(*value, key, most)};
}

std::string Members::text(std::string_view key, std::size_t most) const {
    std::optional<std::string> text = text_if(key, most);
    if (!text) refuse(key, at_most(most));
    return *std::move(text);
}

std::optional<std::string> Members::choice_if(std::string_view key,
                                              std::initializer_list<std::string_view> allowed) const {
    const auto* value = find(key);
    if (value == nullptr) return std::nullopt;
    const auto* text = value->if_string();
    const auto* found = text == nullptr
                            ? allowed.end()
                            : std::find(allowed.begin(), allowed.end(), std::string_view{text->data(), text->size()});
    if (found == allowed.end()) refuse(key, listed(allowed));
    return std::string{*found};
}

std::string Members::choice(std::string_view key, std::initializer_list<std::string_view> allowed) const {
    std::optional<std::string> word = choice_if(key, allowed);
    if (!word) refuse(key, listed(allowed));
    return *std::move(word);
}

bool Members::truth(std::string_view key, bool fallback) const {
    const auto* value = find(key);
    if (value == nullptr) return fallback;
    if (!value->is_bool()) refuse(key, "true, false");
    return value->get_bool();
}

std::optional<std::int64_t> Members::number_if(std::string_view key, std::int64_t least, std::int64_t most) const {
    const auto* value = find(key);
    if (value == nullptr) return std::nullopt;
    boost::system::error_code error;
    const auto number = value->is_number() ? value->to_number<std::int64_t>(error) : least - 1;
    if (error || number < least || number > most)
        refuse(key, "a whole number from " + std::to_string(least) + " to " + std::to_string(most));
    return number;
}

std::vector<std::string> Members::texts(std::string_view key, std::size_t items, std::size_t most) const {
    std::vector<std::string> texts;
    const auto* value = find(key);
    if (value == nullptr) return texts;
    if (!value->is_array() || value->get_array().size() > items)
        refuse(key, "an array of at most " + std::to_string(items) + " texts");
    for (const auto& item : value->get_array()) texts.emplace_back(text_of(item, key, most));
    return texts;
}

std::vector<std::string> Members::choices(std::string_view key, std::initializer_list<std::string_view> allowed) const {
    std::vector<std::string> words;
    const auto* value = find(key);
    if (value == nullptr) return words;
    const std::string rule = "an array of " + listed(allowed) + ", each once";
    if (!value->is_array()) refuse(key, rule);
    for (const auto& item : value->get_array()) {
        const auto* text = item.if_string();
        if (text == nullptr) refuse(key, rule);
        const std::string_view word{text->data(), text->size()};
        const bool known = std::find(allowed.begin(), allowed.end(), word) != allowed.end();
        if (!known || std::find(words.begin(), words.end(), word) != words.end()) refuse(key, rule);
        words.emplace_back(word);
    }
    return words;
}

std::optional<SecretBytes> Members::secret_if(std::string_view key, std::size_t most) const {
    const auto* value = find(key);
    if (value == nullptr) return std::nullopt;
    return SecretBytes{as_bytes(text_of(*value, key, most))};
}

std::vector<SecretBytes> Members::secrets_if(std::string_view key, std::size_t items, std::size_t most) const {
    std::vector<SecretBytes> secrets;
    const auto* value = find(key);
    if (value == nullptr) return secrets;
    const std::string rule = "an array of at most " + std::to_string(items) + " texts";
    if (!value->is_array() || value->get_array().size() > items) refuse(key, rule);
    for (const auto& item : value->get_array()) secrets.emplace_back(as_bytes(text_of(item, key, most)));
    return secrets;
}

std::optional<Members> Members::object_if(std::string_view key) const {
    const auto* value = find(key);
    if (value == nullptr) return std::nullopt;
    if (!value->is_object()) refuse(key, "an object");
    return Members{value->get_object(), pointer_ + "/" + std::string{key}};
}

void Members::finish() const {
    for (const auto& member : *object_) {
        if (asked_.contains(std::string_view{member.key().data(), member.key().size()})) continue;
        std::string allowed;
        for (const auto& key : asked_) allowed += (allowed.empty() ? "" : ", ") + key;
        // The name is what a client made up, so it is not repeated.
        throw BadRequest("body.unknown_member",
                         "the body has a member that is not known" + (pointer_.empty() ? "" : " in " + pointer_),
                         "Allowed: " + allowed + ".", pointer_);
    }
}

}  // namespace tahvil::daemon::api
