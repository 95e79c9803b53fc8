#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "apdu/channel.h"
#include "crypto/protocol/terminal_authentication.h"
#include "crypto/signer.h"

/// Terminal Authentication with a card (Doc 9303-11, 7.1; TR-03110-3, 3.3 and B.3).
namespace tahvil::terminal_authentication {

/// What a terminal shows of itself.
struct Credentials {
    cv::Certificate certificate;             ///< the terminal's own
    std::vector<cv::Certificate> available;  ///< verifiers' and link certificates, in any order
    const Signer* signer = nullptr;          ///< of the certificate's key; not null, outlives the call
};

/// What the terminal's signature is bound to: see signed_data().
struct Binding {
    Bytes chip_identifier;           ///< of BAC or PACE
    Bytes compressed_ephemeral_key;  ///< of chip authentication: done before in version 1, to come in version 2
    Bytes auxiliary_data;            ///< DO'67', whole; version 2 only
};

/// The references of trust points in the content of EF.CVCA (Doc 9303-11, 7.1.4.1): the current one, then perhaps the
/// one before. Throws MalformedData "tlv.malformed".
std::vector<std::string> authority_references(ByteView ef_cvca);

/// Shows the chain of certificates from the first of the card's trust points that has one, and signs the card's
/// challenge.
///
/// Throws AccessDenied: "access.ta_no_chain" (no certificate below what the card trusts), "access.ta_certificate" and
/// "access.ta_refused" (the card does not take a certificate, or the signature); what the signer throws.
void authenticate(Channel& card, int version, const std::vector<std::string>& references, const Credentials& terminal,
                  const Binding& binding);

}  // namespace tahvil::terminal_authentication
