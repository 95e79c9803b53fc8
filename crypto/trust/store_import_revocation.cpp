#include <algorithm>

#include "crypto/error.h"
#include "crypto/trust/name.h"
#include "crypto/trust/store_import.h"
namespace tahvil::trust {

void StoreBuilder::Import::take_revocation_list(const RevocationList& list) {
    list.require_entries();
    const std::string what = list.description();
    if (list.this_update() > options_.at + kClockTolerance) {
        refuse(what, "signed_in_future", "it is of a time to come");
        return;
    }
    if (!has_issuer(list)) {
        refuse(what, "issuer_unknown", "no certificate in the store has signed it");
        return;
    }
    std::vector<Bytes>& lists = builder_.content_.revocation_lists;
    for (Bytes& raw : lists) {
        const RevocationList before = RevocationList::parse(raw);
        if (!trust::same_series(before, list)) continue;
        if (equal(before.raw(), list.raw())) {
            say(Outcome::known, what);
        } else if (goes_back(list, before) && !options_.allow_rollback) {
            refuse(what, "rollback", "the store has " + before.description());
        } else {
            const bool back = goes_back(list, before);
            raw = to_bytes(list.raw());
            say(Outcome::changed, what, back ? "rollback" : "newer");
        }
        return;
    }
    lists.push_back(to_bytes(list.raw()));
    say(Outcome::added, what);
}

bool StoreBuilder::Import::has_issuer(const RevocationList& list) const {
    return std::ranges::any_of(builder_.content_.items, [&](const StoreContent::Item& item) {
        const Certificate issuer = Certificate::parse(item.certificate);
        if (item.status == Status::distrusted || !may_issue(issuer)) return false;
        const bool named = compare_names(issuer.subject(), list.issuer()) != NameMatch::different;
        const bool keyed = !list.authority_key_id().empty() && equal(issuer.subject_key_id(), list.authority_key_id());
        if (!named && !keyed) return false;
        if (issuer.has_key_usage() && !issuer.allows(KeyUsage::crl_sign)) return false;
        return list.signed_by(issuer.public_key());  // which could be used when the certificate came in
    });
}

/// An answer takes the place of an older one about the same certificate; a response of which nothing is left goes.
void StoreBuilder::Import::take_ocsp_response(const OcspResponse& response) {
    const std::string what = response.description();
    const auto& answers = response.answers();
    if (std::ranges::any_of(
            answers, [&](const OcspAnswer& answer) { return answer.this_update > options_.at + kClockTolerance; })) {
        refuse(what, "signed_in_future", "it is of a time to come");
        return;
    }
    if (!is_signed(response)) {
        refuse(what, "issuer_unknown",
               "no issuer in the store has signed it, nor one whom the issuer has delegated by a certificate with "
               "ocsp-nocheck");
        return;
    }
    std::vector<Bytes>& responses = builder_.content_.ocsp_responses;
    const auto newer_in = [](const OcspResponse& other, const OcspAnswer& answer, auto compare) {
        return std::ranges::any_of(other.answers(), [&](const OcspAnswer& one) {
            return equal(one.certificate_id, answer.certificate_id) && compare(one.this_update, answer.this_update);
        });
    };
    for (const Bytes& raw : responses) {
        const OcspResponse before = OcspResponse::parse(raw);
        if (equal(before.raw(), response.raw())) {
            say(Outcome::known, what);
            return;
        }
        const bool back = std::ranges::any_of(
            answers, [&](const OcspAnswer& answer) { return newer_in(before, answer, std::greater<>{}); });
        if (back && !options_.allow_rollback) {
            refuse(what, "rollback", "the store has the " + before.description());
            return;
        }
    }
    const auto replaced = std::erase_if(responses, [&](const Bytes& raw) {
        const OcspResponse before = OcspResponse::parse(raw);
        return std::ranges::all_of(before.answers(), [&](const OcspAnswer& answer) {
            return newer_in(response, answer,
                            [&](Time now, Time then) { return options_.allow_rollback || now >= then; });
        });
    });
    if (responses.size() == kMaxResponses)
        throw LimitExceeded("trust.ocsp_responses", "the trust store has too many OCSP responses",
                            "for many certificates of one issuer, import its revocation list");
    responses.push_back(to_bytes(response.raw()));
    say(replaced > 0 ? Outcome::changed : Outcome::added, what, replaced > 0 ? "newer" : "");
}

bool StoreBuilder::Import::is_signed(const OcspResponse& response) const {
    return std::ranges::any_of(builder_.content_.items, [&](const StoreContent::Item& item) {
        const Certificate issuer = Certificate::parse(item.certificate);
        return item.status != Status::distrusted && may_issue(issuer) && response.is_of(issuer) &&
               response.signed_for(issuer, options_.at);
    });
}

}  // namespace tahvil::trust
