#include "daemon/check/signed_file_check.h"

#include <algorithm>
#include <array>

#include "apdu/applets/certificate_card/fields.h"
#include "apdu/applets/piv/objects.h"
#include "crypto/error.h"
#include "daemon/check/piv_check.h"

namespace tahvil::daemon {

namespace {

using profiles::SignedFile;

constexpr std::array kDigests{DigestAlgorithm::sha256, DigestAlgorithm::sha384, DigestAlgorithm::sha512,
                              DigestAlgorithm::sha224, DigestAlgorithm::sha1};

Check check(const SignedFile& file, Result result, std::string reason = {}, Details detail = {}) {
    return {"signed_file." + file.name, result, std::move(reason), std::move(detail)};
}

/// Nothing on such cards tells how a file was signed but the key and the length.
std::optional<SignatureAlgorithm> algorithm_of(const PublicKey& key, ByteView message, ByteView signature) {
    const auto schemes = key.kind() == KeyKind::rsa ? std::vector{SignatureScheme::rsa_pkcs1, SignatureScheme::rsa_pss}
                                                    : std::vector{SignatureScheme::ecdsa_plain, SignatureScheme::ecdsa};
    if (key.kind() != KeyKind::rsa && key.kind() != KeyKind::ec) return std::nullopt;
    for (const SignatureScheme scheme : schemes) {
        for (const DigestAlgorithm digest : kDigests) {
            const SignatureAlgorithm algorithm{scheme, digest, digest, digest_size(digest)};
            if (verify(key, algorithm, {message}, signature)) return algorithm;
        }
    }
    return std::nullopt;
}

class SignedFileChecker {
public:
    SignedFileChecker(const CertificatePaths& paths, const CardData& card, SignedFiles& found)
        : paths_(paths), card_(card), found_(found) {}

    void run() {
        for (const SignedFile& file : card_.profile->signed_files) {
            if (missing(file)) continue;
            found_.checks.push_back(file.hash_in.empty() ? by_signature(file) : by_hash(file));
        }
    }

private:
    /// A file that the card did not give proves nothing and disproves nothing; an optional one may be absent.
    bool missing(const SignedFile& file) {
        std::vector<std::string> needed = file.covers;
        if (!file.signature.empty()) needed.push_back(file.signature);
        std::string lacking;
        bool optional = true;
        for (const std::string& name : needed) {
            if (card_.content(name) != nullptr) continue;
            lacking += (lacking.empty() ? "" : ", ") + name;
            optional = optional && card_.profile->file(name)->optional;
        }
        if (lacking.empty()) return false;
        if (!optional) found_.checks.push_back(check(file, Result::undetermined, "not_read", {{"missing", lacking}}));
        return true;
    }

    Check by_signature(const SignedFile& file) {
        const trust::Certificate* certificate = paths_.find(file.certificate);
        if (certificate == nullptr) return check(file, Result::undetermined, "no_certificate");
        Bytes message;
        for (const std::string& name : file.covers) append(message, *card_.content(name));
        Details detail{{"certificate", file.certificate}};
        try {
            const PublicKey key = certificate->public_key();
            const auto algorithm = algorithm_of(key, message, *card_.content(file.signature));
            if (!algorithm) return check(file, Result::failed, "signature_invalid", std::move(detail));
            detail.emplace_back("algorithm", description(*algorithm));
            trust::note_weakness(found_.deviations, *algorithm, key, "signed file " + file.name);
        } catch (const MalformedData& error) {
            return check(file, Result::failed, "key_refused", {{"words", error.what()}});
        }
        if (paths_.authentic(file.certificate)) {
            for (const std::string& name : file.covers) found_.vouched_for.insert(name);
        }
        return check(file, Result::passed, {}, std::move(detail));
    }

    Check by_hash(const SignedFile& file) {
        const SignedFile& holder = *card_.profile->signed_file(file.hash_in);
        const std::string& name = holder.covers.front();
        const Bytes* content = card_.content(name);
        const Check* holder_check = find(found_.checks, "signed_file." + holder.name);
        if (content == nullptr || holder_check == nullptr || !holder_check->passed())
            return check(file, Result::undetermined, "hash_not_verified", {{"hash_in", holder.name}});
        std::optional<ByteView> hash;
        try {
            hash = certificate_card::field(card_.profile->file(name)->encoding, *content, file.hash_tag);
        } catch (const MalformedData&) {
            return check(file, Result::failed, "malformed", {{"hash_in", holder.name}});
        }
        if (!hash) return check(file, Result::undetermined, "no_hash", {{"hash_in", holder.name}});
        const auto algorithm =
            std::ranges::find_if(kDigests, [&](DigestAlgorithm one) { return digest_size(one) == hash->size(); });
        if (algorithm == kDigests.end()) return check(file, Result::undetermined, "unknown_hash");
        Details detail{{"hash_in", holder.name}, {"algorithm", std::string{tahvil::name(*algorithm)}}};
        if (!equal(digest(*algorithm, *card_.content(file.covers.front())), *hash))
            return check(file, Result::failed, "hash_differs", std::move(detail));
        if (*algorithm == DigestAlgorithm::sha1)
            note(found_.deviations, DeviationCode::algorithm_sha1, "hash of " + file.name);
        if (found_.vouched_for.contains(name)) found_.vouched_for.insert(file.covers.front());
        return check(file, Result::passed, {}, std::move(detail));
    }

    const CertificatePaths& paths_;
    const CardData& card_;
    SignedFiles& found_;
};

}  // namespace

const Bytes* CardData::content(std::string_view file) const {
    const auto found = files.find(std::string{file});
    return found == files.end() ? nullptr : &found->second;
}

void add_certificates(CertificatePaths& paths, const CardData& card, std::vector<Check>& checks) {
    for (const bool issuers : {true, false}) {
        for (const profiles::Certificate& listed : card.profile->certificates) {
            const Bytes* content = card.content(listed.file);
            if (content == nullptr || listed.issuer != issuers) continue;
            try {
                const bool wrapped = card.profile->file(listed.file)->encoding == profiles::Encoding::piv_x509;
                Bytes der = wrapped ? piv::certificate(*content) : *content;
                // A file may hold less than its name says: an issuer that can not be read is no help, and no harm.
                if (issuers) {
                    static_cast<void>(trust::Certificate::parse(der));
                    paths.add_issuer(std::move(der));
                } else {
                    paths.add(listed.name, std::move(der));
                }
            } catch (const MalformedData& error) {
                if (issuers) continue;
                checks.push_back({"certificate_path.signature",
                                  Result::failed,
                                  "malformed",
                                  {{"certificate", listed.name}, {"words", error.what()}}});
            }
        }
    }
}

SignedFiles check_signed_files(CertificatePaths& paths, const CardData& card) {
    SignedFiles found;
    if (card.profile->layout == profiles::Layout::piv) check_piv_objects(paths, card, found);
    SignedFileChecker{paths, card, found}.run();
    return found;
}

}  // namespace tahvil::daemon
