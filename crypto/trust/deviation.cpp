#include "crypto/trust/deviation.h"

#include <algorithm>
#include <array>
#include <utility>

namespace tahvil {

namespace {

constexpr auto kTable = std::to_array<DeviationInfo>({
#define TAHVIL_DEVIATION(code, name, strict, standard, lenient, text, test) \
    {DeviationCode::code, name, Tolerance::strict, Tolerance::standard, Tolerance::lenient, text, test},
#include "crypto/trust/deviations.def"
#undef TAHVIL_DEVIATION
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
