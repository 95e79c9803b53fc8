#include "daemon/check/terminal_check.h"

#include <algorithm>
#include <utility>

#include "apdu/access/chip_authentication.h"
#include "apdu/error.h"
#include "apdu/file_reader.h"

namespace tahvil::daemon {

namespace {

constexpr std::string_view kId = "terminal.authentication";
constexpr std::uint16_t kTrustPoints = 0x011C;  // EF.CVCA, where EF.DG14 does not say another (Doc 9303-11, 9.2.8)
constexpr std::uint8_t kTrustPointsShort = 0x1C;
// Rights of an inspection system (Doc 9303-12, table 35).
constexpr unsigned kReadFingerprints = 0;
constexpr unsigned kReadIris = 1;

Check check(Result result, std::string reason, Details detail = {}) {
    return {std::string{kId}, result, std::move(reason), std::move(detail)};
}

/// "access.ta_no_chain" without what is plain.
std::string reason_of(std::string_view code) {
    constexpr std::string_view prefix = "access.ta_";
    return std::string{code.starts_with(prefix) ? code.substr(prefix.size()) : code};
}

std::vector<std::string> trust_points(Channel& card, const TerminalAuthenticationInfo& info) {
    FileIdentifier file{info.ef_cvca.value_or(kTrustPoints), info.ef_cvca_short_id.value_or(0)};
    if (!info.ef_cvca) file.short_identifier = kTrustPointsShort;
    return terminal_authentication::authority_references(read_file(card, file, {.extent = FileExtent::end_of_file}));
}

/// The compressed ephemeral key of chip authentication, which is done here if it was not.
bool bind_chip(OpenedCard& card, const SecurityInfos& data_group_14, const RandomSource& random) {
    if (!card.ephemeral_key.empty()) return true;
    const auto offers = chip_authentication::offers(data_group_14, 1);
    if (offers.empty()) return false;
    card.ephemeral_key =
        chip_authentication::authenticate(*card.secure, offers.front(), random).compressed_public_key();
    return true;
}

}  // namespace

std::shared_ptr<const TerminalCredentials> choose_terminal(const Terminals& terminals, const asn1::Oid& type,
                                                           const std::vector<std::string>& references) {
    std::shared_ptr<const TerminalCredentials> first;
    for (const auto& terminal : terminals) {
        if (terminal->certificate.authorization.terminal_type != type) continue;
        if (std::ranges::any_of(references, [&](const std::string& reference) {
                return !cv::chain(reference, terminal->certificate, terminal->available).empty();
            }))
            return terminal;
        if (!first) first = terminal;
    }
    return first;
}

Check show_terminal(Channel& card, int version, const std::vector<std::string>& references,
                    const TerminalCredentials& credentials, const terminal_authentication::Binding& binding) {
    Details detail{{"version", std::to_string(version)}, {"terminal", credentials.certificate.holder_reference}};
    try {
        terminal_authentication::authenticate(card, version, references, credentials.shown(), binding);
        return check(Result::passed, {}, std::move(detail));
    } catch (const AccessDenied& error) {
        detail.emplace_back("words", error.what());
        return check(Result::undetermined, reason_of(error.code()), std::move(detail));
    } catch (const CardRefused& error) {
        detail.emplace_back("words", error.what());
        return check(Result::undetermined, "refused", std::move(detail));
    } catch (const SignerError& error) {
        detail.emplace_back("words", error.what());
        return check(Result::undetermined, "no_signature", std::move(detail));
    }
}

std::optional<Check> authenticate_terminal(OpenedCard& card, const SecurityInfos& data_group_14,
                                           const Terminals& terminals, const RandomSource& random) {
    const auto info = std::ranges::find(data_group_14.terminal_authentication, 1, &TerminalAuthenticationInfo::version);
    if (info == data_group_14.terminal_authentication.end()) return std::nullopt;
    if (!choose_terminal(terminals, cv::inspection_system(), {})) return std::nullopt;
    if (!card.secure || card.secure->ended()) return check(Result::not_performed, "no_secure_messaging");
    try {
        if (!bind_chip(card, data_group_14, random)) return check(Result::undetermined, "no_chip_authentication");
        const std::vector<std::string> references = trust_points(card.channel(), *info);
        card.terminal = choose_terminal(terminals, cv::inspection_system(), references);
        return show_terminal(card.channel(), 1, references, *card.terminal,
                             {card.chip_identifier, card.ephemeral_key, {}});
    } catch (const CardRefused& error) {
        return check(Result::undetermined, "refused", {{"words", error.what()}});
    } catch (const ProtocolViolation& error) {
        return check(Result::undetermined, "chip_not_authentic", {{"words", error.what()}});
    } catch (const MalformedData& error) {
        return check(Result::undetermined, "malformed_trust_points", {{"words", error.what()}});
    }
}

std::set<lds::File> biometric_groups(const cv::Authorization& authorization) {
    std::set<lds::File> files;
    if (authorization.has(kReadFingerprints)) files.insert(lds::File::dg3);
    if (authorization.has(kReadIris)) files.insert(lds::File::dg4);
    return files;
}

}  // namespace tahvil::daemon
