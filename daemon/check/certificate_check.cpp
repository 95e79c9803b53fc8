#include "daemon/check/certificate_check.h"

#include <algorithm>
#include <array>

#include "crypto/error.h"
#include "crypto/trust/name.h"
#include "crypto/trust/signed_data.h"

namespace tahvil::daemon {

namespace {

constexpr std::array<std::string_view, 4> kChecks{"certificate_path.signature", "certificate_path.chain",
                                                  "certificate_path.validity", "certificate_path.revocation"};

/// How far a result is from passed.
int badness(Result result) {
    switch (result) {
        case Result::failed:
            return 4;
        case Result::aborted:
            return 3;
        case Result::undetermined:
            return 2;
        case Result::not_performed:
        case Result::not_supported:
            return 1;
        case Result::passed:
            return 0;
    }
    return 3;
}

}  // namespace

void CertificatePaths::add(const std::string& name, Bytes certificate) {
    const trust::Certificate parsed = trust::Certificate::parse(certificate);
    const std::vector<ByteView> issuers(issuers_.begin(), issuers_.end());
    trust::NationalPath path = trust::verify_national_path(certificate, issuers, *knowledge_.trust, knowledge_.at,
                                                           knowledge_.policy->revocation_list_age());
    // The bytes keep their place when they are moved.
    entries_.push_back(std::make_unique<const Entry>(Entry{name, std::move(certificate), parsed, std::move(path)}));
}

const CertificatePaths::Entry* CertificatePaths::entry(std::string_view name) const {
    const auto found = std::ranges::find_if(entries_, [name](const auto& one) { return one->name == name; });
    return found == entries_.end() ? nullptr : found->get();
}

const trust::Certificate* CertificatePaths::find(std::string_view name) const {
    const Entry* found = entry(name);
    return found == nullptr ? nullptr : &found->certificate;
}

const trust::Certificate* CertificatePaths::first() const {
    return entries_.empty() ? nullptr : &entries_.front()->certificate;
}

bool CertificatePaths::authentic(std::string_view name) const {
    const Entry* found = entry(name);
    return found != nullptr && found->path.authentic_without_revocation();
}

std::vector<Check> CertificatePaths::checks() const {
    std::vector<Check> merged;
    for (const std::string_view id : kChecks) {
        Check worst{std::string{id}, Result::not_performed, "no_certificate", {}};
        const Entry* of = nullptr;
        for (const auto& one : entries_) {
            const Check* check = tahvil::find(one->path.checks, id);
            if (check == nullptr || (of != nullptr && badness(check->result) <= badness(worst.result))) continue;
            worst = *check;
            of = one.get();
        }
        if (of != nullptr) worst.detail.emplace_back("certificate", of->name);
        if (entries_.size() > 1) worst.detail.emplace_back("certificates", std::to_string(entries_.size()));
        merged.push_back(std::move(worst));
    }
    return merged;
}

TrustFacts CertificatePaths::trust() const {
    TrustFacts facts;
    for (const auto& one : entries_) {
        if (facts.anchor.empty()) facts.anchor = one->path.anchor;
        if (const auto& as_of = one->path.revocation_as_of)
            facts.revocation_as_of = std::min(facts.revocation_as_of.value_or(*as_of), *as_of);
        for (const Bytes& link : one->path.chain) {
            // What a sample vouches for is one, whichever link of the path says so.
            if (trust::names_a_specimen(trust::Certificate::parse(link).subject())) facts.specimen = true;
        }
    }
    return facts;
}

Deviations CertificatePaths::deviations() const {
    Deviations deviations;
    for (const auto& one : entries_) {
        note(deviations, one->path.deviations);
        note(deviations, one->certificate.deviations());
        try {
            const PublicKey key = one->certificate.public_key();
            trust::note_explicit_parameters(deviations, key, one->name);
            SignatureAlgorithm algorithm;
            // The strength of the issuer's signature; whether it holds is the path's business.
            asn1::Cursor cursor(one->certificate.signature_algorithm());
            algorithm = read_signature_algorithm(cursor);
            trust::note_weakness(deviations, algorithm, key, one->name);
        } catch (const MalformedData&) {
            // Then the path can not have passed.
        }
    }
    return deviations;
}

}  // namespace tahvil::daemon
