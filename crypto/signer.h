#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "crypto/bytes.h"
#include "crypto/error.h"
#include "crypto/key.h"
#include "crypto/signature.h"

namespace tahvil {

/// A token (smart card, HSM) that holds a private key could not be used. `code` is one of
///  "signer.no_token", "signer.ambiguous_token", "signer.no_key", "signer.ambiguous_key", "signer.no_public_key",
///  "signer.pin_wrong", "signer.pin_locked", "signer.mechanism", "signer.token_gone", "signer.wrong_signature",
///  "signer.module", "signer.token".
class SignerError : public Error {
public:
    using Error::Error;
};

/// The private key of one role (terminal authentication, receipts, checkpoints), wherever it lies. Threads may share
/// one.
class Signer {
public:
    Signer() = default;
    Signer(const Signer&) = delete;
    Signer& operator=(const Signer&) = delete;
    virtual ~Signer() = default;

    virtual const PublicKey& public_key() const = 0;

    /// Throws CryptoError "crypto.wrong_key" when the key is of another kind, SignerError when the token fails.
    virtual Bytes sign(const SignatureAlgorithm& algorithm, ByteView message) const = 0;
};

/// A key in this program's memory.
std::unique_ptr<Signer> signer_in_memory(PrivateKey key);

/// From the bytes of a PEM file. Throws as PrivateKey::from_pem().
std::unique_ptr<Signer> signer_from_pem(ByteView pem);

/// For which token a PIN is asked.
struct PinRequest {
    std::string token;       ///< its label
    std::string source;      ///< the URI's pin-source, as it stands there; often a file: URI
    bool final_try = false;  ///< the token says that a wrong PIN locks it
};

/// Hands over a PIN. It is called once for a signer, and once more for each signature with a key that wants that; what
/// it throws goes through to the caller, and no try is spent.
using PinSource = std::function<SecretBytes(const PinRequest&)>;

/// A key in a PKCS#11 token, named by a URI (RFC 7512) that fits exactly one token and one private key in it:
/// "pkcs11:token=office-12;object=receipts". Without module-path or module-name every module that p11-kit is configured
/// with is asked. Its session stays open and logged in for the signer's life. A signature is verified before it is
/// handed out.
///
/// Throws InvalidInput: "signer.uri" (not of that form), "signer.pin_in_uri" (a PIN belongs in no configuration file);
/// SignerError.
std::unique_ptr<Signer> signer_from_token(const std::string& uri, const PinSource& pin);

/// Whether a text names a token's key rather than a file.
inline bool is_token_uri(std::string_view text) {
    return text.starts_with("pkcs11:");
}

}  // namespace tahvil
