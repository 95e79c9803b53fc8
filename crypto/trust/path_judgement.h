#pragma once

#include "crypto/trust/candidate_paths.h"
#include "crypto/trust/path_finding.h"
#include "crypto/trust/path_material.h"

/// One path, judged by OpenSSL with its strict rules and by what the profile asks beyond these. Inside crypto/ only.
namespace tahvil::trust {

/// Judges the planned path; without one, the path that OpenSSL chooses, which then says what is missing.
NationalPath judge_path(const PathMaterial& material, const NationalPathInput& input, const CandidatePath* planned);

/// The four checks as passed, each to sink by what is found.
NationalPath unjudged();

/// What was not looked at because the path ended earlier must not read as passed.
void leave_out_the_rest(NationalPath& path);

inline Check& check_of(NationalPath& path, Concern concern) {
    return path.checks[static_cast<std::size_t>(concern)];
}

}  // namespace tahvil::trust
