#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/key.h"
#include "crypto/merkle_tree.h"
#include "crypto/signer.h"

/// Texts signed by Ed25519 keys with names (c2sp.org/signed-note), and the heads of a log as such texts
/// (c2sp.org/tlog-checkpoint).
namespace tahvil::signed_note {

constexpr std::size_t kMaxNote = 65536;  ///< bytes
constexpr std::size_t kMaxSignatures = 16;

/// A key that a verifier trusts, under the name that stands in signature lines.
class VerifierKey {
public:
    /// Throws InvalidInput "note.name" when the name is empty or has a space, a plus or a control character;
    /// CryptoError "crypto.wrong_key" when the key is not Ed25519.
    VerifierKey(std::string name, PublicKey key);

    /// From its text, "name+hash+keydata". Throws MalformedData "note.key".
    static VerifierKey parse(std::string_view text);
    std::string text() const;

    const std::string& name() const { return name_; }
    std::uint32_t id() const { return id_; }
    const PublicKey& key() const { return key_; }

private:
    std::string name_;
    PublicKey key_;
    std::uint32_t id_ = 0;
};

/// Signs. The text must be UTF-8 that ends in a newline and has no other control character; otherwise InvalidInput
/// "note.text". Throws as VerifierKey's constructor and Signer::sign().
std::string sign(std::string_view text, const std::string& name, const Signer& signer);

enum class Result : std::uint8_t {
    verified,       ///< a known key signed, and no known key's signature is wrong
    unknown_key,    ///< none of the known keys signed
    bad_signature,  ///< a line of a known key does not verify
};

struct Opened {
    Result result = Result::unknown_key;
    std::string text;                ///< only when verified
    std::vector<std::string> names;  ///< of the keys whose signatures verify
};

/// Throws MalformedData "note.malformed" when it is no note.
Opened open(std::string_view note, std::span<const VerifierKey> known);

/// The head of a log at a size.
struct Checkpoint {
    std::string origin;
    std::uint64_t size = 0;
    merkle::Hash root{};

    /// The text to sign. Throws InvalidInput "note.text" when the origin is empty or not one line.
    std::string text() const;
    /// From a note's text. Throws MalformedData "note.checkpoint"; extension lines are refused, as ours have none.
    static Checkpoint parse(std::string_view text);

    friend bool operator==(const Checkpoint&, const Checkpoint&) = default;
};

}  // namespace tahvil::signed_note
