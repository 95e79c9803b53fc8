#include "daemon/check/card_facts.h"

#include <algorithm>

#include "apdu/applets/certificate_card/fields.h"
#include "apdu/applets/lds/data_groups.h"
#include "apdu/applets/piv/objects.h"
#include "crypto/error.h"
#include "crypto/trust/name.h"
#include "daemon/text/country.h"

namespace tahvil::daemon {

namespace {

using profiles::Meaning;

class Collector {
public:
    Collector(const CertificatePaths& paths, const CardData& card, const SignedFiles& signed_files)
        : paths_(paths), card_(card), signed_files_(signed_files) {}

    CardFacts run() {
        for (const profiles::File& file : card_.profile->files) {
            const Bytes* content = card_.content(file.name);
            if (content == nullptr || !signed_files_.vouched_for.contains(file.name)) continue;
            try {
                take_file(file, *content);
            } catch (const MalformedData&) {
                // Signed, and still not understood: it says nothing.
            }
        }
        for (const profiles::Certificate& certificate : card_.profile->certificates) take_certificate(certificate);
        take_from_first_certificate();
        if (facts_.holder.name.empty()) facts_.holder.name = joined(given_names_, family_name_);
        facts_.document.issuer = issuer();
        if (facts_.document.number.empty()) facts_.document.number = facts_.card_serial;
        return std::move(facts_);
    }

private:
    void take_file(const profiles::File& file, ByteView content) {
        for (const auto& [meaning, tag] : file.fields) {
            const auto value = certificate_card::field(file.encoding, content, tag);
            if (value && !value->empty()) take(meaning, lds::readable(*value), file.dates);
        }
        if (!file.fields.empty() && facts_.document.expires) facts_.expires_from = "file";
        if (file.encoding == profiles::Encoding::jpeg) take_portrait({content, lds::image_format(content)});
        if (file.encoding == profiles::Encoding::piv_image)
            take_portrait(lds::parse_face_record(piv::facial_image(content).record));
        if (card_.profile->layout == profiles::Layout::piv && file.name == "chuid") take_chuid(content);
    }

    void take_chuid(ByteView object) {
        const piv::UniqueIdentifier identifier = piv::unique_identifier(object);
        facts_.card_serial = to_hex(identifier.guid);
        facts_.document.expires =
            certificate_card::parse_date(lds::readable(identifier.expiry), profiles::DateForm::iso);
        facts_.expires_from = "file";
    }

    void take_portrait(const lds::Portrait& portrait) {
        facts_.holder.portrait = to_bytes(portrait.image);
        facts_.holder.portrait_type = std::string{lds::media_type(portrait.format)};
    }

    void take_certificate(const profiles::Certificate& listed) {
        const trust::Certificate* certificate = paths_.find(listed.name);
        if (certificate == nullptr || !paths_.authentic(listed.name)) return;
        for (const auto& [meaning, attribute] : listed.carries) {
            if (const auto value = trust::attribute_of(certificate->subject(), asn1::Oid(attribute)))
                take(meaning, *value, profiles::DateForm::iso);
        }
    }

    void take(Meaning meaning, const std::string& value, profiles::DateForm form) {
        switch (meaning) {
            case Meaning::national_code:
                facts_.holder.national_code = value;
                break;
            case Meaning::name:
                facts_.holder.name = value;
                break;
            case Meaning::family_name:
                family_name_ = value;
                break;
            case Meaning::given_names:
                given_names_ = value;
                break;
            case Meaning::birth_date:
                facts_.holder.birth_date = certificate_card::parse_date(value, form);
                break;
            case Meaning::sex:
                facts_.holder.sex = sex(value);
                break;
            case Meaning::nationality:
                facts_.holder.nationality = value;
                break;
            case Meaning::card_serial:
                facts_.card_serial = value;
                break;
            case Meaning::document_number:
                facts_.document.number = value;
                break;
            case Meaning::authority:
                facts_.document.authority = value;
                break;
            case Meaning::issued:
                facts_.document.issued = certificate_card::parse_date(value, form);
                break;
            case Meaning::expires:
                facts_.document.expires = certificate_card::parse_date(value, form);
                break;
        }
    }

    /// V, F and W are a woman in the languages that cards are written in.
    static std::string sex(std::string_view value) {
        if (value == "M") return "M";
        return value == "F" || value == "V" || value == "W" ? "F" : "X";
    }

    static std::string joined(const std::string& first, const std::string& second) {
        return first.empty() || second.empty() ? first + second : first + " " + second;
    }

    /// A card is no longer valid than the certificate that stands first in its profile.
    void take_from_first_certificate() {
        const trust::Certificate* certificate = paths_.first();
        if (certificate == nullptr) return;
        if (facts_.card_serial.empty()) facts_.card_serial = to_hex(certificate->serial());
        if (facts_.document.expires) return;
        facts_.document.expires = Date{std::chrono::floor<std::chrono::days>(certificate->validity().not_after)};
        facts_.expires_from = "certificate";
    }

    std::string issuer() const {
        if (!card_.profile->country.empty()) return card_.profile->country;
        const trust::Certificate* certificate = paths_.first();
        return certificate == nullptr ? std::string{} : mrz_country(trust::country_of(certificate->issuer()));
    }

    const CertificatePaths& paths_;
    const CardData& card_;
    const SignedFiles& signed_files_;
    CardFacts facts_;
    std::string family_name_;
    std::string given_names_;
};

}  // namespace

CardFacts facts_of(const CertificatePaths& paths, const CardData& card, const SignedFiles& signed_files) {
    return Collector{paths, card, signed_files}.run();
}

std::vector<Check> check_card_document(const CardFacts& facts, const Knowledge& knowledge) {
    std::vector<Check> checks;
    Check expiry{"document.expiry", Result::undetermined, "no_such_date", {}};
    if (const auto& expires = facts.document.expires) {
        const Date today{std::chrono::floor<std::chrono::days>(knowledge.at)};
        const bool expired = *expires < today;
        expiry = {"document.expiry",
                  expired ? Result::failed : Result::passed,
                  expired ? "expired" : "",
                  {{"expires", to_iso(*expires)}, {"today", to_iso(today)}, {"from", facts.expires_from}}};
    }
    checks.push_back(std::move(expiry));
    if (facts.card_serial.empty()) {
        checks.push_back({"document.revocation", Result::not_performed, "no_serial", {}});
    } else if (!knowledge.card_revocation || facts.document.issuer.empty()) {
        checks.push_back({"document.revocation", Result::undetermined, "no_list", {}});
    } else {
        checks.push_back(knowledge.card_revocation(facts.document.issuer, facts.card_serial, knowledge.at,
                                                   knowledge.policy->hot_list_age()));
    }
    return checks;
}

}  // namespace tahvil::daemon
