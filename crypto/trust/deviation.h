#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tahvil {

/// A departure from a standard that real documents and cards have. It is found by the code that reads them, named in
/// the verdict, and tolerated or refused by the policy. Each has one line in the table of deviation.cpp.
enum class DeviationCode : std::uint8_t {
    access_bac_beside_pace,
    access_mse_without_reference_accepted,
    algorithm_rsa_short,
    algorithm_sha1,
    algorithm_triple_des,
    anchor_expired,
    certificate_authority_key_id_mismatch,
    certificate_basic_constraints_missing,
    certificate_basic_constraints_not_critical,
    certificate_country_missing,
    certificate_country_spelling,
    certificate_explicit_ec_parameters,
    certificate_issuer_name_differs,
    certificate_issuer_name_spelling,
    certificate_key_id_missing,
    certificate_key_usage_missing,
    certificate_not_der,
    certificate_serial_number,
    chip_digest_not_stated,
    chip_signature_encoding,
    com_disagrees,
    data_group_not_covered,
    portrait_raw_codestream,
    security_object_content_type,
    security_object_encoding,
    security_object_unknown_data_group,
    security_object_version,
    signed_data_algorithm_differs,
    signed_data_attributes_missing,
    signed_data_attributes_order,
    signed_data_digest_not_listed,
    signed_data_pss_parameters,
    signed_data_version,
    signer_expired,
    signer_expired_undated,
    signer_identified_by_key_id,
    signer_issuer_name_spelling,
};

struct Deviation {
    DeviationCode code{};
    std::string detail;  ///< what exactly, for a person: "equal to brainpoolP256r1"

    friend bool operator==(const Deviation&, const Deviation&) = default;
};

using Deviations = std::vector<Deviation>;

/// Adds it unless the same is there.
void note(Deviations& deviations, DeviationCode code, std::string detail = {});
void note(Deviations& deviations, const Deviations& others);
bool contains(const Deviations& deviations, DeviationCode code);

enum class Tolerance : std::uint8_t { tolerate, refuse };

/// A line of the table: policies and documentation are made from it.
struct DeviationInfo {
    DeviationCode code{};
    std::string_view name;  ///< "certificate.explicit_ec_parameters"
    Tolerance strict{};     ///< what the three shipped policies do
    Tolerance standard{};
    Tolerance lenient{};
    std::string_view text;  ///< one line of documentation
};

/// All of them, sorted by name.
std::span<const DeviationInfo> deviation_table();

const DeviationInfo& info(DeviationCode code);
inline std::string_view name(DeviationCode code) {
    return info(code).name;
}
std::optional<DeviationCode> deviation_by_name(std::string_view name);

}  // namespace tahvil
