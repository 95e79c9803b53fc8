#include "crypto/trust/signed_data.h"

#include <algorithm>
#include <exception>

#include "crypto/error.h"
#include "crypto/trust/name.h"

namespace tahvil::trust {

namespace {

using asn1::Cursor;
using asn1::Element;
using asn1::Oid;
using asn1::Rules;
using asn1::Tag;

constexpr std::size_t kMaxSigners = 8;
constexpr std::size_t kMaxCertificates = 100'000;  // a list of document signers comes as certificates alone
constexpr unsigned kShortRsa = 2048;               // bits below which a key is called short

const Oid kSignedData("1.2.840.113549.1.7.2");
const Oid kData("1.2.840.113549.1.7.1");
const Oid kContentType("1.2.840.113549.1.9.3");
const Oid kMessageDigest("1.2.840.113549.1.9.4");
const Oid kSigningTime("1.2.840.113549.1.9.5");

[[noreturn]] void malformed(const char* what) {
    throw MalformedData("trust.signed_data", std::string("SignedData: ") + what);
}

/// The one value of an attribute that must have exactly one (RFC 5652, 11.1 to 11.3).
Cursor single_value(Cursor& attribute) {
    const Element values = attribute.read(Tag::set);
    attribute.expect_end();
    Cursor inside = attribute.within(values);
    Cursor one = inside;
    if (inside.at_end()) malformed("a signed attribute without a value");
    inside.read();
    if (!inside.at_end()) malformed("a signed attribute with several values where one is allowed");
    return one;
}

/// A time that can not be read is none: the signature is then an undated one.
std::optional<Time> read_signing_time(Cursor value) {
    try {
        return value.read_time();
    } catch (const MalformedData&) {
        return std::nullopt;
    }
}

/// The SET OF that was signed: the wire bytes under the universal tag (RFC 5652, 5.4).
Bytes header_of_set(std::size_t content_size) {
    const Bytes filler(content_size);
    Bytes header = asn1::element(Tag::set, filler);
    header.resize(header.size() - content_size);
    return header;
}

SignerCheck refused(SignerCheck check, Result result, std::string reason, Details detail = {}) {
    check.result = result;
    check.reason = std::move(reason);
    check.detail.insert(check.detail.end(), detail.begin(), detail.end());
    return check;
}

/// A serial number without the leading zeros that one of two writers may have left out.
ByteView magnitude(ByteView serial) {
    while (serial.size() > 1 && serial[0] == 0) serial = serial.subspan(1);
    return serial;
}

bool is_signers(const Certificate& certificate, const SignerInfo& signer, bool& folded) {
    folded = false;
    if (!signer.key_id.empty()) {
        if (!certificate.subject_key_id().empty()) return equal(certificate.subject_key_id(), signer.key_id);
        return equal(digest(DigestAlgorithm::sha1, certificate.key_bits()), signer.key_id);  // RFC 5280, 4.2.1.2
    }
    if (!equal(magnitude(certificate.serial()), magnitude(signer.serial))) return false;
    const NameMatch match = compare_names(certificate.issuer(), signer.issuer);
    folded = match == NameMatch::folded;
    return match != NameMatch::different;
}

std::optional<Certificate> certificate_of(const SignedData& data, const SignerInfo& signer,
                                          std::span<const Certificate> others, bool& folded) {
    for (const std::span<const Certificate> certificates : {std::span<const Certificate>(data.certificates()), others})
        for (const Certificate& certificate : certificates)
            if (is_signers(certificate, signer, folded)) return certificate;
    folded = false;
    return std::nullopt;
}

}  // namespace

SignedData SignedData::parse(ByteView raw) {
    SignedData data;
    data.departures_ = asn1::departures_from_der(raw);
    Cursor whole(raw, Rules::ber);
    Cursor info = whole.enter(Tag::sequence);
    whole.expect_end();
    if (info.read_oid() != kSignedData) malformed("another content type");
    Cursor wrapped = info.enter(asn1::context_constructed(0));
    info.expect_end();
    Cursor body = wrapped.enter(Tag::sequence);
    wrapped.expect_end();

    data.version_ = body.read_small_integer();
    Cursor digests = body.enter(Tag::set);
    while (!digests.at_end()) {
        if (data.digests_.size() == kMaxSigners) malformed("too many digest algorithms");
        data.digests_.push_back(digests.enter(Tag::sequence).read_oid());
    }
    data.read_content(body.enter(Tag::sequence));
    if (auto certificates = body.enter_if(asn1::context_constructed(0))) data.read_certificates(*certificates);
    if (auto lists = body.enter_if(asn1::context_constructed(1)))
        while (!lists->at_end()) {
            const Element list = lists->read();
            if (list.tag == Tag::sequence) data.revocation_lists_.push_back(list.raw);
        }
    Cursor signers = body.enter(Tag::set);
    while (!signers.at_end()) {
        if (data.signers_.size() == kMaxSigners) malformed("too many signers");
        data.read_signer(signers.enter(Tag::sequence));
    }
    body.expect_end();
    data.judge_versions();
    return data;
}

void SignedData::read_content(Cursor encapsulated) {
    content_type_ = encapsulated.read_oid();
    if (encapsulated.at_end()) return;
    encloses_content_ = true;
    Cursor content = encapsulated.enter(asn1::context_constructed(0));
    encapsulated.expect_end();
    content_ = read_octets(content);
    content.expect_end();
}

void SignedData::attach(ByteView content) {
    if (encloses_content_) malformed("a content where none is expected");
    content_ = content;
}

/// In BER a string may come in pieces, which are put together once and kept.
ByteView SignedData::read_octets(Cursor& cursor) {
    if (cursor.next_is(Tag::octet_string)) return cursor.read_octet_view();
    joined_.push_back(std::make_shared<const Bytes>(cursor.read_octets()));
    return *joined_.back();
}

/// A certificate beside the signer's that can not be read is passed over; the only one is not.
void SignedData::read_certificates(Cursor certificates) {
    std::exception_ptr trouble;
    for (std::size_t count = 0; !certificates.at_end(); ++count) {
        if (count == kMaxCertificates) malformed("too many certificates");
        const Element certificate = certificates.read();
        if (certificate.tag != Tag::sequence) continue;
        try {
            certificates_.push_back(Certificate::parse(certificate.raw));
        } catch (const MalformedData&) {
            trouble = std::current_exception();
        }
    }
    if (trouble && certificates_.empty()) std::rethrow_exception(trouble);
}

void SignedData::read_signer(Cursor signer) {
    SignerInfo info;
    info.version = signer.read_small_integer();
    if (signer.next_is(asn1::context(0))) {
        info.key_id = signer.read().content;
    } else if (auto pieces = signer.enter_if(asn1::context_constructed(0))) {  // in pieces, or tagged once too often
        info.key_id = read_octets(*pieces);
        pieces->expect_end();
    } else {
        Cursor identifier = signer.enter(Tag::sequence);
        info.issuer = identifier.read(Tag::sequence).raw;
        require_name(info.issuer);
        info.serial = identifier.read(Tag::integer).content;
        identifier.expect_end();
    }
    if (info.issuer.empty() && info.key_id.empty()) malformed("a key identifier without octets");
    info.digest_identifier = signer.enter(Tag::sequence).read_oid();
    info.digest = digest_by_oid(info.digest_identifier);
    if (const auto attributes = signer.read_if(asn1::context_constructed(0))) {
        info.has_attributes = true;
        info.attributes = attributes->content;
        read_attributes(info, signer.within(*attributes));
    }
    info.signature_algorithm = signer.read(Tag::sequence).raw;
    info.signature = read_octets(signer);
    static_cast<void>(signer.read_if(asn1::context_constructed(1)));  // unsigned attributes mean nothing here
    signer.expect_end();
    if (std::ranges::find(digests_, info.digest_identifier) == digests_.end())
        note(deviations_, DeviationCode::signed_data_digest_not_listed, info.digest_identifier.dotted());
    signers_.push_back(std::move(info));
}

void SignedData::read_attributes(SignerInfo& info, Cursor attributes) {
    std::vector<Oid> seen;
    ByteView before;
    while (!attributes.at_end()) {
        const Element element = attributes.read(Tag::sequence);
        if (std::ranges::lexicographical_compare(element.raw, before))
            note(deviations_, DeviationCode::signed_data_attributes_order);
        before = element.raw;
        Cursor attribute = attributes.within(element);
        const Oid type = attribute.read_oid();
        if (std::ranges::find(seen, type) != seen.end()) malformed("a signed attribute that is there twice");
        seen.push_back(type);
        if (type == kContentType) {
            info.content_type = single_value(attribute).read_oid();
        } else if (type == kMessageDigest) {
            Cursor value = single_value(attribute);
            info.message_digest = read_octets(value);
        } else if (type == kSigningTime) {
            info.signing_time = read_signing_time(single_value(attribute));
        }
    }
}

void SignedData::judge_versions() {
    // RFC 5652, 5.1 and 5.3
    bool by_key_id = false;
    for (const SignerInfo& signer : signers_) {
        const int expected = signer.key_id.empty() ? 1 : 3;
        by_key_id = by_key_id || expected == 3;
        if (signer.version != expected)
            note(deviations_, DeviationCode::signed_data_version, "SignerInfo " + std::to_string(signer.version));
    }
    const int expected = by_key_id || content_type_ != kData ? 3 : 1;
    if (version_ != expected)
        note(deviations_, DeviationCode::signed_data_version, "SignedData " + std::to_string(version_));
}

SignerCheck verify_signer(const SignedData& data, const SignerInfo& signer, std::span<const Certificate> others) {
    SignerCheck check;
    bool folded = false;
    check.certificate = certificate_of(data, signer, others, folded);
    if (!check.certificate) return refused(std::move(check), Result::undetermined, "signer_certificate_missing");
    const Certificate& certificate = *check.certificate;
    check.detail.emplace_back("signer", certificate.description());
    if (folded) note(check.deviations, DeviationCode::signer_issuer_name_spelling, to_text(signer.issuer));
    if (!signer.key_id.empty()) note(check.deviations, DeviationCode::signer_identified_by_key_id);
    if (!signer.key_id.empty() && certificate.subject_key_id().empty())
        note(check.deviations, DeviationCode::certificate_key_id_missing, "subject key identifier of the signer");

    if (!signer.digest)
        return refused(std::move(check), Result::failed, "digest_algorithm_unknown",
                       {{"digest_algorithm", signer.digest_identifier.dotted()}});
    if (signer.has_attributes) {
        if (signer.content_type != data.content_type())
            return refused(std::move(check), Result::failed, "content_type_mismatch");
        if (!equal(digest(*signer.digest, data.content()), signer.message_digest))
            return refused(std::move(check), Result::failed, "message_digest_mismatch",
                           {{"digest_algorithm", std::string(name(*signer.digest))}});
    } else {
        note(check.deviations, DeviationCode::signed_data_attributes_missing);
    }

    std::optional<PublicKey> key;
    try {
        key = certificate.public_key();
    } catch (const Error& error) {
        return refused(std::move(check), Result::failed, "key_refused",
                       {{"key_error", std::string(error.code())}, {"words", describe(error)}});
    }
    check.detail.emplace_back("key", key->description());
    note_explicit_parameters(check.deviations, *key, "signer");

    const Bytes header = signer.has_attributes ? header_of_set(signer.attributes.size()) : Bytes();
    const ByteView body = signer.has_attributes ? signer.attributes : data.content();
    const std::vector<SignatureAttempt> attempts = signature_attempts(signer.signature_algorithm, *key, signer.digest);
    if (attempts.empty()) return refused(std::move(check), Result::failed, "signature_algorithm_unknown");
    for (const SignatureAttempt& attempt : attempts) {
        if (!verify(*key, attempt.algorithm, {header, body}, signer.signature)) continue;
        check.result = Result::passed;
        check.detail.emplace_back("algorithm", description(attempt.algorithm));
        if (attempt.odd_parameters) note(check.deviations, DeviationCode::signed_data_pss_parameters);
        if (attempt.algorithm.scheme != SignatureScheme::ed25519 && attempt.algorithm.digest != *signer.digest)
            note(check.deviations, DeviationCode::signed_data_algorithm_differs,
                 std::string(name(attempt.algorithm.digest)) + " and " + std::string(name(*signer.digest)));
        note_weakness(check.deviations, attempt.algorithm, *key, "signer");
        if (*signer.digest == DigestAlgorithm::sha1)
            note(check.deviations, DeviationCode::algorithm_sha1, "message digest");
        return check;
    }
    return refused(std::move(check), Result::failed, "signature_invalid",
                   {{"algorithm", description(attempts.front().algorithm)}});
}

void note_weakness(Deviations& deviations, const SignatureAlgorithm& algorithm, const PublicKey& key,
                   const std::string& where) {
    if (algorithm.scheme != SignatureScheme::ed25519 && algorithm.digest == DigestAlgorithm::sha1)
        note(deviations, DeviationCode::algorithm_sha1, "signature of " + where);
    if (key.kind() == KeyKind::rsa && key.bits() < kShortRsa)
        note(deviations, DeviationCode::algorithm_rsa_short, key.description() + ", " + where);
}

void note_explicit_parameters(Deviations& deviations, const PublicKey& key, const std::string& where) {
    if (key.kind() == KeyKind::ec && key.explicit_parameters())
        note(deviations, DeviationCode::certificate_explicit_ec_parameters,
             where + ": equal to " + std::string(name(key.curve())));
}

}  // namespace tahvil::trust
