#include "daemon/terminal/terminal_json.h"

#include <boost/json.hpp>

#include "crypto/base64.h"
#include "crypto/digest.h"
#include "crypto/signed_note.h"
#include "crypto/trust/certificate.h"
#include "daemon/strict_json.h"
#include "daemon/text/time.h"

namespace tahvil::daemon {

namespace {

namespace json = boost::json;

constexpr std::string_view kFormat = "tahvil-terminal 1";
constexpr std::size_t kDepth = 5;

std::optional<KeyState> state_by_name(std::string_view text) {
    for (const KeyState state : {KeyState::requested, KeyState::current, KeyState::retired, KeyState::revoked})
        if (name(state) == text) return state;
    return std::nullopt;
}

std::string text_of(const json::object& object, std::string_view key) {
    return std::string(std::string_view(object.at(key).as_string()));
}

TerminalKey read_key(const json::object& object) {
    const auto role = key_role_by_name(text_of(object, "role"));
    const auto state = state_by_name(text_of(object, "state"));
    if (!role || !state) throw MalformedData("terminal.state", "a key of an unknown role or state");
    TerminalKey key{*role,
                    static_cast<unsigned>(object.at("number").as_int64()),
                    *state,
                    text_of(object, "source"),
                    PublicKey::from_spki(from_base64(text_of(object, "public_key"), Base64::standard)),
                    {},
                    parse_iso_time(text_of(object, "since")),
                    text_of(object, "reason")};
    for (const json::value& certificate : object.at("certificates").as_array()) {
        key.certificates.push_back(from_base64(std::string_view(certificate.as_string()), Base64::standard));
        trust::Certificate::parse(key.certificates.back());
    }
    return key;
}

}  // namespace

std::string to_text(const TerminalDocument& document) {
    json::array keys;
    for (const TerminalKey& key : document.keys) {
        json::array certificates;
        for (const Bytes& certificate : key.certificates)
            certificates.emplace_back(to_base64(certificate, Base64::standard));
        keys.push_back(json::object{{"role", name(key.role)},
                                    {"number", key.number},
                                    {"state", name(key.state)},
                                    {"source", key.source},
                                    {"public_key", to_base64(key.key.spki(), Base64::standard)},
                                    {"certificates", std::move(certificates)},
                                    {"since", to_iso(key.since)},
                                    {"reason", key.reason}});
    }
    return json::serialize(json::object{{"format", kFormat},
                                        {"terminal", document.terminal},
                                        {"office", document.office},
                                        {"keys", std::move(keys)}}) +
           "\n";
}

TerminalDocument parse_terminal_document(std::string_view text) {
    try {
        const json::value value = parse_strict_json(text, kDepth);
        const json::object& object = value.as_object();
        if (text_of(object, "format") != kFormat) throw MalformedData("terminal.state", "another format");
        TerminalDocument document{text_of(object, "terminal"), text_of(object, "office"), {}};
        for (const json::value& key : object.at("keys").as_array()) document.keys.push_back(read_key(key.as_object()));
        return document;
    } catch (const std::exception&) {
        std::throw_with_nested(
            MalformedData("terminal.state", "the file of the terminal's identity can not be read",
                          "Put the file terminal.json back from a copy, or enrol the terminal under another name."));
    }
}

boost::json::object to_json(const TerminalKey& key, const std::string& origin) {
    json::object object{
        {"role", name(key.role)},        {"number", key.number},
        {"state", name(key.state)},      {"since", to_iso(key.since)},
        {"kind", key.key.description()}, {"key_id", to_hex(digest(DigestAlgorithm::sha256, key.key.spki()))}};
    if (!key.reason.empty()) object.emplace("reason", key.reason);
    if (key.role == KeyRole::checkpoints)
        object.emplace("verifier_key", signed_note::VerifierKey(origin, key.key).text());
    if (!key.certificates.empty()) {
        const trust::Certificate certificate = trust::Certificate::parse(key.certificates.front());
        object.emplace("certificate", certificate.description());
        object.emplace("not_after", to_iso(certificate.validity().not_after));
    }
    return object;
}

}  // namespace tahvil::daemon
