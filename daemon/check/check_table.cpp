#include "daemon/check/check_table.h"

#include <algorithm>
#include <array>

namespace tahvil::daemon {

namespace {

constexpr std::string_view kSignedFiles = "signed_file.*";

constexpr auto kTable = std::to_array<CheckInfo>({
    {"chip.answered", Applies::always, "The card answered to power."},
    {"chip.recognised", Applies::always, "One of the profiles' applications could be selected."},
    {"access.pace", Applies::secured, "The card was opened with PACE."},
    {"access.bac", Applies::secured, "The card was opened with basic access control."},
    {"access.card_authentication", Applies::on_request, "The card was opened by its card authentication provider."},
    {"read.complete", Applies::always, "Every file that the check needs was read whole."},
    {"passive_authentication.structure", Applies::lds, "EF.SOD is a signed list of hashes as Doc 9303 has it."},
    {"passive_authentication.signature", Applies::lds, "EF.SOD was signed by the document signer in it."},
    {"passive_authentication.chain", Applies::lds, "The document signer was certified by an issuer that is trusted."},
    {"passive_authentication.validity", Applies::lds, "The certificates are valid now."},
    {"passive_authentication.revocation", Applies::lds, "The document signer is not revoked."},
    {"passive_authentication.data_group_hashes", Applies::lds, "Every data group that was read is as it was signed."},
    {"passive_authentication.com_consistent", Applies::lds, "EF.COM lists what EF.SOD signs."},
    {"card_security.signature", Applies::card_security, "EF.CardSecurity was signed by the document signer in it."},
    {"card_security.chain", Applies::card_security, "Its signer was certified by an issuer that is trusted."},
    {"card_security.validity", Applies::card_security, "Its certificates are valid now."},
    {"card_security.revocation", Applies::card_security, "Its signer is not revoked."},
    {"certificate_path.signature", Applies::certificate_path, "Every certificate of the path was signed by the next."},
    {"certificate_path.chain", Applies::certificate_path, "The path ends in an anchor of the national PKI."},
    {"certificate_path.validity", Applies::certificate_path, "The certificates of the path are valid now."},
    {"certificate_path.revocation", Applies::certificate_path, "No certificate of the path is revoked."},
    {kSignedFiles, Applies::on_request, "A file with a signature of its own is as it was signed."},
    {"document.issuer_consistent", Applies::lds, "MRZ, document signer and issuer are of the same country."},
    {"document.mrz_check_digits", Applies::lds, "The check digits of the MRZ are right."},
    {"document.expiry", Applies::document, "The document has not expired."},
    {"document.revocation", Applies::document, "The card is not on the hot list."},
    {"chip.authentication", Applies::always, "The chip proved to hold a key that signed data names."},
    {"terminal.authentication", Applies::on_request, "The card accepted this terminal's rights."},
    {"holder.pin_change", Applies::on_request, "The holder set another PIN in the place of the old one."},
    {"holder.pin_unblock", Applies::on_request, "The holder unblocked the PIN with its PUK."},
    {"holder.pin", Applies::on_request, "The holder knew the PIN."},
    {"holder.fingerprint_on_card", Applies::on_request, "The card matched the holder's finger."},
    {"holder.portrait_compared", Applies::on_request, "An operator compared holder and portrait."},
    {"expected.national_code", Applies::on_request, "The national code is the expected one."},
    {"expected.name", Applies::on_request, "The name is the expected one."},
    {"expected.birth_date", Applies::on_request, "The birth date is the expected one."},
    {"expected.card_serial", Applies::on_request, "The card's serial is the expected one."},
});

}  // namespace

std::span<const CheckInfo> check_table() {
    return kTable;
}

const CheckInfo* check_info(std::string_view id) {
    constexpr std::string_view prefix = kSignedFiles.substr(0, kSignedFiles.size() - 1);
    if (id.size() > prefix.size() && id.starts_with(prefix)) id = kSignedFiles;
    const auto found = std::ranges::find(kTable, id, &CheckInfo::id);
    return found == kTable.end() ? nullptr : &*found;
}

std::size_t check_order(std::string_view id) {
    const CheckInfo* info = check_info(id);
    return info == nullptr ? kTable.size() : static_cast<std::size_t>(info - kTable.data());
}

}  // namespace tahvil::daemon
