#include "daemon/check/piv_check.h"

#include <optional>

#include "apdu/applets/piv/objects.h"
#include "crypto/error.h"
#include "crypto/trust/security_object.h"
#include "crypto/trust/signed_data.h"

namespace tahvil::daemon {

namespace {

constexpr const char* kChuid = "chuid";
constexpr const char* kSecurityObject = "security_object";
constexpr const char* kFacialImage = "facial_image";

class PivChecker {
public:
    PivChecker(CertificatePaths& paths, const CardData& card, SignedFiles& found)
        : paths_(paths), card_(card), found_(found) {}

    void run() {
        check(kChuid, [this](ByteView object) {
            const piv::UniqueIdentifier identifier = piv::unique_identifier(object);
            return signature(kChuid, identifier.signature, identifier.signed_part);
        });
        check(kFacialImage, [this](ByteView object) {
            const piv::FacialImage image = piv::facial_image(object);
            return signature(kFacialImage, image.signature, image.signed_part);
        });
        check(kSecurityObject, [this](ByteView object) { return security_object(object); });
    }

private:
    template <typename Judge>
    void check(const std::string& name, Judge judge) {
        const Bytes* object = card_.content(name);
        if (object == nullptr) return;
        const std::string id = "signed_file." + name;
        try {
            Check result = judge(*object);
            result.id = id;
            found_.checks.push_back(std::move(result));
        } catch (const MalformedData& error) {
            found_.checks.push_back({id, Result::failed, "malformed", {{"words", error.what()}}});
        }
    }

    /// A SignedData with one signer, whose certificate is in it or, for the facial image, in that of the CHUID.
    Check signature(const std::string& name, ByteView raw, std::optional<ByteView> content) {
        if (raw.empty()) return {{}, Result::failed, "no_signature", {}};
        trust::SignedData data = trust::SignedData::parse(raw);
        if (content) data.attach(*content);
        if (data.signers().size() != 1) return {{}, Result::failed, "not_one_signer", {}};
        std::vector<trust::Certificate> others;
        if (const trust::Certificate* issuer = paths_.find(signer_name(kChuid))) others.push_back(*issuer);
        const trust::SignerCheck signer = trust::verify_signer(data, data.signers().front(), others);
        note(found_.deviations, signer.deviations);
        note(found_.deviations, data.deviations());
        if (signer.result == Result::passed) {
            paths_.add(signer_name(name), to_bytes(signer.certificate->raw()));
            if (paths_.authentic(signer_name(name))) found_.vouched_for.insert(name);
        }
        return {{}, signer.result, signer.reason, signer.detail};
    }

    static std::string signer_name(const std::string& object) { return "signer of " + object; }

    Check security_object(ByteView object) {
        const piv::SecurityObject mapped = piv::security_object(object);
        Check result = signature(kSecurityObject, mapped.signature, std::nullopt);
        if (!result.passed()) return result;
        const trust::SignedData data = trust::SignedData::parse(mapped.signature);
        const trust::LdsSecurityObject listed = trust::LdsSecurityObject::parse(data.content(), found_.deviations);
        std::string covered;
        for (const auto& [group, container] : mapped.containers) {
            const profiles::File* file = file_of(container);
            const Bytes* content = file == nullptr ? nullptr : card_.content(file->name);
            if (content == nullptr) continue;
            const auto hash = listed.hashes.find(group);
            if (hash == listed.hashes.end()) return {{}, Result::failed, "hash_missing", {{"object", file->name}}};
            if (!equal(digest(listed.digest, *content), hash->second))
                return {{}, Result::failed, "hash_differs", {{"object", file->name}}};
            covered += (covered.empty() ? "" : ", ") + file->name;
            if (found_.vouched_for.contains(kSecurityObject)) found_.vouched_for.insert(file->name);
        }
        result.detail.emplace_back("covers", covered);
        return result;
    }

    const profiles::File* file_of(std::uint16_t container) const {
        for (const profiles::File& file : card_.profile->files) {
            if (file.path.empty() && piv::container(file.object) == container) return &file;
        }
        return nullptr;
    }

    CertificatePaths& paths_;
    const CardData& card_;
    SignedFiles& found_;
};

}  // namespace

void check_piv_objects(CertificatePaths& paths, const CardData& card, SignedFiles& found) {
    PivChecker{paths, card, found}.run();
}

}  // namespace tahvil::daemon
