#include "daemon/check/chip_check.h"

#include <utility>

#include "apdu/access/active_authentication.h"
#include "apdu/access/chip_authentication.h"
#include "apdu/applets/lds/data_groups.h"
#include "apdu/applets/lds/file.h"
#include "apdu/error.h"

namespace tahvil::daemon {

namespace {

constexpr std::string_view kId = "chip.authentication";

Check check(Result result, std::string reason, Details detail = {}) {
    return {std::string{kId}, result, std::move(reason), std::move(detail)};
}

/// What a proof is worth, given where its key stands.
Check judge(bool proved, bool bound, Details detail) {
    if (!proved) return check(Result::failed, "wrong_key", std::move(detail));
    if (!bound) return check(Result::undetermined, "key_not_verified", std::move(detail));
    return check(Result::passed, {}, std::move(detail));
}

/// A chip that does not answer as one does that has the key, has not proved it.
template <typename Prove>
Check judge_answer(bool bound, Details detail, Prove prove) {
    try {
        return judge(prove(), bound, detail);
    } catch (const CardRefused& error) {
        detail.emplace_back("words", error.what());
        return check(Result::failed, "refused_by_card", std::move(detail));
    } catch (const ProtocolViolation& error) {
        if (error.code() == "secure_messaging.violation") return judge(false, bound, std::move(detail));
        detail.emplace_back("words", error.what());
        return check(Result::failed, "malformed_answer", std::move(detail));
    }
}

class ChipChecker {
public:
    ChipChecker(OpenedCard& card, const ChipEvidence& evidence, const Knowledge& knowledge, const RandomSource& random,
                Verdict& verdict)
        : card_(card), evidence_(evidence), knowledge_(knowledge), random_(random), verdict_(verdict) {}

    Check run() {
        const bool mapped = card_.pace && !card_.pace->chip_authentication_data.empty();
        if (mapped && card_.card_security) {
            Check result = by_mapping();
            if (result.result != Result::undetermined) return result;
        }
        if (evidence_.data_group_14 != nullptr) {
            const auto offers = chip_authentication::offers(*evidence_.data_group_14, 1);
            if (!offers.empty() && card_.secure) return by_chip_authentication(offers.front());
            if (!evidence_.data_group_14->chip_authentication_keys.empty() && !evidence_.data_group_15) {
                return check(Result::undetermined, card_.secure ? "no_known_offer" : "no_secure_messaging");
            }
        }
        if (evidence_.data_group_15) return by_active_authentication();
        return without_a_key();
    }

private:
    bool data_groups_verified() const { return evidence_.findings->authentication.authentic(); }

    Check by_mapping() {
        const auto findings = trust::authenticate_card_security(
            *card_.card_security, *knowledge_.trust, {knowledge_.at, knowledge_.policy->revocation_list_age()});
        add_to(verdict_, findings);
        const Details detail{{"method", "chip_authentication_mapping"}, {"key_in", "EF.CardSecurity"}};
        SecurityInfos infos;
        try {
            infos = SecurityInfos::parse(findings.security_infos);
        } catch (const MalformedData&) {
            return check(Result::undetermined, "card_security_malformed", detail);
        }
        bool any = false;
        for (const ChipAuthenticationPublicKeyInfo& info : infos.chip_authentication_keys) {
            try {
                any = true;
                if (card_.pace->party.authenticates(card_.pace->chip_authentication_data, info.key())) {
                    return judge(true, findings.authentic(), detail);
                }
            } catch (const MalformedData&) {
                // A key beyond this program.
            } catch (const CryptoError&) {
                // A key of another group than that of PACE.
            }
        }
        if (!any) return check(Result::undetermined, "no_key", detail);
        return judge(false, findings.authentic(), detail);
    }

    Check by_chip_authentication(const chip_authentication::Offer& offer) {
        if (offer.protocol.cipher == CipherAlgorithm::two_key_triple_des) {
            note(verdict_.deviations, DeviationCode::algorithm_triple_des, "chip authentication");
        }
        return judge_answer(
            data_groups_verified(),
            {{"method", "chip_authentication"},
             {"protocol", chip_authentication::description(offer.protocol)},
             {"key", offer.key.description()},
             {"key_in", "EF.DG14"}},
            [&] {
                card_.ephemeral_key =
                    chip_authentication::authenticate(*card_.secure, offer, random_).compressed_public_key();
                // Only a chip with the key can protect what comes next.
                const std::uint8_t file = lds::entry(lds::File::security_object).short_identifier;
                card_.secure->require(Command::read_binary_short(file, 0, 1), "READ BINARY of EF.SOD");
                return true;
            });
    }

    Check by_active_authentication() {
        Details detail{{"method", "active_authentication"}, {"key_in", "EF.DG15"}};
        std::optional<PublicKey> key;
        try {
            key = PublicKey::from_spki(lds::parse_dg15(*evidence_.data_group_15));
        } catch (const MalformedData& error) {
            detail.emplace_back("words", error.what());
            return check(Result::undetermined, "unknown_key", std::move(detail));
        }
        detail.emplace_back("key", key->description());
        std::optional<DigestAlgorithm> stated;
        if (evidence_.data_group_14 != nullptr) {
            stated = active_authentication::stated_digest(*evidence_.data_group_14);
        }
        return judge_answer(data_groups_verified(), std::move(detail), [&] {
            const auto proof = active_authentication::authenticate(card_.channel(), *key, stated, random_);
            if (proof) note_departures(*proof, stated.has_value());
            return proof.has_value();
        });
    }

    void note_departures(const active_authentication::Proof& proof, bool stated) {
        using active_authentication::SignatureForm;
        if (proof.form == SignatureForm::der) note(verdict_.deviations, DeviationCode::chip_signature_encoding);
        if (proof.form != SignatureForm::recoverable && !stated) {
            note(verdict_.deviations, DeviationCode::chip_digest_not_stated, std::string{name(proof.digest)});
        }
        if (proof.digest == DigestAlgorithm::sha1) {
            note(verdict_.deviations, DeviationCode::algorithm_sha1, "active authentication");
        }
    }

    /// The card has no key that this program knows of: whether it lacks one, only signed data can say.
    Check without_a_key() {
        const auto& authentication = evidence_.findings->authentication;
        if (!authentication.lds) return check(Result::undetermined, "security_object_not_read");
        const bool lists_14 = authentication.lds->hashes.contains(14);
        const bool lists_15 = authentication.lds->hashes.contains(15);
        if (lists_15 || (lists_14 && evidence_.data_group_14 == nullptr)) {
            return check(Result::undetermined, "key_not_authentic");
        }
        if (!authentication.authentic()) return check(Result::undetermined, "security_object_not_verified");
        return check(Result::not_supported, "no_key_in_signed_data");
    }

    OpenedCard& card_;
    const ChipEvidence& evidence_;
    const Knowledge& knowledge_;
    const RandomSource& random_;
    Verdict& verdict_;
};

}  // namespace

void authenticate_chip(OpenedCard& card, const ChipEvidence& evidence, const Knowledge& knowledge,
                       const RandomSource& random, Verdict& verdict) {
    Check result = ChipChecker{card, evidence, knowledge, random, verdict}.run();
    verdict.checks.push_back(std::move(result));
}

}  // namespace tahvil::daemon
