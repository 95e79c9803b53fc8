#include <algorithm>
#include <ostream>
#include <string>

#include "crypto/error.h"
#include "crypto/trust/national_path.h"
#include "crypto/trust/ocsp_response.h"
#include "crypto/trust/text_formats.h"
#include "daemon/check/document_check.h"
#include "daemon/cli/input_file.h"
#include "daemon/cli/verbs.h"
#include "daemon/cli/verified.h"

namespace tahvil::cli {

namespace {

/// What a file holds, in DER: one thing, or with PEM any number.
std::vector<Bytes> read_der(const std::filesystem::path& path) {
    Bytes file = read_input_file(path, kLargestTrustFile);
    if (!trust::looks_like_pem(file)) return {std::move(file)};
    std::vector<Bytes> all;
    for (trust::PemBlock& block : trust::read_pem(file)) all.push_back(std::move(block.content));
    return all;
}

std::vector<Bytes> read_all(const std::vector<std::filesystem::path>& paths) {
    std::vector<Bytes> all;
    for (const auto& path : paths)
        for (Bytes& content : read_der(path)) all.push_back(std::move(content));
    return all;
}

std::vector<ByteView> views(const std::vector<Bytes>& all) {
    return {all.begin(), all.end()};
}

}  // namespace

ExitStatus run(const VerifyCertificateArguments& arguments, const Context& context) {
    const auto now = std::chrono::system_clock::now();
    const std::vector<Bytes> leaf = read_der(arguments.certificate);
    if (leaf.size() != 1) {
        throw InvalidInput("file.no_certificate", "\"" + arguments.certificate.string() + "\" is not one certificate",
                           "Name the certificate that is to be verified; its issuers go to --intermediate.");
    }
    const std::vector<Bytes> intermediates = read_all(arguments.intermediates);
    const std::vector<Bytes> anchors = read_all(arguments.anchors);
    std::vector<Bytes> revocation_lists = read_all(arguments.revocation_lists);
    const auto answers = std::stable_partition(revocation_lists.begin(), revocation_lists.end(), [](ByteView file) {
        return !trust::OcspResponse::looks_like_one(file);
    });
    const std::vector<Bytes> ocsp_responses(answers, revocation_lists.end());
    revocation_lists.erase(answers, revocation_lists.end());

    daemon::Knowledge knowledge;
    knowledge.at = arguments.at.value_or(std::chrono::floor<std::chrono::seconds>(now));
    knowledge.trust = trust::TrustStore::empty();
    knowledge.policy = std::make_shared<const daemon::Policy>(daemon::Policy::shipped("standard"));
    knowledge.software = "tahvil " TAHVIL_VERSION;
    // The lists that are named here count until their own nextUpdate.
    const trust::NationalPath path =
        trust::verify_national_path({leaf.front(), views(intermediates), views(anchors), views(revocation_lists),
                                     knowledge.at, std::nullopt, views(ocsp_responses)});
    const auto id = daemon::make_id(std::chrono::floor<std::chrono::milliseconds>(now), system_random);
    const daemon::VerifiedDocument verified = daemon::verify_certificate(path, knowledge, id);
    return print_verified(verified, {}, arguments.explain, context);
}

}  // namespace tahvil::cli
