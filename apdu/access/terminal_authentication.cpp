#include "apdu/access/terminal_authentication.h"

#include <optional>

#include "apdu/error.h"
#include "apdu/tlv.h"

namespace tahvil::terminal_authentication {

namespace {

constexpr tlv::Tag kAuthorityReference = 0x42;
constexpr tlv::Tag kMechanism = 0x80;
constexpr tlv::Tag kKeyReference = 0x83;
constexpr tlv::Tag kEphemeralKey = 0x91;
constexpr std::size_t kMaxReferences = 2;

AccessDenied denied(const std::string& code, const std::string& what) {
    return {code, "terminal authentication: " + what,
            "Renew the terminal's certificates with the authority that issued them."};
}

std::vector<cv::Certificate> find_chain(const std::vector<std::string>& references, const Credentials& terminal) {
    for (const std::string& reference : references) {
        std::vector<cv::Certificate> found = cv::chain(reference, terminal.certificate, terminal.available);
        if (!found.empty()) return found;
    }
    throw denied("access.ta_no_chain", "no certificate of this terminal is below a trust point of the card");
}

void show(Channel& card, const cv::Certificate& certificate) {
    const Bytes reference = tlv::encode(kKeyReference, as_bytes(certificate.authority_reference));
    Response response = card.transmit(Command::manage_security_environment(0x81, 0xB6, reference));
    if (response.status.ok())
        response = card.transmit(Command::perform_security_operation(0x00, 0xBE, certificate.content(), 0));
    if (!response.status.ok())
        throw denied("access.ta_certificate", "the card does not take the certificate of " +
                                                  certificate.holder_reference + ", " + describe(response.status));
}

void set_authentication_template(Channel& card, int version, const cv::Certificate& terminal, const Binding& binding) {
    Bytes data;
    if (version != 1) append(data, tlv::encode(kMechanism, terminal.key.algorithm.content()));
    append(data, tlv::encode(kKeyReference, as_bytes(terminal.holder_reference)));
    if (version != 1) {
        append(data, binding.auxiliary_data);
        append(data, tlv::encode(kEphemeralKey, binding.compressed_ephemeral_key));
    }
    const Response response = card.transmit(Command::manage_security_environment(0x81, 0xA4, data));
    if (!response.status.ok())
        throw denied("access.ta_refused", "the card refuses the terminal's key, " + describe(response.status));
}

}  // namespace

std::vector<std::string> authority_references(ByteView ef_cvca) {
    std::vector<std::string> references;
    tlv::Cursor cursor(ef_cvca);
    while (references.size() < kMaxReferences) {
        const std::optional<ByteView> reference = cursor.read_if(kAuthorityReference);
        if (!reference) break;  // zeros fill the file
        references.emplace_back(as_text(*reference));
    }
    return references;
}

void authenticate(Channel& card, int version, const std::vector<std::string>& references, const Credentials& terminal,
                  const Binding& binding) {
    const std::optional<SignatureAlgorithm> algorithm = cv::signature_algorithm(terminal.certificate.key.algorithm);
    if (!algorithm)
        throw InvalidInput("input.terminal", "the terminal's certificate has a key of an unknown algorithm");
    for (const cv::Certificate& certificate : find_chain(references, terminal)) show(card, certificate);
    set_authentication_template(card, version, terminal.certificate, binding);
    const Bytes challenge =
        card.require(Command::get_challenge(kChallengeSize), "GET CHALLENGE of terminal authentication");
    const Bytes message =
        signed_data(binding.chip_identifier, challenge, binding.compressed_ephemeral_key, binding.auxiliary_data);
    const Response response =
        card.transmit(Command::external_authenticate(terminal.signer->sign(*algorithm, message), 0));
    if (!response.status.ok())
        throw denied("access.ta_refused", "the card refuses the terminal's signature, " + describe(response.status));
}

}  // namespace tahvil::terminal_authentication
