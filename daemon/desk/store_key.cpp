#include "daemon/desk/store_key.h"

#include "crypto/digest.h"
#include "daemon/private_file.h"
#include "daemon/terminal/key_source.h"

namespace tahvil::daemon {

namespace {

constexpr std::string_view kFile = "file:";
constexpr std::string_view kCredential = "credential:";

SecretBytes key_from_token(const StoreKeyConfig& key) {
    const std::string text = "Tahvil: key " + std::to_string(key.number) + " of the store";
    const std::unique_ptr<Signer> signer = open_signer(key.source);
    SignatureAlgorithm algorithm{SignatureScheme::ed25519, DigestAlgorithm::sha512, DigestAlgorithm::sha512, 0};
    if (signer->public_key().kind() == KeyKind::rsa)
        algorithm = {SignatureScheme::rsa_pkcs1, DigestAlgorithm::sha256, DigestAlgorithm::sha256, 0};
    else if (signer->public_key().kind() != KeyKind::ed25519)
        throw InvalidInput("store.key", "a key of the store comes from an RSA or Ed25519 key of a token",
                           "Name a key whose signatures are the same each time.");
    Bytes once = signer->sign(algorithm, as_bytes(text));
    Bytes twice = signer->sign(algorithm, as_bytes(text));
    const bool same = equal_in_constant_time(once, twice);
    Bytes derived = digest(DigestAlgorithm::sha256, {as_bytes(text), once});
    const SecretBytes found{derived};
    wipe(once);
    wipe(twice);
    wipe(derived);
    if (!same)
        throw InvalidInput("store.key", "the token's key signs the same text differently each time",
                           "Name a key whose signatures are the same each time.");
    return found;
}

}  // namespace

SecretBytes fetch_store_key(const StoreKeyConfig& key) {
    const std::string_view source = key.source;
    if (is_token_uri(source)) return key_from_token(key);
    SecretBytes found = source.starts_with(kFile) ? read_private_file(std::string(source.substr(kFile.size())))
                                                  : read_credential(source.substr(kCredential.size()));
    if (found.size() != StoreKeys::kKeySize)
        throw InvalidInput("store.key", "key " + std::to_string(key.number) + " of the store is not of 32 bytes",
                           "Make one: head -c 32 /dev/urandom > FILE; chmod 0600 FILE.");
    return found;
}

}  // namespace tahvil::daemon
