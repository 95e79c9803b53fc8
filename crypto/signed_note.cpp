#include "crypto/signed_note.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "crypto/base64.h"
#include "crypto/digest.h"
#include "crypto/error.h"

namespace tahvil::signed_note {

namespace {

constexpr std::uint8_t kEd25519 = 0x01;  // signature type
constexpr std::size_t kIdSize = 4;
constexpr std::size_t kKeySize = 32;
constexpr std::string_view kDash = "\u2014 ";  // what a signature line begins with
const SignatureAlgorithm kAlgorithm{SignatureScheme::ed25519};

[[noreturn]] void malformed(const std::string& what) {
    throw MalformedData("note.malformed", "a signed note " + what);
}

/// The white space of Unicode beyond ASCII, as it is encoded in UTF-8.
bool has_wide_space(std::string_view text) {
    static constexpr std::array<std::string_view, 19> spaces{
        "\u0085", "\u00a0", "\u1680", "\u2000", "\u2001", "\u2002", "\u2003", "\u2004", "\u2005", "\u2006",
        "\u2007", "\u2008", "\u2009", "\u200a", "\u2028", "\u2029", "\u202f", "\u205f", "\u3000"};
    return std::ranges::any_of(spaces,
                               [text](std::string_view space) { return text.find(space) != std::string_view::npos; });
}

bool is_name(std::string_view name) {
    return !name.empty() && !has_wide_space(name) && std::ranges::none_of(name, [](char character) {
        return static_cast<unsigned char>(character) <= ' ' || character == '+' || character == 0x7F;
    });
}

/// Whether it is UTF-8 without control characters other than newline.
bool is_text(std::string_view text) {
    for (std::size_t i = 0; i < text.size();) {
        const auto at = [text](std::size_t index) -> unsigned {
            return index < text.size() ? static_cast<unsigned char>(text[index]) : 0U;
        };
        const unsigned first = at(i);
        if (first < 0x20 && first != '\n') return false;
        const unsigned length = first < 0x80   ? 1
                                : first < 0xC2 ? 0
                                : first < 0xE0 ? 2
                                : first < 0xF0 ? 3
                                : first < 0xF5 ? 4
                                               : 0;
        if (length == 0) return false;
        for (unsigned j = 1; j < length; ++j)
            if ((at(i + j) & 0xC0U) != 0x80U) return false;
        const unsigned second = at(i + 1);
        if ((first == 0xE0 && second < 0xA0) || (first == 0xED && second > 0x9F) || (first == 0xF0 && second < 0x90) ||
            (first == 0xF4 && second > 0x8F))
            return false;
        i += length;
    }
    return true;
}

Bytes typed_key(const PublicKey& key) {
    return concat({ByteView(&kEd25519, 1), key.value()});
}

std::uint32_t key_id(std::string_view name, const PublicKey& key) {
    const Bytes hash = digest(DigestAlgorithm::sha256, {as_bytes(name), as_bytes("\n"), typed_key(key)});
    return static_cast<std::uint32_t>(from_big_endian(ByteView(hash).first(kIdSize)));
}

struct Line {
    std::string_view name;
    std::uint32_t id = 0;
    Bytes signature;
};

Line parse_line(std::string_view line) {
    if (!line.starts_with(kDash)) malformed("with a line that is no signature");
    line.remove_prefix(kDash.size());
    const std::size_t space = line.find(' ');
    if (space == std::string_view::npos || !is_name(line.substr(0, space)))
        malformed("with a signature without a name");
    const Bytes bytes = from_base64(line.substr(space + 1), Base64::standard);
    if (bytes.size() <= kIdSize) malformed("with a signature that is too short");
    return {line.substr(0, space), static_cast<std::uint32_t>(from_big_endian(ByteView(bytes).first(kIdSize))),
            to_bytes(ByteView(bytes).subspan(kIdSize))};
}

}  // namespace

VerifierKey::VerifierKey(std::string name, PublicKey key) : name_(std::move(name)), key_(std::move(key)) {
    if (!is_name(name_))
        throw InvalidInput("note.name", "a key's name that is empty or has a space or a plus",
                           "Name the key like an address without a scheme: office.example/12.");
    if (key_.kind() != KeyKind::ed25519) throw CryptoError("crypto.wrong_key", "notes are signed with Ed25519 keys");
    id_ = key_id(name_, key_);
}

VerifierKey VerifierKey::parse(std::string_view text) {
    const auto refuse = [](const std::string& what) {
        throw MalformedData("note.key", "a verifier's key " + what, "It reads name+hash+keydata.");
    };
    const std::size_t first = text.find('+');
    const std::size_t second = first == std::string_view::npos ? first : text.find('+', first + 1);
    if (second == std::string_view::npos) refuse("without its three parts");
    const Bytes data = from_base64(text.substr(second + 1), Base64::standard);
    if (data.size() != 1 + kKeySize || data.front() != kEd25519) refuse("that is not Ed25519");
    const std::string_view name = text.substr(0, first);
    if (!is_name(name)) refuse("without a proper name");
    VerifierKey key(std::string(name), PublicKey::ed25519(ByteView(data).subspan(1)));
    if (key.text() != text) refuse("with a hash that is not its own");  // one key has one text
    return key;
}

std::string VerifierKey::text() const {
    std::string hash = to_hex(to_big_endian(id_, kIdSize));
    std::ranges::transform(hash, hash.begin(),
                           [](char digit) { return digit >= 'A' ? static_cast<char>(digit - 'A' + 'a') : digit; });
    return name_ + "+" + hash + "+" + to_base64(typed_key(key_), Base64::standard);
}

std::string sign(std::string_view text, const std::string& name, const Signer& signer) {
    const VerifierKey key(name, signer.public_key());
    if (!text.ends_with('\n') || !is_text(text) || text.size() > kMaxNote)
        throw InvalidInput("note.text", "a text to sign that is no UTF-8 ending in a newline");
    const Bytes signature = concat({to_big_endian(key.id(), kIdSize), signer.sign(kAlgorithm, as_bytes(text))});
    return std::string(text) + "\n" + std::string(kDash) + name + " " + to_base64(signature, Base64::standard) + "\n";
}

Opened open(std::string_view note, std::span<const VerifierKey> known) {
    if (note.size() > kMaxNote) malformed("that is too long");
    if (!is_text(note) || !note.ends_with('\n')) malformed("that is no UTF-8 text of lines");
    const std::size_t gap = note.rfind("\n\n");
    if (gap == std::string_view::npos) malformed("without signatures");
    const std::string_view text = note.substr(0, gap + 1);
    std::string_view lines = note.substr(gap + 2);
    if (lines.empty()) malformed("without signatures");
    Opened opened;
    bool wrong = false;
    for (std::size_t count = 0; !lines.empty(); ++count) {
        if (count == kMaxSignatures) malformed("with too many signatures");
        const std::size_t end = lines.find('\n');
        const Line line = parse_line(lines.substr(0, end));
        lines.remove_prefix(end + 1);
        for (const VerifierKey& key : known) {
            if (key.name() != line.name || key.id() != line.id) continue;
            if (verify(key.key(), kAlgorithm, {as_bytes(text)}, line.signature))
                opened.names.push_back(key.name());
            else
                wrong = true;
        }
    }
    if (wrong) return {Result::bad_signature, {}, {}};
    if (opened.names.empty()) return {Result::unknown_key, {}, {}};
    opened.result = Result::verified;
    opened.text = text;
    return opened;
}

std::string Checkpoint::text() const {
    if (origin.empty() || origin.find('\n') != std::string::npos)
        throw InvalidInput("note.text", "a log's origin that is empty or more than a line");
    return origin + "\n" + std::to_string(size) + "\n" + to_base64(root, Base64::standard) + "\n";
}

Checkpoint Checkpoint::parse(std::string_view text) {
    const auto refuse = [] { throw MalformedData("note.checkpoint", "a text that is no checkpoint of a log"); };
    std::array<std::string_view, 3> lines;
    for (std::string_view& line : lines) {
        const std::size_t end = text.find('\n');
        if (end == std::string_view::npos || end == 0) refuse();
        line = text.substr(0, end);
        text.remove_prefix(end + 1);
    }
    if (!text.empty()) refuse();
    Checkpoint checkpoint;
    checkpoint.origin = lines[0];
    const char* const end = lines[1].data() + lines[1].size();
    const auto [stopped, error] = std::from_chars(lines[1].data(), end, checkpoint.size);
    if (error != std::errc{} || stopped != end || (lines[1].size() > 1 && lines[1].front() == '0')) refuse();
    const Bytes root = from_base64(lines[2], Base64::standard);
    if (root.size() != checkpoint.root.size()) refuse();
    std::ranges::copy(root, checkpoint.root.begin());
    return checkpoint;
}

}  // namespace tahvil::signed_note
