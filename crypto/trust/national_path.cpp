#include "crypto/trust/national_path.h"

#include <algorithm>
#include <iterator>

#include "crypto/error.h"
#include "crypto/openssl.h"
#include "crypto/trust/path_judgement.h"

namespace tahvil::trust {

namespace {

/// How far a path is from holding.
int badness(const NationalPath& path) {
    int sum = 0;
    for (const Check& check : path.checks)
        sum += check.passed()                         ? 0
               : check.result == Result::failed       ? 100
               : check.result == Result::undetermined ? 1
                                                      : 10;
    return sum;
}

NationalPath verify_with(const PathMaterial& material, const NationalPathInput& input) {
    const CandidatePaths candidates =
        find_candidate_paths(material.leaf.get(), pointers(material.intermediates), pointers(material.anchors));
    if (candidates.paths.empty() && candidates.all) return judge_path(material, input, nullptr);
    NationalPath best = unjudged();
    settle(check_of(best, Concern::chain), Result::undetermined, "too_many_paths");
    leave_out_the_rest(best);
    std::vector<PathStep> steps;
    bool first = candidates.all;
    for (const CandidatePath& candidate : candidates.paths) {
        NationalPath path = judge_path(material, input, &candidate);
        std::ranges::move(path.steps, std::back_inserter(steps));
        if (first || badness(path) < badness(best)) best = std::move(path);
        first = false;
        if (badness(best) == 0) break;
    }
    best.steps = std::move(steps);
    return best;
}

}  // namespace

bool NationalPath::authentic() const {
    return std::ranges::all_of(checks, [](const Check& check) { return check.passed(); });
}

bool NationalPath::authentic_without_revocation() const {
    return std::ranges::all_of(checks, [](const Check& check) {
        return check.passed() || (check.id == "certificate_path.revocation" && check.result == Result::undetermined);
    });
}

NationalPath verify_national_path(const NationalPathInput& input) {
    try {
        NationalPath path = verify_with(read_material(input), input);
        openssl::clear_errors();
        return path;
    } catch (const Error& error) {
        openssl::clear_errors();
        NationalPath path = unjudged();
        for (Check& check : path.checks) check = {check.id, Result::not_performed, "malformed", {}};
        check_of(path, Concern::chain) = {
            "certificate_path.chain", Result::failed, "malformed", {{"words", error.what()}}};
        return path;
    }
}

NationalPath verify_national_path(ByteView leaf, const std::vector<ByteView>& intermediates, const TrustStore& store,
                                  Time at, std::optional<std::chrono::hours> revocation_age_limit) {
    NationalPathInput input{leaf, intermediates, {}, {}, at, revocation_age_limit, {}};
    for (std::size_t i = 0; i < store.size(); ++i) {
        const Entry entry = store.entry(i);
        if (entry.status == Status::trusted && entry.purposes.contain(Purpose::national_pki))
            input.anchors.push_back(entry.certificate.raw());
        else if (entry.status == Status::certificate)
            input.intermediates.push_back(entry.certificate.raw());
    }
    for (std::size_t i = 0; i < store.revocation_list_count(); ++i)
        input.revocation_lists.push_back(store.revocation_list(i).raw());
    for (std::size_t i = 0; i < store.ocsp_response_count(); ++i)
        input.ocsp_responses.push_back(store.ocsp_response(i).raw());
    return verify_national_path(input);
}

}  // namespace tahvil::trust
