#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tahvil {

/// A departure from a standard that real documents and cards have. It is found by the code that reads them, named in
/// the verdict, and tolerated or refused by the policy. Each has one entry in the table deviations.def.
enum class DeviationCode : std::uint8_t {
#define TAHVIL_DEVIATION(code, name, strict, standard, lenient, text, test) code,
#include "crypto/trust/deviations.def"
#undef TAHVIL_DEVIATION
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
    std::string_view test;  ///< the test that makes it, "Suite.Name"
};

/// All of them, sorted by name.
std::span<const DeviationInfo> deviation_table();

const DeviationInfo& info(DeviationCode code);
inline std::string_view name(DeviationCode code) {
    return info(code).name;
}
std::optional<DeviationCode> deviation_by_name(std::string_view name);

}  // namespace tahvil
