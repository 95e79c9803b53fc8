#include "daemon/terminal/terminal.h"

#include <algorithm>
#include <array>
#include <utility>

#include "crypto/trust/certificate.h"
#include "crypto/trust/certificate_request.h"
#include "crypto/trust/name.h"
#include "crypto/trust/text_formats.h"
#include "daemon/error.h"
#include "daemon/private_file.h"
#include "daemon/terminal/key_source.h"
#include "daemon/terminal/terminal_json.h"
#include "daemon/text/length.h"
#include "daemon/trust/signer_judgement.h"

namespace tahvil::daemon {

namespace {

constexpr std::string_view kStateFile = "terminal.json";
constexpr std::size_t kMaxName = 16;
constexpr std::size_t kMaxOffice = 100;
constexpr std::size_t kMaxReason = 200;  // characters
constexpr std::size_t kMaxCertificates = 8;

constexpr std::array<std::pair<KeyRole, std::string_view>, 2> kRoles{
    {{KeyRole::receipts, "receipts"}, {KeyRole::checkpoints, "checkpoints"}}};
constexpr std::array<std::pair<KeyState, std::string_view>, 4> kStates{{{KeyState::requested, "requested"},
                                                                        {KeyState::current, "current"},
                                                                        {KeyState::retired, "retired"},
                                                                        {KeyState::revoked, "revoked"}}};

bool is_alphanumeric(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

void require_names(const Enrolment& enrolment) {
    const auto made_of = [](std::string_view text, std::string_view further, std::size_t most) {
        return !text.empty() && text.size() <= most && is_alphanumeric(text.front()) && is_alphanumeric(text.back()) &&
               std::ranges::all_of(
                   text, [&](char c) { return is_alphanumeric(c) || further.find(c) != std::string_view::npos; });
    };
    if (!made_of(enrolment.terminal, "-", kMaxName))
        throw InvalidInput("terminal.name", "a terminal can not have that name", "1 to 16 letters, digits and '-'.");
    if (!made_of(enrolment.office, ".-/", kMaxOffice))
        throw InvalidInput("terminal.office", "an office can not have that name",
                           "A host name, and what tells the office from others: office.example/12.");
}

Unavailable not_enrolled() {
    return {"terminal.not_enrolled", "this terminal has no name and no keys yet", "Run tahvil terminal enrol."};
}

void require_kind(KeyRole role, const PublicKey& key) {
    const bool fits = role == KeyRole::checkpoints ? key.kind() == KeyKind::ed25519
                                                   : key.kind() == KeyKind::ec && key.curve() == Curve::secp256r1;
    if (!fits)
        throw InvalidInput("terminal.key", "a key of another kind than " + std::string(name(role)) + " take",
                           role == KeyRole::checkpoints ? "Name an Ed25519 key." : "Name a key on P-256.");
}

Bytes request_for(const std::string& terminal, const std::string& office, const Signer& signer) {
    return trust::make_certificate_request(
        trust::NameWriter().organization(office).common_name("Tahvil terminal " + terminal).der(), signer);
}

std::vector<Bytes> read_certificates(ByteView file) {
    std::vector<Bytes> certificates;
    if (trust::looks_like_pem(file)) {
        for (trust::PemBlock& block : trust::read_pem(file))
            if (block.label == "CERTIFICATE") certificates.push_back(std::move(block.content));
    } else {
        certificates.push_back(to_bytes(file));
    }
    if (certificates.empty() || certificates.size() > kMaxCertificates)
        throw InvalidInput("terminal.certificate", "the file holds no certificate, or too many",
                           "Send the terminal's certificate first and then its chain.");
    return certificates;
}

}  // namespace

std::string_view name(KeyRole role) {
    return std::ranges::find(kRoles, role, &std::pair<KeyRole, std::string_view>::first)->second;
}

std::optional<KeyRole> key_role_by_name(std::string_view name) {
    const auto* const found = std::ranges::find(kRoles, name, &std::pair<KeyRole, std::string_view>::second);
    return found == kRoles.end() ? std::nullopt : std::optional(found->first);
}

std::string_view name(KeyState state) {
    return std::ranges::find(kStates, state, &std::pair<KeyState, std::string_view>::first)->second;
}

Terminal::Terminal(std::filesystem::path folder, RandomSource random)
    : folder_(std::move(folder)), random_(std::move(random)) {
    std::error_code error;
    std::filesystem::create_directories(folder_, error);
    if (!error) std::filesystem::permissions(folder_, std::filesystem::perms::owner_all, error);
    if (error)
        throw Error("terminal.folder", "could not make " + folder_.string() + ": " + error.message(),
                    "See that the state folder may be written.");
    if (std::filesystem::exists(folder_ / kStateFile)) read();
}

void Terminal::read() {
    const SecretBytes text = read_private_file(folder_ / kStateFile);
    TerminalDocument document = parse_terminal_document(as_text(text.view()));
    adopt({std::move(document.terminal), std::move(document.office), std::move(document.keys)});
}

void Terminal::write(const State& state) const {
    write_private_file(folder_ / kStateFile, as_bytes(to_text({state.terminal, state.office, state.keys})));
}

std::filesystem::path Terminal::path_of(const std::string& source) const {
    return folder_ / source;  // an absolute path stays as it is
}

Terminal::Made Terminal::open_or_make(KeyRole role, unsigned number, const std::string& source) const {
    Made made{source, nullptr};
    if (source.empty()) {
        const PrivateKey key = role == KeyRole::checkpoints ? PrivateKey::generate_ed25519(random_)
                                                            : PrivateKey::generate_ec(Curve::secp256r1, random_);
        made.source = std::string(name(role)) + "-" + std::to_string(number) + ".key";
        const SecretBytes pem = key.pem();
        write_private_file(path_of(made.source), pem.view());
    } else if (!is_token_uri(source) && !source.starts_with('/')) {
        throw InvalidInput("terminal.key", "a key is named by an absolute path or a pkcs11: URI", "Name it in full.");
    }
    made.signer = open_signer(is_token_uri(made.source) ? made.source : path_of(made.source).string());
    require_kind(role, made.signer->public_key());
    return made;
}

std::shared_ptr<const SigningIdentity> Terminal::open_current(const State& state, KeyRole role) const {
    const auto found = std::ranges::find_if(
        state.keys, [&](const TerminalKey& key) { return key.role == role && key.state == KeyState::current; });
    if (found == state.keys.end()) return nullptr;
    const std::shared_ptr<const SigningIdentity>& now = role == KeyRole::receipts ? receipts_ : checkpoints_;
    std::shared_ptr<const Signer> signer;
    if (now && now->key->public_key() == found->key) {
        signer = now->key;
    } else {
        signer = open_signer(is_token_uri(found->source) ? found->source : path_of(found->source).string());
        if (!(signer->public_key() == found->key))
            throw MalformedData("terminal.state", "the key " + std::string(name(role)) + " " +
                                                      std::to_string(found->number) +
                                                      " is another one than was enrolled");
    }
    return std::make_shared<const SigningIdentity>(
        SigningIdentity{state.terminal, state.office, std::move(signer), found->certificates});
}

void Terminal::adopt(State state) {
    auto receipts = open_current(state, KeyRole::receipts);
    checkpoints_ = open_current(state, KeyRole::checkpoints);
    receipts_ = std::move(receipts);
    state_ = std::move(state);
}

const Terminal::State& Terminal::require_enrolled() const {
    if (state_.terminal.empty()) throw not_enrolled();
    return state_;
}

bool Terminal::enrolled() const {
    const std::lock_guard lock(mutex_);
    return !state_.terminal.empty();
}

std::string Terminal::terminal() const {
    const std::lock_guard lock(mutex_);
    return state_.terminal;
}

std::string Terminal::office() const {
    const std::lock_guard lock(mutex_);
    return state_.office;
}

std::vector<TerminalKey> Terminal::keys() const {
    const std::lock_guard lock(mutex_);
    return state_.keys;
}

Bytes Terminal::enrol(const Enrolment& enrolment, std::chrono::sys_seconds at) {
    require_names(enrolment);
    const std::lock_guard lock(mutex_);
    if (!state_.terminal.empty())
        throw Conflict("terminal.enrolled", "this terminal is enrolled as " + state_.terminal,
                       "Renew its keys instead.");
    const Made receipts = open_or_make(KeyRole::receipts, 1, enrolment.receipts_source);
    const Made checkpoints = open_or_make(KeyRole::checkpoints, 1, enrolment.checkpoints_source);
    State state{enrolment.terminal, enrolment.office, {}};
    state.keys.push_back(
        {KeyRole::receipts, 1, KeyState::requested, receipts.source, receipts.signer->public_key(), {}, at, {}});
    state.keys.push_back(
        {KeyRole::checkpoints, 1, KeyState::current, checkpoints.source, checkpoints.signer->public_key(), {}, at, {}});
    Bytes request = request_for(state.terminal, state.office, *receipts.signer);
    write(state);
    adopt(std::move(state));
    return request;
}

Bytes Terminal::renew(KeyRole role, const std::string& source, std::chrono::sys_seconds at) {
    const std::lock_guard lock(mutex_);
    State state = require_enrolled();
    std::erase_if(state.keys,
                  [&](const TerminalKey& key) { return key.role == role && key.state == KeyState::requested; });
    unsigned last = 0;
    for (const TerminalKey& key : state_.keys)
        if (key.role == role) last = std::max(last, key.number);
    const Made made = open_or_make(role, last + 1, source);
    const bool needs_certificate = role == KeyRole::receipts;
    if (!needs_certificate) {
        for (TerminalKey& key : state.keys) {
            if (key.role != role || key.state != KeyState::current) continue;
            key.state = KeyState::retired;
            key.since = at;
        }
    }
    state.keys.push_back({role,
                          last + 1,
                          needs_certificate ? KeyState::requested : KeyState::current,
                          made.source,
                          made.signer->public_key(),
                          {},
                          at,
                          {}});
    Bytes request = needs_certificate ? request_for(state.terminal, state.office, *made.signer) : Bytes();
    write(state);
    adopt(std::move(state));
    return request;
}

unsigned Terminal::accept(ByteView certificates, const trust::TrustStore& anchors, std::chrono::sys_seconds at) {
    std::vector<Bytes> chain = read_certificates(certificates);
    const trust::Certificate own = trust::Certificate::parse(chain.front());
    const std::lock_guard lock(mutex_);
    State state = require_enrolled();
    const PublicKey key = own.public_key();
    const auto requested = std::ranges::find_if(state.keys, [&](const TerminalKey& each) {
        return each.role == KeyRole::receipts && each.key == key &&
               (each.state == KeyState::requested || each.state == KeyState::current);
    });
    if (requested == state.keys.end())
        throw Conflict("terminal.no_request", "the certificate is for no key that waits for one",
                       "Send the certificate that was made from the terminal's own request.");
    if (own.has_key_usage() && !own.allows(trust::KeyUsage::digital_signature))
        throw InvalidInput("terminal.certificate", "the certificate does not allow signatures",
                           "Ask the authority for one with digitalSignature.");
    const Check judged = judge_signer("terminal.certificate", anchors, own, trust::Purpose::receipts, at);
    if (!judged.passed())
        throw InvalidInput("terminal.certificate", "the certificate can not be relied upon: " + judged.reason,
                           "Import the authority's certificate as an anchor for receipts first.");
    for (TerminalKey& each : state.keys) {
        if (each.role != KeyRole::receipts || each.state != KeyState::current || &each == &*requested) continue;
        each.state = KeyState::retired;
        each.since = at;
    }
    requested->state = KeyState::current;
    requested->since = at;
    requested->certificates = std::move(chain);
    const unsigned number = requested->number;
    write(state);
    adopt(std::move(state));
    return number;
}

Bytes Terminal::request() const {
    const std::lock_guard lock(mutex_);
    const State& state = require_enrolled();
    for (const TerminalKey& key : state.keys)
        if (key.state == KeyState::requested)
            return request_for(state.terminal, state.office,
                               *open_signer(is_token_uri(key.source) ? key.source : path_of(key.source).string()));
    throw Conflict("terminal.no_request", "no key waits for a certificate", "Renew the key for receipts first.");
}

void Terminal::revoke(KeyRole role, unsigned number, const std::string& reason, std::chrono::sys_seconds at) {
    if (reason.empty() || characters(reason) > kMaxReason)
        throw InvalidInput("terminal.reason", "a revocation needs a reason, of up to 200 characters", "Say why.");
    const std::lock_guard lock(mutex_);
    State state = require_enrolled();
    const auto found = std::ranges::find_if(
        state.keys, [&](const TerminalKey& key) { return key.role == role && key.number == number; });
    if (found == state.keys.end())
        throw NotFound("terminal.no_key", "this terminal has no such key", "See tahvil terminal show.");
    found->state = KeyState::revoked;
    found->since = at;
    found->reason = reason;
    write(state);
    adopt(std::move(state));
}

std::shared_ptr<const SigningIdentity> Terminal::receipts() const {
    const std::lock_guard lock(mutex_);
    require_enrolled();
    if (!receipts_)
        throw Unavailable("terminal.no_certificate", "the key for receipts has no certificate yet",
                          "Have the terminal's request certified, and give it the certificate.");
    return receipts_;
}

std::shared_ptr<const SigningIdentity> Terminal::checkpoints() const {
    const std::lock_guard lock(mutex_);
    require_enrolled();
    if (!checkpoints_)
        throw Unavailable("terminal.no_key", "the key for checkpoints was revoked", "Run tahvil terminal renew.");
    return checkpoints_;
}

std::string Terminal::journal_origin() const {
    const std::lock_guard lock(mutex_);
    const State& state = require_enrolled();
    return state.office + "/" + state.terminal;
}

std::vector<signed_note::VerifierKey> Terminal::checkpoint_keys() const {
    const std::string origin = journal_origin();
    const std::lock_guard lock(mutex_);
    std::vector<signed_note::VerifierKey> keys;
    for (const KeyState state : {KeyState::current, KeyState::retired})
        for (const TerminalKey& key : state_.keys)
            if (key.role == KeyRole::checkpoints && key.state == state) keys.emplace_back(origin, key.key);
    return keys;
}

}  // namespace tahvil::daemon
