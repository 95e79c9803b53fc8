#include "apdu/emulator/terminal_authentication.h"

#include <optional>
#include <utility>

#include "apdu/tlv.h"
#include "crypto/protocol/terminal_authentication.h"

namespace tahvil::emulator {

namespace {

constexpr std::uint8_t kManageSecurityEnvironment = 0x22;
constexpr std::uint8_t kPerformSecurityOperation = 0x2A;
constexpr std::uint8_t kExternalAuthenticate = 0x82;
constexpr std::uint8_t kGetChallenge = 0x84;

constexpr std::uint8_t kSetForVerification = 0x81;  // P1 of MSE
constexpr std::uint8_t kSignatureTemplate = 0xB6;   // P2: DST
constexpr std::uint8_t kAuthenticationTemplate = 0xA4;
constexpr std::uint8_t kVerifyCertificate = 0xBE;  // P2 of PSO

constexpr tlv::Tag kMechanism = 0x80;
constexpr tlv::Tag kPublicKeyReference = 0x83;
constexpr tlv::Tag kEphemeralKey = 0x91;
constexpr tlv::Tag kAuxiliaryData = 0x67;

// Numbers of rights of an inspection system (Doc 9303-12, table 35).
constexpr unsigned kReadFingerprints = 0;
constexpr unsigned kReadIris = 1;
// And of an authentication terminal (TR-03110-4, 2.2.3.2): 8 for data group 1, and so on.
constexpr unsigned kReadEidGroup = 7;
constexpr unsigned kEidGroups = 21;

StatusWord status_of(cv::Refusal refusal) {
    switch (refusal) {
        case cv::Refusal::unknown_authority:
            return sw::referenced_data_not_found;
        case cv::Refusal::bad_signature:
            return sw::verification_failed;
        case cv::Refusal::bad_key:
            return sw::wrong_data;
        default:
            return sw::conditions_not_satisfied;
    }
}

/// The rights of the certificate that the holder has confirmed, if that was asked for.
Rights rights_of(const cv::Authorization& certified, const std::optional<Bytes>& confirmed) {
    const auto has = [&](unsigned right) {
        return certified.has(right) &&
               (!confirmed || cv::Authorization{certified.terminal_type, *confirmed}.has(right));
    };
    Rights rights = right::terminal;
    if (certified.terminal_type == cv::inspection_system()) {
        if (has(kReadFingerprints)) rights |= right::read_fingerprints;
        if (has(kReadIris)) rights |= right::read_iris;
    }
    if (certified.terminal_type == cv::authentication_terminal())
        for (unsigned group = 1; group <= kEidGroups; ++group)
            if (has(kReadEidGroup + group)) rights |= right::read_eid_group(group);
    return rights;
}

}  // namespace

TerminalAuthentication::TerminalAuthentication(std::vector<cv::TrustedKey> trust_points, cv::Date date, int version,
                                               const std::string& document_number, RandomSource random)
    : verifier_(std::move(trust_points), date),
      version_(version),
      identifier_after_bac_(terminal_authentication::chip_identifier(document_number)),
      random_(std::move(random)) {}

void TerminalAuthentication::reset() {
    verifier_ = cv::Verifier(verifier_.trust_points(), verifier_.current());
    reference_set_ = false;
    terminal_set_ = false;
    auxiliary_data_.clear();
    challenge_.clear();
}

std::optional<Response> TerminalAuthentication::answer(const Command& command, Session& session, Tally& /*tally*/) {
    const bool set = command.ins() == kManageSecurityEnvironment && command.p1() == kSetForVerification;
    const bool set_signature = set && command.p2() == kSignatureTemplate;
    const bool set_authentication = set && command.p2() == kAuthenticationTemplate;
    const bool certificate = command.ins() == kPerformSecurityOperation && command.p2() == kVerifyCertificate;
    const bool get_challenge = command.ins() == kGetChallenge;
    const bool external = command.ins() == kExternalAuthenticate;
    if (!set_signature && !set_authentication && !certificate && !get_challenge && !external) return std::nullopt;
    if (!session.may(right::access)) return status_only(sw::security_status_not_satisfied);
    if (set_signature) return set_signature_template(command);
    if (certificate) return verify_certificate(command);
    if (set_authentication) return set_authentication_template(command, session);
    if (external) return authenticate(command, session);
    challenge_ = random_bytes(random_, terminal_authentication::kChallengeSize);
    return Response{challenge_, sw::ok};
}

Response TerminalAuthentication::set_signature_template(const Command& command) {
    const auto reference = tlv::find(command.data(), kPublicKeyReference);
    reference_set_ = reference && verifier_.knows(as_text(*reference));
    if (!reference) return status_only(sw::wrong_data);
    return status_only(reference_set_ ? sw::ok : sw::referenced_data_not_found);
}

Response TerminalAuthentication::verify_certificate(const Command& command) {
    if (!std::exchange(reference_set_, false)) return status_only(sw::conditions_not_satisfied);
    const auto refusal = verifier_.take(cv::Certificate::parse_content(command.data()));
    return status_only(refusal ? status_of(*refusal) : sw::ok);
}

Response TerminalAuthentication::set_authentication_template(const Command& command, Session& session) {
    terminal_set_ = false;
    const auto reference = tlv::find(command.data(), kPublicKeyReference);
    if (!reference) return status_only(sw::wrong_data);
    if (verifier_.terminal() == nullptr || verifier_.terminal()->reference != as_text(*reference))
        return status_only(sw::referenced_data_not_found);
    auxiliary_data_.clear();
    if (version_ == 2) {
        const auto mechanism = tlv::find(command.data(), kMechanism);
        const auto ephemeral = tlv::find(command.data(), kEphemeralKey);
        if (!mechanism || !ephemeral) return status_only(sw::wrong_data);
        if (!equal(*mechanism, cv::oid_of(verifier_.terminal()->algorithm).content()))
            return status_only(sw::referenced_data_not_found);
        session.terminal_ephemeral = to_bytes(*ephemeral);
        if (const auto auxiliary = tlv::find(command.data(), kAuxiliaryData))
            auxiliary_data_ = tlv::encode(kAuxiliaryData, *auxiliary);
    }
    terminal_set_ = true;
    return status_only(sw::ok);
}

Response TerminalAuthentication::authenticate(const Command& command, Session& session) {
    const Bytes challenge = std::exchange(challenge_, {});
    const bool ready = std::exchange(terminal_set_, false) && verifier_.terminal() != nullptr && !challenge.empty() &&
                       !session.terminal_ephemeral.empty();
    if (!ready) return status_only(sw::conditions_not_satisfied);
    const ByteView identifier = session.card_ephemeral.empty() ? identifier_after_bac_ : session.card_ephemeral;
    const Bytes signed_data =
        terminal_authentication::signed_data(identifier, challenge, session.terminal_ephemeral, auxiliary_data_);
    const cv::TrustedKey& terminal = *verifier_.terminal();
    if (!terminal_authentication::verify(terminal, signed_data, command.data()))
        return status_only(sw::verification_failed);
    session.secured |= rights_of(terminal.authorization, session.confirmed_rights);
    session.terminal_authenticated = true;
    return status_only(sw::ok);
}

}  // namespace tahvil::emulator
