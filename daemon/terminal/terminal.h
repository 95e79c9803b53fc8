#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/bytes.h"
#include "crypto/key.h"
#include "crypto/random.h"
#include "crypto/signed_note.h"
#include "crypto/signer.h"
#include "crypto/trust/trust_store.h"

/// Who this terminal is: its name, and the keys that sign in it.
namespace tahvil::daemon {

/// What a key is for. No key is for two things.
enum class KeyRole : std::uint8_t {
    receipts,     ///< ES256 with a certificate: receipts, and answers to relying parties
    checkpoints,  ///< Ed25519: heads of the journal
};

std::string_view name(KeyRole role);
std::optional<KeyRole> key_role_by_name(std::string_view name);

enum class KeyState : std::uint8_t {
    requested,  ///< made, and waits for its certificate
    current,    ///< signs
    retired,    ///< signs no more; what it signed stays good
    revoked,    ///< signs no more, and what it signed counts for nothing
};

std::string_view name(KeyState state);

struct TerminalKey {
    KeyRole role{};
    unsigned number = 0;  ///< counts from 1 for each role
    KeyState state{};
    std::string source;  ///< the name of a file in the terminal's folder, the path of another, or a pkcs11: URI
    PublicKey key;
    std::vector<Bytes> certificates;  ///< DER, the key's first; none for checkpoints
    std::chrono::sys_seconds since;   ///< when it came to its state
    std::string reason;               ///< of a revocation
};

/// A key that signs now, with all that goes into what it signs.
struct SigningIdentity {
    std::string terminal;  ///< "T1"
    std::string office;    ///< "office.example/12", the issuer that signed texts name
    std::shared_ptr<const Signer> key;
    std::vector<Bytes> certificates;  ///< DER, the key's first (x5c)
};

struct Enrolment {
    std::string terminal;            ///< 1 to 16 letters, digits and '-', which qualify the ids of records
    std::string office;              ///< a host name, and what else tells the office from others after a '/'
    std::string receipts_source;     ///< a file or pkcs11: URI of a key on P-256; empty: one is made in the folder
    std::string checkpoints_source;  ///< the same for an Ed25519 key
};

/// The identity of a terminal in a folder that is its user's alone: "terminal.json" and the key files that were made
/// here. Every function may be called from any thread; one process at a time changes it.
class Terminal {
public:
    /// Makes the folder when it is not there. Throws Error "terminal.folder"; MalformedData "terminal.state" for a
    /// "terminal.json" that is none; what open_signer() throws for a key that signs now.
    explicit Terminal(std::filesystem::path folder, RandomSource random = system_random);

    bool enrolled() const;
    std::string terminal() const;  ///< empty before it is enrolled
    std::string office() const;
    std::vector<TerminalKey> keys() const;  ///< in the order in which they were made

    /// Gives the terminal its name and keys. Checkpoints are signed from now on, receipts when the certificate is
    /// there. Answers with the request for it (PKCS #10, DER). Throws Conflict "terminal.enrolled"; InvalidInput
    /// "terminal.name", "terminal.office", "terminal.key" (of another kind); what open_signer() throws.
    Bytes enrol(const Enrolment& enrolment, std::chrono::sys_seconds at);

    /// Makes the key that follows the current one, from a source as in Enrolment. One for receipts waits for its
    /// certificate, and the answer is the request; one for checkpoints signs at once, and there is no answer. A key
    /// that waits already is thrown away. Throws Unavailable "terminal.not_enrolled", and as enrol().
    Bytes renew(KeyRole role, const std::string& source, std::chrono::sys_seconds at);

    /// Takes the certificate of a requested key: PEM or DER, with its chain if there is one. It must chain to an anchor
    /// for receipts and be for the key; the key that signed before is retired. Answers with the key's number. Throws
    /// Conflict "terminal.no_request" when it is for no key that waits; InvalidInput "terminal.certificate" (its
    /// choices are reasons of judge_signer()).
    unsigned accept(ByteView certificates, const trust::TrustStore& anchors, std::chrono::sys_seconds at);

    /// The request of the key for receipts that waits, signed anew. Throws Conflict "terminal.no_request".
    Bytes request() const;

    /// A key that others may know. What it signed counts for nothing any more. Throws NotFound "terminal.no_key",
    /// InvalidInput "terminal.reason".
    void revoke(KeyRole role, unsigned number, const std::string& reason, std::chrono::sys_seconds at);

    /// The key that signs receipts and answers. Throws Unavailable "terminal.not_enrolled", "terminal.no_certificate".
    std::shared_ptr<const SigningIdentity> receipts() const;
    /// The key that signs the journal's heads. Throws Unavailable "terminal.not_enrolled".
    std::shared_ptr<const SigningIdentity> checkpoints() const;
    /// The journal's name in its checkpoints: office and terminal.
    std::string journal_origin() const;
    /// Every key for checkpoints that was not revoked, the current one first.
    std::vector<signed_note::VerifierKey> checkpoint_keys() const;

private:
    struct State {
        std::string terminal;
        std::string office;
        std::vector<TerminalKey> keys;
    };
    struct Made {
        std::string source;
        std::shared_ptr<const Signer> signer;
    };

    void read();
    void write(const State& state) const;
    void adopt(State state);
    Made open_or_make(KeyRole role, unsigned number, const std::string& source) const;
    std::shared_ptr<const SigningIdentity> open_current(const State& state, KeyRole role) const;
    std::filesystem::path path_of(const std::string& source) const;
    const State& require_enrolled() const;

    std::filesystem::path folder_;
    RandomSource random_;
    mutable std::mutex mutex_;
    State state_;
    std::shared_ptr<const SigningIdentity> receipts_;
    std::shared_ptr<const SigningIdentity> checkpoints_;
};

}  // namespace tahvil::daemon
