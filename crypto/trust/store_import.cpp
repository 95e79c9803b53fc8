#include "crypto/trust/store_import.h"

#include <algorithm>

#include "crypto/digest.h"
#include "crypto/error.h"
#include "crypto/trust/signed_data.h"
#include "crypto/trust/text_formats.h"
namespace tahvil::trust {

using asn1::Cursor;
using asn1::Oid;
using asn1::Rules;
using asn1::Tag;

ImportReport StoreBuilder::Import::run(ByteView file) {
    if (file.empty())
        refuse(options_.file, "empty", "the file is empty");
    else if (file[0] == 0x30)
        take_der(file);
    else if (looks_like_pem(file))
        take_pem(file);
    else if (looks_like_ldif(file))
        take_ldif(file);
    else
        refuse(options_.file, "unknown_format", "neither DER, PEM nor LDIF");
    return std::move(report_);
}

void StoreBuilder::Import::refuse(std::string what, std::string reason, std::string words) {
    report_.items.push_back({Outcome::refused, std::move(what), std::move(reason), std::move(words)});
}

void StoreBuilder::Import::say(Outcome outcome, const std::string& what, std::string reason, std::string words) {
    report_.items.push_back({outcome, what, std::move(reason), std::move(words)});
    if (outcome != Outcome::known) builder_.changed_ = true;
}

void StoreBuilder::Import::take_der(ByteView file) {
    try {
        Cursor inside = Cursor(file, Rules::ber).enter(Tag::sequence);
        if (inside.next_is(Tag::object_identifier))
            take_signed_data(file);
        else if (inside.next_is(Tag::enumerated))
            take_ocsp_response(OcspResponse::parse(file));
        else if (is_revocation_list(inside))
            take_revocation_list(RevocationList::parse(file));
        else
            take_certificate(file);
    } catch (const MalformedData& error) {
        refuse(options_.file, "malformed", error.what());
    }
}

bool StoreBuilder::Import::is_revocation_list(Cursor outer) {
    Cursor tbs = outer.enter(Tag::sequence);
    static_cast<void>(tbs.read_if(Tag::integer));
    if (!tbs.read_if(Tag::sequence)) return false;
    return tbs.next_is(Tag::sequence);
}

void StoreBuilder::Import::take_pem(ByteView file) {
    try {
        for (const PemBlock& block : read_pem(file)) {
            if (block.label == "CERTIFICATE" || block.label == "X509 CRL" || block.label == "CMS" ||
                block.label == "PKCS7")
                take_der(block.content);
            else
                refuse(options_.file, "unknown_format", "a PEM block of the kind " + block.label);
        }
    } catch (const MalformedData& error) {
        refuse(options_.file, "malformed", error.what());
    }
}

void StoreBuilder::Import::take_ldif(ByteView file) {
    try {
        for (const LdifValue& value : read_ldif(file)) {
            if (value.attribute == "usercertificate" || value.attribute == "cacertificate") {
                take_plain_certificate(value.content);
            } else if (value.attribute == "certificaterevocationlist" || value.attribute == "cscamasterlistdata" ||
                       value.attribute == "pkdmasterlistcontent") {
                take_der(value.content);
            }
        }
    } catch (const MalformedData& error) {
        refuse(options_.file, "malformed", error.what());
    }
}

void StoreBuilder::Import::take_signed_data(ByteView file) {
    static const Oid data_type("1.2.840.113549.1.7.1");
    const SignedData data = SignedData::parse(file);
    if (data.content_type() == master_list_content_type()) {
        take_master_list(file);
    } else if (data.content_type() == data_type && data.content().empty() && data.signers().empty()) {
        for (const Certificate& certificate : data.certificates()) take_certificate(certificate.raw());
        for (const ByteView list : data.revocation_lists()) take_revocation_list(RevocationList::parse(list));
    } else {
        refuse(options_.file, "unknown_format", "signed content of the type " + data.content_type().dotted());
    }
}

void StoreBuilder::Import::take_certificate(ByteView raw) {
    const Certificate certificate = Certificate::parse(raw);
    if (!certificate.self_issued()) {
        if (options_.pin)
            refuse(certificate.description(), "not_a_root", "only a certificate that signs itself can be pinned");
        else
            take_plain_certificate(raw);
        return;
    }
    if (!usable(certificate)) return;
    if (!may_issue(certificate)) {
        refuse(certificate.description(), "not_an_issuer", "it signs itself and is not allowed to issue certificates");
        return;
    }
    if (!signed_by(certificate, certificate.public_key())) {
        refuse(certificate.description(), "self_signature_invalid", "it is not signed by its own key");
        return;
    }
    const Purposes purposes = options_.pin ? Purposes{Purpose::master_lists} : options_.purposes;
    Source source = new_source(options_.pin ? SourceKind::pinned_root : SourceKind::operator_file, raw);
    source.country = certificate.country();
    vouch(certificate, purposes, source);
}

void StoreBuilder::Import::take_plain_certificate(ByteView raw) {
    try {
        const Certificate certificate = Certificate::parse(raw);
        if (!usable(certificate)) return;
        if (builder_.find(raw) != kNowhere) {
            say(Outcome::known, certificate.description());
            return;
        }
        builder_.add(raw, Status::certificate);
        say(Outcome::added, certificate.description());
    } catch (const MalformedData& error) {
        refuse("a certificate of " + options_.file, "malformed", error.what());
    }
}

bool StoreBuilder::Import::may_issue(const Certificate& certificate) {
    const bool signs = certificate.has_key_usage() && certificate.allows(KeyUsage::certificate_sign);
    const auto& constraints = certificate.basic_constraints();
    return constraints ? constraints->authority && (signs || !certificate.has_key_usage()) : signs;
}

bool StoreBuilder::Import::usable(const Certificate& certificate) {
    if (builder_.find(certificate.raw()) != kNowhere) return true;  // was looked at when it came in
    try {
        static_cast<void>(certificate.public_key());
        return true;
    } catch (const Error& error) {
        refuse(certificate.description(), std::string(error.code()), error.what());
        return false;
    }
}

void StoreBuilder::Import::vouch(const Certificate& certificate, Purposes purposes, const Source& source) {
    const std::size_t at = builder_.find(certificate.raw());
    if (at == kNowhere) {
        StoreContent::Item& item = item_at(builder_.add(certificate.raw(), Status::trusted));
        item.purposes = purposes;
        item.sources.push_back(index_of(source));
        say(Outcome::added, certificate.description());
        return;
    }
    StoreContent::Item& item = item_at(at);
    Purposes all = item.purposes;
    all.add(purposes);
    const bool promoted = item.status == Status::certificate || item.status == Status::questioned;
    if (all == item.purposes && !promoted) {
        say(Outcome::known, certificate.description());
        return;
    }
    add_unique(item.sources, index_of(source));
    item.purposes = all;
    if (promoted) item.status = Status::trusted;
    say(Outcome::changed, certificate.description(), promoted ? "trusted" : "purposes");
}

Source StoreBuilder::Import::new_source(SourceKind kind, ByteView content) const {
    Source source;
    source.kind = kind;
    source.file = options_.file;
    source.digest = digest(DigestAlgorithm::sha256, content);
    source.imported_at = options_.at;
    return source;
}

std::uint16_t StoreBuilder::Import::index_of(const Source& source) {
    std::vector<Source>& sources = builder_.content_.sources;
    for (std::size_t i = 0; i < sources.size(); ++i)
        if (sources[i].kind == source.kind && sources[i].digest == source.digest) return static_cast<std::uint16_t>(i);
    if (sources.size() == kMaxSources) throw LimitExceeded("trust.sources", "the trust store has too many sources");
    sources.push_back(source);
    return static_cast<std::uint16_t>(sources.size() - 1);
}

void StoreBuilder::Import::add_unique(std::vector<std::uint16_t>& sources, std::uint16_t source) {
    if (std::ranges::find(sources, source) == sources.end()) sources.push_back(source);
}

}  // namespace tahvil::trust
