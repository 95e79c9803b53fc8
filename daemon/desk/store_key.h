#pragma once

#include "crypto/sealed.h"
#include "daemon/desk/desk_config.h"

namespace tahvil::daemon {

/// Fetches a key of the store from where the configuration says: a file of kKeySize bytes that is this user's alone, a
/// credential of systemd, or a token. A token gives the key as SHA-256 over its signature of a fixed text, which is the
/// same each time for an RSA key (PKCS #1 v1.5) or an Ed25519 key; the key in the token is to be used for nothing else.
/// Throws InvalidInput "store.key" (of another length, or a token's key that signs differently each time), and as
/// read_private_file() and signer_from_token().
SecretBytes fetch_store_key(const StoreKeyConfig& key);

}  // namespace tahvil::daemon
