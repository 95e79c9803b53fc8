#pragma once

#include <optional>
#include <string>
#include <vector>

#include "apdu/emulator/function.h"
#include "crypto/protocol/cv_certificate.h"
#include "crypto/random.h"

namespace tahvil::emulator {

/// The card's side of terminal authentication (Doc 9303-11, 7.1; TR-03110-3, B.4): MSE:Set DST and PSO: Verify
/// Certificate for the chain, MSE:Set AT, GET CHALLENGE and EXTERNAL AUTHENTICATE for the terminal. Version 1 comes
/// after chip authentication, whose ephemeral key it binds; version 2 comes before, and names that key. The card keeps
/// its trust points and its notion of the date over resets.
class TerminalAuthentication final : public Function {
public:
    /// `document_number` is what a session opened by BAC binds; by PACE it is the card's ephemeral key.
    TerminalAuthentication(std::vector<cv::TrustedKey> trust_points, cv::Date date, int version,
                           const std::string& document_number, RandomSource random);

    std::optional<Response> answer(const Command& command, Session& session, Tally& tally) override;
    void reset() override;

    /// The card's notion of the date, from the certificates that it has accepted.
    cv::Date date() const { return verifier_.current(); }

private:
    Response set_signature_template(const Command& command);
    Response verify_certificate(const Command& command);
    Response set_authentication_template(const Command& command, Session& session);
    Response authenticate(const Command& command, Session& session);

    cv::Verifier verifier_;
    int version_;
    Bytes identifier_after_bac_;
    RandomSource random_;

    bool reference_set_ = false;
    bool terminal_set_ = false;
    Bytes auxiliary_data_;
    Bytes challenge_;
};

}  // namespace tahvil::emulator
