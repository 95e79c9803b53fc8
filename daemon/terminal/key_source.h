#pragma once

#include <memory>
#include <string>

#include "crypto/signer.h"

namespace tahvil::daemon {

/// Opens the private key that a text names: the path of a PEM file that is this user's alone, or a `pkcs11:` URI whose
/// pin-source is such a file ("file:/etc/tahvil/token.pin") or a credential of systemd ("credential:token-pin").
/// Throws InvalidInput as read_private_file() and "signer.pin_source"; what signer_from_token() and
/// PrivateKey::from_pem() throw.
std::unique_ptr<Signer> open_signer(const std::string& source);

/// The PIN that a pin-source names. Throws as above. A line end after it is no part of it.
SecretBytes read_pin(const PinRequest& request);

}  // namespace tahvil::daemon
