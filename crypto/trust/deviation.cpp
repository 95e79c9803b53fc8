#include "crypto/trust/deviation.h"

#include <algorithm>
#include <array>
#include <utility>

namespace tahvil {

namespace {

constexpr Tolerance yes = Tolerance::tolerate;
constexpr Tolerance no = Tolerance::refuse;

// In the order of the enumeration, which is the order of the names.
constexpr auto kTable = std::to_array<DeviationInfo>({
    {DeviationCode::access_bac_beside_pace, "access.bac_beside_pace", no, no, yes,
     "The card offers PACE and was opened with BAC, which someone who listens can undo."},
    {DeviationCode::access_mse_without_reference_accepted, "access.mse_without_reference", no, yes, yes,
     "The card took MSE:Set AT for PACE only with or only without the reference of the domain parameters (tag 84)."},
    {DeviationCode::algorithm_rsa_short, "algorithm.rsa_short", no, no, yes,
     "A signature was made with an RSA key of less than 2048 bits."},
    {DeviationCode::algorithm_sha1, "algorithm.sha1", no, no, yes,
     "A signature or a data group hash uses SHA-1, for which collisions can be made."},
    {DeviationCode::algorithm_triple_des, "algorithm.triple_des", no, yes, yes,
     "The session with the card was protected by triple DES."},
    {DeviationCode::anchor_expired, "anchor.expired", no, yes, yes,
     "The issuer's certificate has expired, although it was valid when it signed the document signer."},
    {DeviationCode::certificate_authority_key_id_mismatch, "certificate.authority_key_id_mismatch", no, yes, yes,
     "The issuer was found by its name and verifies, but the authority key identifier names another key."},
    {DeviationCode::certificate_basic_constraints_missing, "certificate.basic_constraints_missing", no, yes, yes,
     "An issuer's certificate has no basic constraints, only the key usage of an issuer."},
    {DeviationCode::certificate_basic_constraints_not_critical, "certificate.basic_constraints_not_critical", no, yes,
     yes, "An issuer's certificate of a national PKI has basic constraints that are not marked as critical."},
    {DeviationCode::certificate_country_missing, "certificate.country_missing", no, no, yes,
     "A document signer or its issuer names no country, so that the countries can not be compared."},
    {DeviationCode::certificate_country_spelling, "certificate.country_spelling", no, yes, yes,
     "A document signer and its issuer name their country, one in two letters and one in three."},
    {DeviationCode::certificate_explicit_ec_parameters, "certificate.explicit_ec_parameters", yes, yes, yes,
     "A certificate spells out the parameters of its curve; all of them equal those of a known curve."},
    {DeviationCode::certificate_issuer_name_differs, "certificate.issuer_name_differs", no, yes, yes,
     "The issuer was found by its key identifier and verifies, but its name is another one of the same country."},
    {DeviationCode::certificate_issuer_name_spelling, "certificate.issuer_name_spelling", yes, yes, yes,
     "Issuer and subject name are equal only when order, string types, case and spaces are left aside."},
    {DeviationCode::certificate_key_id_missing, "certificate.key_id_missing", no, yes, yes,
     "A certificate lacks its authority or subject key identifier; the issuer was found by name."},
    {DeviationCode::certificate_key_usage_missing, "certificate.key_usage_missing", no, yes, yes,
     "The certificate of a document signer, or of an issuer of a national PKI, has no key usage extension."},
    {DeviationCode::certificate_not_der, "certificate.not_der", no, yes, yes,
     "A certificate is encoded in BER where DER is required."},
    {DeviationCode::certificate_serial_number, "certificate.serial_number", yes, yes, yes,
     "A certificate's serial number is negative, zero or longer than 20 bytes."},
    {DeviationCode::chip_digest_not_stated, "chip.digest_not_stated", no, yes, yes,
     "Active authentication with ECDSA without EF.DG14 to state the hash; it was taken from the signature's size."},
    {DeviationCode::chip_signature_encoding, "chip.signature_encoding", yes, yes, yes,
     "Active authentication answered with a DER signature where the plain form is required."},
    {DeviationCode::com_disagrees, "com.disagrees", no, yes, yes,
     "EF.COM, which nobody signed, lists other data groups or versions than EF.SOD."},
    {DeviationCode::data_group_not_covered, "data_group.not_covered", no, yes, yes,
     "A data group is on the card and not among the signed hashes; its content was not used."},
    {DeviationCode::portrait_raw_codestream, "portrait.raw_codestream", yes, yes, yes,
     "The portrait is a JPEG 2000 codestream without its file format."},
    {DeviationCode::security_object_content_type, "security_object.content_type", no, yes, yes,
     "The signed content of EF.SOD is marked with id-data or an old object identifier."},
    {DeviationCode::security_object_encoding, "security_object.encoding", no, yes, yes,
     "EF.SOD or EF.CardSecurity is encoded in BER (indefinite length, strings in pieces) where DER is required."},
    {DeviationCode::security_object_unknown_data_group, "security_object.unknown_data_group", no, yes, yes,
     "EF.SOD has the hash of a data group that Doc 9303 does not know; it was left aside."},
    {DeviationCode::security_object_version, "security_object.version", no, yes, yes,
     "The LDS security object's version and its content do not go together."},
    {DeviationCode::signed_data_algorithm_differs, "signed_data.algorithm_differs", no, yes, yes,
     "The signer's signature algorithm names another digest than its digest algorithm does."},
    {DeviationCode::signed_data_attributes_missing, "signed_data.attributes_missing", no, no, yes,
     "The signature is over the content itself, without signed attributes."},
    {DeviationCode::signed_data_attributes_order, "signed_data.attributes_order", yes, yes, yes,
     "The signed attributes are not in DER order; the bytes as they are were signed."},
    {DeviationCode::signed_data_digest_not_listed, "signed_data.digest_not_listed", no, yes, yes,
     "The signer's digest algorithm is not among those that SignedData announces."},
    {DeviationCode::signed_data_pss_parameters, "signed_data.pss_parameters", no, yes, yes,
     "RSASSA-PSS parameters are missing, are not those that were used, or stand in the key in place of the signature."},
    {DeviationCode::signed_data_version, "signed_data.version", yes, yes, yes,
     "The version of SignedData or SignerInfo is not the one that its content asks for."},
    {DeviationCode::signer_expired, "signer.expired", no, yes, yes,
     "The document signer has expired; the signing time lies in its validity."},
    {DeviationCode::signer_expired_undated, "signer.expired_undated", no, no, yes,
     "The document signer has expired and the signature has no signing time."},
    {DeviationCode::signer_identified_by_key_id, "signer.identified_by_key_id", yes, yes, yes,
     "The signer is identified by subject key identifier in place of issuer and serial number."},
    {DeviationCode::signer_issuer_name_spelling, "signer.issuer_name_spelling", yes, yes, yes,
     "The signer's issuer equals the certificate's only when order, string types, case and spaces are left aside."},
});

}  // namespace

void note(Deviations& deviations, DeviationCode code, std::string detail) {
    Deviation deviation{code, std::move(detail)};
    if (std::ranges::find(deviations, deviation) == deviations.end()) deviations.push_back(std::move(deviation));
}

void note(Deviations& deviations, const Deviations& others) {
    for (const Deviation& other : others) note(deviations, other.code, other.detail);
}

bool contains(const Deviations& deviations, DeviationCode code) {
    return std::ranges::find(deviations, code, &Deviation::code) != deviations.end();
}

std::span<const DeviationInfo> deviation_table() {
    return kTable;
}

const DeviationInfo& info(DeviationCode code) {
    return kTable.at(static_cast<std::size_t>(code));
}

std::optional<DeviationCode> deviation_by_name(std::string_view name) {
    const auto found = std::ranges::find(kTable, name, &DeviationInfo::name);
    if (found == kTable.end()) return std::nullopt;
    return found->code;
}

}  // namespace tahvil
