#include "daemon/terminal/key_source.h"

#include "daemon/private_file.h"

namespace tahvil::daemon {

namespace {

constexpr std::string_view kFile = "file:";
constexpr std::string_view kCredential = "credential:";

}  // namespace

SecretBytes read_pin(const PinRequest& request) {
    const std::string_view source = request.source;
    SecretBytes pin;
    if (source.starts_with(kFile)) {
        pin = read_private_file(std::string(source.substr(kFile.size())));
    } else if (source.starts_with(kCredential)) {
        pin = read_credential(source.substr(kCredential.size()));
    } else {
        throw InvalidInput("signer.pin_source", "nothing says where the PIN of the token " + request.token + " is",
                           "Add ?pin-source=file:/PATH or ?pin-source=credential:NAME to its URI.");
    }
    while (!pin.empty() && (pin.view().back() == '\n' || pin.view().back() == '\r')) pin.truncate(pin.size() - 1);
    return pin;
}

std::unique_ptr<Signer> open_signer(const std::string& source) {
    if (is_token_uri(source)) return signer_from_token(source, read_pin);
    return signer_from_pem(read_private_file(source).view());
}

}  // namespace tahvil::daemon
