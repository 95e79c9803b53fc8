#include "crypto/trust/path_revocation.h"

#include <algorithm>
#include <ctime>

#include <openssl/x509v3.h>

#include "crypto/error.h"
#include "crypto/openssl.h"
#include "crypto/trust/revocation.h"

namespace tahvil::trust {

namespace {

Time time_of(const ASN1_TIME* stated) {
    std::tm parts{};
    if (ASN1_TIME_to_tm(stated, &parts) != 1) return {};  // as old as can be
    return Time(std::chrono::seconds(timegm(&parts)));
}

/// What one kind of source says of one certificate.
struct Word {
    Result result = Result::undetermined;
    std::string reason;
    std::optional<Time> as_of = {};
};

Word word_of_lists(const ListEvidence& lists, int place, const PathMaterial& material) {
    const ListEvidence::Found* const found = lists.at(place);
    if (found == nullptr || found->judged.reason == "no_list")
        return {Result::undetermined, material.some_list_left_out ? "list_unusable" : "no_list"};
    return {found->judged.result, found->judged.reason, found->as_of};
}

Word judge_answer(const OcspResponse& response, const OcspAnswer& answer, const Certificate& issuer,
                  const NationalPathInput& input) {
    if (answer.this_update > input.at || !response.signed_for(issuer, input.at))
        return {Result::undetermined, "answer_unusable"};
    if (answer.status == OcspStatus::revoked) return {Result::failed, "revoked", answer.this_update};
    if (answer.status == OcspStatus::unknown) return {Result::undetermined, "answer_unknown"};
    // Without an age limit an answer counts until the next one is promised, and one without a promise is of its second.
    const bool promised = answer.next_update && input.at <= *answer.next_update;
    const bool young = input.revocation_age_limit && answer.this_update >= input.at - *input.revocation_age_limit;
    const bool overdue = answer.next_update && !promised;
    if (overdue || (input.revocation_age_limit ? !young : !promised)) return {Result::undetermined, "answer_too_old"};
    return {Result::passed, {}, answer.this_update};
}

/// The word of the newest answer, where a revoked one outweighs all; nothing where nobody answered.
std::optional<Word> word_of_responders(ByteView issued_der, ByteView issuer_der, const PathMaterial& material,
                                       const NationalPathInput& input) {
    std::optional<Word> best;
    try {
        const Certificate issued = Certificate::parse(issued_der);
        const Certificate issuer = Certificate::parse(issuer_der);
        for (const OcspResponse& response : material.responses) {
            const OcspAnswer* const answer = response.about(issued, issuer);
            if (answer == nullptr) continue;
            Word word = judge_answer(response, *answer, issuer, input);
            const bool better = !best || word.result == Result::failed ||
                                (word.result == Result::passed && best->result == Result::undetermined) ||
                                (word.result == best->result && word.as_of > best->as_of);
            if (better && (!best || best->result != Result::failed)) best = std::move(word);
        }
    } catch (const MalformedData&) {
        // Our own reader refuses what OpenSSL took: no answer is about it.
    }
    return best;
}

Word weigh(Word lists, std::optional<Word> responders) {
    if (!responders || lists.result == Result::failed) return lists;
    if (responders->result == Result::failed) return std::move(*responders);
    if (responders->result != Result::passed)
        return lists.result == Result::passed || lists.reason != "no_list" ? lists : std::move(*responders);
    if (lists.result == Result::passed) responders->as_of = std::max(responders->as_of, lists.as_of);
    return std::move(*responders);
}

}  // namespace

void ListEvidence::object(int place, const Finding& finding) {
    settle(found_[place].judged, finding.result, finding.reason);
}

void ListEvidence::searched(int place, const X509* certificate, const X509_CRL* list, bool last) {
    Time as_of = time_of(X509_CRL_get0_lastUpdate(list));
    const bool delta = X509_CRL_get_ext_by_NID(list, NID_delta_crl, -1) >= 0;
    if (delta && !last) {
        carried_ = certificate;
        carried_to_ = as_of;
        return;
    }
    if (carried_ == certificate) as_of = std::max(as_of, carried_to_);
    carried_ = nullptr;
    Found& found = found_[place];
    found.as_of = std::min(found.as_of.value_or(as_of), as_of);
    if (oldest_ && as_of < *oldest_) settle(found.judged, Result::undetermined, "list_too_old");
}

const ListEvidence::Found* ListEvidence::at(int place) const {
    const auto found = found_.find(place);
    return found == found_.end() ? nullptr : &found->second;
}

void judge_revocation(NationalPath& path, const ListEvidence& lists, const PathMaterial& material,
                      const NationalPathInput& input) {
    Check& check = path.checks[static_cast<std::size_t>(Concern::revocation)];
    const std::size_t anchor = path.chain.size() - 1;
    for (std::size_t place = 0; place < anchor; ++place) {
        const Word word = weigh(word_of_lists(lists, static_cast<int>(place), material),
                                word_of_responders(path.chain[place], path.chain[place + 1], material, input));
        settle(check, word.result, word.reason);
        if (word.as_of) path.revocation_as_of = std::min(path.revocation_as_of.value_or(*word.as_of), *word.as_of);
        if (word.result != Result::passed) check.detail.emplace_back(word.reason, describe(path.chain[place]));
    }
    if (anchor == 0) {  // a certificate that is trusted itself
        const Word word = word_of_lists(lists, 0, material);
        settle(check, word.result, word.reason);
    }
    // An anchor needs no list (RFC 5280, 6.1), but one that has revoked itself is none.
    const ListEvidence::Found* const of_anchor = lists.at(static_cast<int>(anchor));
    if (of_anchor != nullptr && of_anchor->judged.result == Result::failed) {
        settle(check, Result::failed, of_anchor->judged.reason);
        check.detail.emplace_back(of_anchor->judged.reason, describe(path.chain[anchor]));
    }
    if (path.revocation_as_of) check.detail.emplace_back("revocation_as_of", to_text(*path.revocation_as_of));
}

}  // namespace tahvil::trust
