#include "crypto/trust/passive_authentication.h"

#include <algorithm>
#include <functional>

#include <gtest/gtest.h>

#include "tests/unit/crypto/trust/specimen.h"

namespace tahvil::trust {
namespace {

using specimen::kNow;

const std::map<int, Bytes> kGroups{{1, from_hex("61 03 5F 1F 00")}, {2, from_hex("75 02 7F 61")}};
const StatedByCom kCom{"0107", {1, 2}, {}};

LdsFiles files_of(const Bytes& security_object, const std::map<int, Bytes>& groups = kGroups) {
    LdsFiles files{security_object, std::nullopt, {}};
    for (const auto& [number, content] : groups) files.data_groups.emplace(number, content);
    return files;
}

const Check& check_of(const PassiveAuthentication& result, std::string_view part) {
    const Check* check = find(result.checks, "passive_authentication." + std::string(part));
    if (check == nullptr) throw std::logic_error("a check is missing");
    return *check;
}

std::string outcome(const PassiveAuthentication& result, std::string_view part) {
    const Check& check = check_of(result, part);
    return std::string(name(check.result)) + (check.reason.empty() ? "" : " " + check.reason);
}

constexpr auto kConstructedOctets = static_cast<asn1::Tag>(0x24);

Bytes indefinite(asn1::Tag tag, ByteView content) {
    return concat({Bytes{static_cast<std::uint8_t>(tag), 0x80}, content, Bytes{0, 0}});
}

Bytes pieces_of(ByteView octets) {
    const std::size_t half = octets.size() / 2;
    const Bytes second = indefinite(kConstructedOctets, asn1::octet_string(octets.subspan(half)));
    return indefinite(kConstructedOctets, concat({asn1::octet_string(octets.first(half)), second}));
}

/// One level of an encoding written anew: what is constructed by `inside`, octet strings in pieces of pieces.
template <typename Inside>
Bytes each_element(ByteView content, Inside inside) {
    Bytes out;
    for (asn1::Cursor cursor(content); !cursor.at_end();) append(out, inside(cursor.read()));
    return out;
}

/// The same EF.SOD in BER: indefinite lengths all over, strings in pieces, but for what was signed as it stands:
/// certificates and signed attributes.
Bytes in_pieces(ByteView security_object) {
    std::function<Bytes(const asn1::Element&, int)> write = [&](const asn1::Element& element, int depth) -> Bytes {
        if (element.tag == asn1::Tag::octet_string) return pieces_of(element.content);
        if (element.tag == asn1::context(0))
            return indefinite(asn1::context_constructed(0), asn1::octet_string(element.content));
        // 77 { SEQUENCE { OID, [0] { SEQUENCE { ..., [0] certificates, SET { SEQUENCE { ..., [0] attributes
        const bool signed_part = element.tag == asn1::context_constructed(0) && (depth == 4 || depth == 6);
        if (!asn1::is_constructed(element.tag) || signed_part) return to_bytes(element.raw);
        return indefinite(element.tag, each_element(element.content, [&](const asn1::Element& inner) {
                              return write(inner, depth + 1);
                          }));
    };
    return each_element(security_object, [&](const asn1::Element& whole) { return write(whole, 0); });
}

/// The encoding with an element (whole) put in place of another, and all lengths around it set right.
Bytes rewritten(ByteView der, ByteView from, ByteView to, int limit = 100) {
    std::function<Bytes(const asn1::Element&)> write = [&](const asn1::Element& element) -> Bytes {
        if (limit > 0 && equal(element.raw, from)) {
            --limit;
            return to_bytes(to);
        }
        // Two neighbours may be meant: issuer and serial number.
        if (limit > 0 && element.content.size() == from.size() && equal(element.content, from)) {
            --limit;
            return asn1::element(element.tag, to);
        }
        if (!asn1::is_constructed(element.tag)) return to_bytes(element.raw);
        return asn1::element(element.tag, each_element(element.content, write));
    };
    return each_element(der, write);
}

class PassiveAuthenticationTest : public testing::Test {
protected:
    PassiveAuthentication run(const Bytes& security_object, const std::map<int, Bytes>& groups = kGroups,
                              Time at = kNow) const {
        return authenticate(files_of(security_object, groups), *store, {at, std::nullopt});
    }

    /// A document with one departure must be accepted with that deviation and no other.
    void expect_tolerated(const Bytes& security_object, DeviationCode code, const TrustStore& in) const {
        const PassiveAuthentication result = authenticate(files_of(security_object), in, {kNow, std::nullopt});
        EXPECT_TRUE(result.authentic()) << name(code) << ": " << outcome(result, "signature") << ", "
                                        << outcome(result, "chain");
        ASSERT_EQ(result.deviations.size(), 1U) << name(code);
        EXPECT_EQ(result.deviations[0].code, code) << name(result.deviations[0].code);
    }
    void expect_tolerated(const Bytes& security_object, DeviationCode code) const {
        expect_tolerated(security_object, code, *store);
    }

    /// A document whose signer was made from the template must be accepted with one deviation.
    void expect_signer_tolerated(const CertificateTemplate& what, DeviationCode code) const {
        const CertifiedKey other = issue(what, PrivateKey::generate_ec(Curve::brainpool_p256r1), issuer);
        expect_tolerated(sign_security_object(kGroups, other), code);
    }

    CertifiedKey issuer = specimen::country_signer();
    CertifiedKey signer = specimen::document_signer(issuer);
    Bytes lds_ = lds_security_object(kGroups);
    std::shared_ptr<const TrustStore> store = specimen::store_of({issuer.certificate});
};

TEST_F(PassiveAuthenticationTest, PassesAGenuineDocumentDownToTheAnchor) {
    SecurityObjectOptions options;
    options.signing_time = specimen::at(2025);
    const Bytes object = sign_security_object(kGroups, signer, options);
    LdsFiles files = files_of(object);
    files.com = kCom;
    const PassiveAuthentication result = authenticate(files, *store, {kNow, std::nullopt});
    EXPECT_TRUE(result.authentic());
    EXPECT_EQ(result.checks.size(), 7U);
    EXPECT_EQ(outcome(result, "com_consistent"), "passed");
    EXPECT_EQ(outcome(result, "revocation"), "undetermined no_list");
    EXPECT_EQ(result.deviations, Deviations());
    EXPECT_EQ(result.matching, (std::set<int>{1, 2}));
    EXPECT_EQ(result.trust.anchor, issuer.parsed().description());
    EXPECT_EQ(result.trust.anchor_country, "UT");
    EXPECT_TRUE(result.trust.specimen);
    EXPECT_EQ(result.trust.trust_version, 1U);
}

TEST_F(PassiveAuthenticationTest, LeavesTheChainOpenWithAnEmptyStore) {
    const Bytes object = sign_security_object(kGroups, signer);
    const PassiveAuthentication result = authenticate(files_of(object), *TrustStore::empty(), {kNow, std::nullopt});
    EXPECT_EQ(outcome(result, "signature"), "passed");
    EXPECT_EQ(outcome(result, "chain"), "undetermined issuer_unknown");
    EXPECT_FALSE(result.authentic());
}

TEST_F(PassiveAuthenticationTest, FindsAChangedByteOfADataGroup) {
    std::map<int, Bytes> groups = kGroups;
    groups[2].back() ^= 1U;
    const PassiveAuthentication result = run(sign_security_object(kGroups, signer), groups);
    EXPECT_EQ(outcome(result, "data_group_hashes"), "failed hash_mismatch");
    EXPECT_EQ(detail(check_of(result, "data_group_hashes"), "dg2"), "mismatch");
    EXPECT_EQ(result.matching, (std::set<int>{1}));
}

TEST_F(PassiveAuthenticationTest, NamesAGroupThatIsNotCovered) {
    std::map<int, Bytes> groups = kGroups;
    groups[4] = from_hex("76 00");
    const PassiveAuthentication result = run(sign_security_object(kGroups, signer), groups);
    EXPECT_EQ(outcome(result, "data_group_hashes"), "passed");
    EXPECT_EQ(detail(check_of(result, "data_group_hashes"), "dg4"), "not_covered");
    EXPECT_TRUE(contains(result.deviations, DeviationCode::data_group_not_covered));
    EXPECT_FALSE(result.matching.contains(4));
}

TEST_F(PassiveAuthenticationTest, ReportsAComThatDisagrees) {
    const Bytes object = sign_security_object({{1, kGroups.at(1)}}, signer);
    LdsFiles files = files_of(object);
    files.com = kCom;
    PassiveAuthentication result = authenticate(files, *store, {kNow, std::nullopt});
    EXPECT_EQ(outcome(result, "com_consistent"), "passed");
    EXPECT_TRUE(contains(result.deviations, DeviationCode::com_disagrees));
    files.com->trouble = "EF.COM: no such file";
    result = authenticate(files, *store, {kNow, std::nullopt});
    EXPECT_EQ(outcome(result, "com_consistent"), "undetermined malformed");
}

// The departures of real documents, one by one.

TEST_F(PassiveAuthenticationTest, ToleratesExplicitParametersOfTheSigner) {
    CertificateTemplate what = specimen::document_signer_template();
    what.explicit_ec_parameters = true;
    expect_signer_tolerated(what, DeviationCode::certificate_explicit_ec_parameters);
}

TEST_F(PassiveAuthenticationTest, ToleratesExplicitParametersOfTheIssuer) {
    CertificateTemplate what = CertificateTemplate::country_signer(specimen::issuer_name(), specimen::kIssuerValidity);
    what.explicit_ec_parameters = true;
    const CertifiedKey other = issue_self_signed(what, PrivateKey::generate_ec(Curve::brainpool_p384r1));
    expect_tolerated(sign_security_object(kGroups, specimen::document_signer(other)),
                     DeviationCode::certificate_explicit_ec_parameters, *specimen::store_of({other.certificate}));
}

TEST_F(PassiveAuthenticationTest, ToleratesASignerIssuerWrittenInAnotherOrderAndType) {
    SecurityObjectOptions options;
    options.signer_issuer = NameWriter()
                                .attribute(asn1::Oid("2.5.4.3"), asn1::Tag::printable_string, "csca  of UT")
                                .organization("SPECIMEN")
                                .country("UT")
                                .der();
    expect_tolerated(sign_security_object(kGroups, signer, options), DeviationCode::signer_issuer_name_spelling);
}

TEST_F(PassiveAuthenticationTest, ToleratesAnIssuerNameSpelledOtherwise) {
    CertificateTemplate what = specimen::document_signer_template();
    what.issuer = NameWriter().common_name("CSCA of UT").country("UT").organization("Specimen").der();
    expect_signer_tolerated(what, DeviationCode::certificate_issuer_name_spelling);
}

TEST_F(PassiveAuthenticationTest, ToleratesAnotherIssuerNameOfTheCountryWithTheRightKey) {
    CertificateTemplate what = specimen::document_signer_template();
    what.issuer = NameWriter().country("UT").common_name("Old name").der();
    expect_signer_tolerated(what, DeviationCode::certificate_issuer_name_differs);
}

TEST_F(PassiveAuthenticationTest, ToleratesMissingAndWrongKeyIdentifiers) {
    CertificateTemplate what = specimen::document_signer_template();
    what.with_authority_key_id = false;
    expect_signer_tolerated(what, DeviationCode::certificate_key_id_missing);
    what.with_authority_key_id = true;
    what.authority_key_id = from_hex("00 01 02");
    expect_signer_tolerated(what, DeviationCode::certificate_authority_key_id_mismatch);
}

TEST_F(PassiveAuthenticationTest, ToleratesASignerWithoutKeyUsage) {
    CertificateTemplate what = specimen::document_signer_template();
    what.key_usage.clear();
    expect_signer_tolerated(what, DeviationCode::certificate_key_usage_missing);
}

TEST_F(PassiveAuthenticationTest, ToleratesAnIssuerWithoutBasicConstraints) {
    CertificateTemplate what = CertificateTemplate::country_signer(specimen::issuer_name(), specimen::kIssuerValidity);
    what.basic_constraints.reset();
    const CertifiedKey other = issue_self_signed(what, PrivateKey::generate_ec(Curve::secp256r1));
    expect_tolerated(sign_security_object(kGroups, specimen::document_signer(other)),
                     DeviationCode::certificate_basic_constraints_missing, *specimen::store_of({other.certificate}));
}

TEST_F(PassiveAuthenticationTest, ToleratesIndefiniteLengthsAndStringsInPieces) {
    SecurityObjectOptions options;
    options.indefinite_length = true;
    const PassiveAuthentication result = run(sign_security_object(kGroups, signer, options));
    EXPECT_TRUE(result.authentic());
    ASSERT_EQ(result.deviations.size(), 2U);
    for (const Deviation& deviation : result.deviations)
        EXPECT_EQ(deviation.code, DeviationCode::security_object_encoding);
}

TEST_F(PassiveAuthenticationTest, ToleratesBerWhereverItMayStand) {
    SecurityObjectOptions options;
    options.signing_time = specimen::at(2025);
    for (const bool by_key_id : {false, true}) {
        options.by_key_id = by_key_id;
        const Bytes object = sign_security_object(kGroups, signer, options);
        const PassiveAuthentication result = run(in_pieces(object));
        EXPECT_TRUE(result.authentic()) << outcome(result, "structure") << ", " << outcome(result, "signature");
        EXPECT_EQ(result.trust.signing_time, specimen::at(2025));
        EXPECT_TRUE(contains(result.deviations, DeviationCode::security_object_encoding));
    }
}

TEST_F(PassiveAuthenticationTest, RefusesAChangedByteInPieces) {
    const Bytes object = in_pieces(sign_security_object(kGroups, signer));
    const Bytes hash = digest(DigestAlgorithm::sha256, kGroups.at(1));
    // The hash may be split: its halves are looked for.
    const auto place = std::search(object.begin(), object.end(), hash.begin(), hash.begin() + 4);
    ASSERT_NE(place, object.end());
    Bytes changed = object;
    changed[static_cast<std::size_t>(place - object.begin())] ^= 1U;
    EXPECT_FALSE(run(changed).authentic());
}

TEST_F(PassiveAuthenticationTest, ToleratesAKeyIdentifierTaggedTwice) {
    SecurityObjectOptions options;
    options.by_key_id = true;
    Bytes object = sign_security_object(kGroups, signer, options);
    const Bytes once = asn1::element(asn1::context(0), signer.parsed().subject_key_id());
    const Bytes twice =
        asn1::element(asn1::context_constructed(0), asn1::octet_string(signer.parsed().subject_key_id()));
    EXPECT_TRUE(run(rewritten(object, once, twice)).authentic());
}

TEST_F(PassiveAuthenticationTest, ToleratesASerialNumberWithoutItsLeadingZero) {
    CertificateTemplate what = specimen::document_signer_template();
    what.serial = from_hex("9F 01");
    const CertifiedKey other = issue(what, PrivateKey::generate_ec(Curve::secp256r1), issuer);
    SecurityObjectOptions options;
    const Bytes object = sign_security_object(kGroups, other, options);
    const Bytes identifier = concat({other.parsed().issuer(), from_hex("02 03 00 9F 01")});
    const Bytes shorter = concat({other.parsed().issuer(), from_hex("02 02 9F 01")});
    EXPECT_TRUE(run(rewritten(object, identifier, shorter)).authentic());
}

TEST_F(PassiveAuthenticationTest, FindsTheSignerAmongSeveralCertificates) {
    SecurityObjectOptions options;
    const CertifiedKey another = specimen::document_signer(specimen::country_signer("XA"), "XA");
    options.further_certificates = {another.certificate, issuer.certificate, from_hex("30 03 02 01 05")};
    const PassiveAuthentication result = run(sign_security_object(kGroups, signer, options));
    EXPECT_TRUE(result.authentic());
    EXPECT_EQ(result.deviations, Deviations());
}

TEST_F(PassiveAuthenticationTest, TriesIssuersOfOneNameInTurn) {
    const auto named = [](Curve curve) {
        CertificateTemplate what =
            CertificateTemplate::country_signer(specimen::issuer_name(), specimen::kIssuerValidity);
        what.with_subject_key_id = false;
        return issue_self_signed(what, PrivateKey::generate_ec(curve));
    };
    std::vector<CertifiedKey> issuers;
    std::vector<Bytes> anchors;
    for (const Curve curve : {Curve::secp256r1, Curve::brainpool_p256r1, Curve::secp384r1}) {
        issuers.push_back(named(curve));
        anchors.push_back(issuers.back().certificate);
    }
    const auto all = specimen::store_of(anchors);
    for (const CertifiedKey& each : issuers) {
        CertificateTemplate what = specimen::document_signer_template();
        what.with_authority_key_id = false;
        const CertifiedKey own = issue(what, PrivateKey::generate_ec(Curve::secp256r1), each);
        expect_tolerated(sign_security_object(kGroups, own), DeviationCode::certificate_key_id_missing, *all);
    }
}

TEST_F(PassiveAuthenticationTest, ToleratesACountryInThreeLetters) {
    CertificateTemplate what = specimen::document_signer_template();
    what.subject = NameWriter().country("UTO").common_name("Document Signer").der();
    expect_signer_tolerated(what, DeviationCode::certificate_country_spelling);
}

TEST_F(PassiveAuthenticationTest, ComparesCountriesWithoutCase) {
    CertificateTemplate what = specimen::document_signer_template();
    what.subject = NameWriter().country("ut").common_name("Document Signer").der();
    const CertifiedKey other = issue(what, PrivateKey::generate_ec(Curve::secp256r1), issuer);
    EXPECT_TRUE(run(sign_security_object(kGroups, other)).authentic());
}

TEST_F(PassiveAuthenticationTest, ToleratesNamesInEveryTypeOfString) {
    const auto spelled = [](asn1::Tag type, std::string_view organization) {
        return NameWriter()
            .country("UT")
            .attribute(asn1::Oid("2.5.4.10"), type, organization)
            .common_name("CSCA of UT")
            .der();
    };
    using namespace std::string_view_literals;
    const Bytes names[] = {
        spelled(asn1::Tag::utf8_string, "Sp\u00E9cimen"),
        spelled(asn1::Tag::t61_string,
                "Sp\xE9"
                "cimen"sv),
        spelled(asn1::Tag::bmp_string, "\0S\0p\0\xE9\0c\0i\0m\0e\0n"sv),
        spelled(asn1::Tag::universal_string, "\0\0\0S\0\0\0p\0\0\0\xE9\0\0\0c\0\0\0i\0\0\0m\0\0\0e\0\0\0n"sv),
    };
    const CertifiedKey named =
        issue_self_signed(CertificateTemplate::country_signer(names[0], specimen::kIssuerValidity),
                          PrivateKey::generate_ec(Curve::brainpool_p256r1));
    const auto anchors = specimen::store_of({named.certificate});
    for (const Bytes& name : names) {
        SecurityObjectOptions options;
        options.signer_issuer = name;
        const PassiveAuthentication result =
            authenticate(files_of(sign_security_object(kGroups, specimen::document_signer(named), options)), *anchors,
                         {kNow, std::nullopt});
        EXPECT_TRUE(result.authentic()) << to_text(name) << outcome(result, "signature");
    }
}

TEST_F(PassiveAuthenticationTest, LeavesUnknownDataGroupsAside) {
    std::map<int, Bytes> groups = kGroups;
    groups[17] = from_hex("71 00");
    const PassiveAuthentication result = run(sign_security_object(groups, signer));
    EXPECT_TRUE(result.authentic());
    EXPECT_TRUE(contains(result.deviations, DeviationCode::security_object_unknown_data_group));
    EXPECT_FALSE(result.lds->hashes.contains(17));
}

TEST_F(PassiveAuthenticationTest, ReadsTheVersionsOfAnLdsSecurityObjectInEveryTypeOfText) {
    for (const asn1::Tag type : {asn1::Tag::printable_string, asn1::Tag::utf8_string, asn1::Tag::ia5_string}) {
        asn1::Cursor fields = asn1::Cursor(lds_).enter(asn1::Tag::sequence);
        fields.read();
        const Bytes content = asn1::sequence(
            {asn1::integer(1), fields.rest(),
             asn1::sequence({asn1::element(type, as_bytes("0108")), asn1::element(type, as_bytes("040000"))})});
        const Bytes object =
            asn1::element(static_cast<asn1::Tag>(0x77), sign_data(asn1::Oid("2.23.136.1.1.1"), content, {signer}));
        const PassiveAuthentication result = run(object);
        EXPECT_TRUE(result.authentic()) << outcome(result, "structure");
        EXPECT_EQ(result.lds->lds_version, "0108");
        EXPECT_EQ(result.deviations, Deviations());
    }
}

TEST_F(PassiveAuthenticationTest, TakesDigestsWithAndWithoutNull) {
    const Bytes with = asn1::sequence({asn1::oid(oid_of(DigestAlgorithm::sha256)), asn1::null()});
    const Bytes without = asn1::sequence({asn1::oid(oid_of(DigestAlgorithm::sha256))});
    const Bytes object = sign_security_object(kGroups, signer);
    const bool null = std::search(object.begin(), object.end(), with.begin(), with.end()) != object.end();
    // Everywhere but in the content, which is signed.
    EXPECT_TRUE(run(rewritten(object, null ? with : without, null ? without : with, 1)).authentic());
}

TEST_F(PassiveAuthenticationTest, ToleratesPssParametersThatWereNotUsed) {
    const CertifiedKey rsa = issue(specimen::document_signer_template(), PrivateKey::generate_rsa(2048), issuer);
    SecurityObjectOptions options;
    options.algorithm =
        SignatureAlgorithm{SignatureScheme::rsa_pss, DigestAlgorithm::sha256, DigestAlgorithm::sha256, 32};
    const Bytes object = sign_security_object(kGroups, rsa, options);
    const Bytes stated = encode(*options.algorithm);
    const asn1::Oid pss("1.2.840.113549.1.1.10");
    // SHA-256 with the default salt of 20 stated, and the defaults alone stated.
    const Bytes sha256 = asn1::element(asn1::context_constructed(0),
                                       asn1::sequence({asn1::oid(oid_of(DigestAlgorithm::sha256)), asn1::null()}));
    for (const Bytes& parameters : {asn1::sequence({sha256}), asn1::sequence({}), asn1::null()})
        expect_tolerated(rewritten(object, stated, asn1::sequence({asn1::oid(pss), parameters})),
                         DeviationCode::signed_data_pss_parameters);
}

TEST_F(PassiveAuthenticationTest, TakesASigningTimeThatIsNoneForNone) {
    SecurityObjectOptions options;
    options.signing_time = specimen::at(2025);
    const Bytes object = sign_security_object(kGroups, signer, options);
    EXPECT_TRUE(run(object).trust.signing_time.has_value());
    Bytes changed = object;
    const Bytes time = asn1::time(specimen::at(2025));
    const auto place = std::search(changed.begin(), changed.end(), time.begin(), time.end());
    ASSERT_NE(place, changed.end());
    place[2] = 'x';
    const PassiveAuthentication result = run(changed);
    EXPECT_FALSE(result.trust.signing_time.has_value());
    EXPECT_EQ(outcome(result, "signature"), "failed signature_invalid");  // it was signed with the time
}

TEST_F(PassiveAuthenticationTest, ToleratesOldContentTypes) {
    for (const char* type : {"1.2.840.113549.1.7.1", "1.3.27.1.1.1", "1.2.528.1.1006.1.20.1"}) {
        SecurityObjectOptions options;
        options.content_type = asn1::Oid(type);
        expect_tolerated(sign_security_object(kGroups, signer, options), DeviationCode::security_object_content_type);
    }
}

TEST_F(PassiveAuthenticationTest, ToleratesAttributesThatWereSignedUnsorted) {
    SecurityObjectOptions options;
    options.attributes_unsorted = true;
    expect_tolerated(sign_security_object(kGroups, signer, options), DeviationCode::signed_data_attributes_order);
}

TEST_F(PassiveAuthenticationTest, ToleratesAContentSignedWithoutAttributes) {
    SecurityObjectOptions options;
    options.without_attributes = true;
    expect_tolerated(sign_security_object(kGroups, signer, options), DeviationCode::signed_data_attributes_missing);
}

TEST_F(PassiveAuthenticationTest, ToleratesTwoDigestsInOneSigner) {
    SecurityObjectOptions options;
    options.digest = DigestAlgorithm::sha512;
    expect_tolerated(sign_security_object(kGroups, signer, options), DeviationCode::signed_data_algorithm_differs);
}

TEST_F(PassiveAuthenticationTest, ToleratesOtherVersionsOfSignedData) {
    for (const int version : {1, 4}) {
        SecurityObjectOptions options;
        options.version = version;
        expect_tolerated(sign_security_object(kGroups, signer, options), DeviationCode::signed_data_version);
    }
}

TEST_F(PassiveAuthenticationTest, FindsTheSignerByKeyIdentifier) {
    SecurityObjectOptions options;
    options.by_key_id = true;
    expect_tolerated(sign_security_object(kGroups, signer, options), DeviationCode::signer_identified_by_key_id);
}

TEST_F(PassiveAuthenticationTest, FindsTheSignerByTheIdentifierOfItsKeyWhereItsCertificateHasNone) {
    CertificateTemplate what = specimen::document_signer_template();
    what.with_subject_key_id = false;
    SecurityObjectOptions options;
    options.by_key_id = true;
    options.without_certificate = true;
    options.further_certificates = {issue_certificate(what, signer.key.public_key(), issuer)};
    const PassiveAuthentication result = run(sign_security_object(kGroups, signer, options));
    EXPECT_TRUE(result.authentic()) << outcome(result, "signature");
    EXPECT_EQ(result.deviations.size(), 2U);
    EXPECT_TRUE(contains(result.deviations, DeviationCode::signer_identified_by_key_id));
    EXPECT_TRUE(contains(result.deviations, DeviationCode::certificate_key_id_missing));
    const PrivateKey other = PrivateKey::generate_ec(Curve::secp256r1);
    options.further_certificates = {issue_certificate(what, other.public_key(), issuer)};
    EXPECT_EQ(outcome(run(sign_security_object(kGroups, signer, options)), "signature"),
              "undetermined signer_certificate_missing");
}

TEST_F(PassiveAuthenticationTest, FindsTheSignersCertificateInTheStore) {
    SecurityObjectOptions options;
    options.without_certificate = true;
    const Bytes object = sign_security_object(kGroups, signer, options);
    EXPECT_EQ(outcome(run(object), "signature"), "undetermined signer_certificate_missing");
    const auto with_signer = specimen::store_of({issuer.certificate}, {signer.certificate});
    EXPECT_TRUE(authenticate(files_of(object), *with_signer, {kNow, std::nullopt}).authentic());
}

TEST_F(PassiveAuthenticationTest, ToleratesPssParametersThatAreLeftOut) {
    const CertifiedKey rsa = issue(specimen::document_signer_template(), PrivateKey::generate_rsa(2048), issuer);
    SecurityObjectOptions options;
    options.algorithm =
        SignatureAlgorithm{SignatureScheme::rsa_pss, DigestAlgorithm::sha256, DigestAlgorithm::sha256, 32};
    const PassiveAuthentication plain = run(sign_security_object(kGroups, rsa, options));
    EXPECT_TRUE(plain.authentic());
    EXPECT_EQ(plain.deviations, Deviations());
    options.bare_algorithm = true;
    expect_tolerated(sign_security_object(kGroups, rsa, options), DeviationCode::signed_data_pss_parameters);
}

TEST_F(PassiveAuthenticationTest, TakesTheKeysAlgorithmInPlaceOfTheSignatures) {
    SecurityObjectOptions options;
    options.bare_algorithm = true;
    const PassiveAuthentication result = run(sign_security_object(kGroups, signer, options));
    EXPECT_TRUE(result.authentic());
}

TEST_F(PassiveAuthenticationTest, NamesSha1) {
    SecurityObjectOptions options;
    options.group_digest = DigestAlgorithm::sha1;
    expect_tolerated(sign_security_object(kGroups, signer, options), DeviationCode::algorithm_sha1);
}

TEST_F(PassiveAuthenticationTest, NamesAShortRsaKey) {
    const CertifiedKey rsa = issue(specimen::document_signer_template(), PrivateKey::generate_rsa(1024), issuer);
    expect_tolerated(sign_security_object(kGroups, rsa), DeviationCode::algorithm_rsa_short);
}

TEST_F(PassiveAuthenticationTest, NamesASerialNumberOutOfRange) {
    CertificateTemplate what = specimen::document_signer_template();
    what.serial = {0x00};
    expect_signer_tolerated(what, DeviationCode::certificate_serial_number);
    what.serial = Bytes(21, 0x7F);
    expect_signer_tolerated(what, DeviationCode::certificate_serial_number);
}

TEST_F(PassiveAuthenticationTest, NamesAMissingCountry) {
    CertificateTemplate what = specimen::document_signer_template();
    what.subject = NameWriter().common_name("Document Signer").der();
    expect_signer_tolerated(what, DeviationCode::certificate_country_missing);
}

TEST_F(PassiveAuthenticationTest, NamesACertificateInBer) {
    Bytes ber = issuer.certificate;
    ASSERT_EQ(to_hex(ByteView(ber).first(2)), "3082");
    ber[1] = 0x83;
    ber.insert(ber.begin() + 2, 0x00);
    expect_tolerated(sign_security_object(kGroups, signer), DeviationCode::certificate_not_der,
                     *specimen::store_of({ber}));
}

TEST_F(PassiveAuthenticationTest, NamesAVersionThatDoesNotFitTheContent) {
    Bytes content = lds_security_object(kGroups);
    const Bytes version_zero = from_hex("02 01 00");
    const auto version = std::search(content.begin(), content.end(), version_zero.begin(), version_zero.end());
    ASSERT_NE(version, content.end());
    version[2] = 1;
    expect_tolerated(
        asn1::element(static_cast<asn1::Tag>(0x77), sign_data(asn1::Oid("2.23.136.1.1.1"), content, {signer})),
        DeviationCode::security_object_version);
}

TEST_F(PassiveAuthenticationTest, NamesADigestThatIsNotAnnounced) {
    Bytes object = sign_security_object(kGroups, signer);
    const Bytes sha256 = asn1::oid(oid_of(DigestAlgorithm::sha256));
    // The first is in digestAlgorithms.
    const auto announced = std::search(object.begin(), object.end(), sha256.begin(), sha256.end());
    ASSERT_NE(announced, object.end());
    std::ranges::copy(asn1::oid(oid_of(DigestAlgorithm::sha512)), announced);
    expect_tolerated(object, DeviationCode::signed_data_digest_not_listed);
}

TEST_F(PassiveAuthenticationTest, JudgesAnExpiredSignerByItsSigningTime) {
    const Time later = specimen::at(2035);
    const PassiveAuthentication undated = run(sign_security_object(kGroups, signer), kGroups, later);
    EXPECT_EQ(outcome(undated, "validity"), "passed");
    EXPECT_TRUE(contains(undated.deviations, DeviationCode::signer_expired_undated));

    SecurityObjectOptions options;
    options.signing_time = specimen::at(2025);
    const PassiveAuthentication dated = run(sign_security_object(kGroups, signer, options), kGroups, later);
    EXPECT_EQ(outcome(dated, "validity"), "passed");
    EXPECT_TRUE(contains(dated.deviations, DeviationCode::signer_expired));

    options.signing_time = specimen::at(2034, 6);
    EXPECT_EQ(outcome(run(sign_security_object(kGroups, signer, options), kGroups, later), "validity"),
              "failed expired");
    EXPECT_EQ(outcome(run(sign_security_object(kGroups, signer), kGroups, specimen::at(2023)), "validity"),
              "failed not_yet_valid");
}

TEST_F(PassiveAuthenticationTest, NamesAnAnchorThatHasExpired) {
    CertificateTemplate what =
        CertificateTemplate::country_signer(specimen::issuer_name(), {specimen::at(2020), specimen::at(2025)});
    const CertifiedKey other = issue_self_signed(what, PrivateKey::generate_ec(Curve::secp256r1));
    expect_tolerated(sign_security_object(kGroups, specimen::document_signer(other)), DeviationCode::anchor_expired,
                     *specimen::store_of({other.certificate}));
}

// Their evil twins.

TEST_F(PassiveAuthenticationTest, RefusesExplicitParametersWithAnotherGenerator) {
    CertificateTemplate what = specimen::document_signer_template();
    const PrivateKey key = PrivateKey::generate_ec(Curve::secp256r1);
    Bytes spki = explicit_spki(key.public_key());
    const Bytes generator = curve_domain(Curve::secp256r1).generator;
    const auto at = std::search(spki.begin(), spki.end(), generator.begin(), generator.end());
    ASSERT_NE(at, spki.end());
    std::ranges::copy(key.public_key().value(), at);
    what.spki = spki;
    const PassiveAuthentication result = run(sign_security_object(kGroups, issue(what, key, issuer)));
    EXPECT_EQ(outcome(result, "signature"), "failed key_refused");
}

TEST_F(PassiveAuthenticationTest, RefusesTheIssuersNameOverAnotherKey) {
    const CertifiedKey impostor = specimen::country_signer();
    CertificateTemplate what = specimen::document_signer_template();
    what.authority_key_id = to_bytes(issuer.parsed().subject_key_id());
    const PassiveAuthentication claimed =
        run(sign_security_object(kGroups, issue(what, PrivateKey::generate_ec(Curve::secp256r1), impostor)));
    EXPECT_EQ(outcome(claimed, "signature"), "passed");
    EXPECT_EQ(outcome(claimed, "chain"), "failed signature_invalid");

    what.with_authority_key_id = false;
    EXPECT_EQ(
        outcome(run(sign_security_object(kGroups, issue(what, PrivateKey::generate_ec(Curve::secp256r1), impostor))),
                "chain"),
        "failed signature_invalid");

    // With the impostor's own key identifier it may be a key of that issuer which is not known yet: never accepted.
    const PassiveAuthentication honest = run(sign_security_object(kGroups, specimen::document_signer(impostor)));
    EXPECT_EQ(outcome(honest, "chain"), "undetermined issuer_unknown");
    ASSERT_EQ(honest.steps.size(), 1U);
    EXPECT_EQ(honest.steps[0].reason, "another_key");
}

TEST_F(PassiveAuthenticationTest, RefusesAttributesThatWereReorderedAfterSigning) {
    SecurityObjectOptions options;
    options.signing_time = specimen::at(2025);
    const Bytes sorted = sign_security_object(kGroups, signer, options);
    const SecurityObject parsed = SecurityObject::parse(sorted);
    const ByteView attributes = parsed.signed_data.signers()[0].attributes;
    asn1::Cursor cursor(attributes);
    std::vector<Bytes> parts;
    while (!cursor.at_end()) parts.push_back(to_bytes(cursor.read().raw));
    std::ranges::reverse(parts);
    Bytes reordered;
    for (const Bytes& part : parts) append(reordered, part);
    Bytes object = sorted;
    std::ranges::copy(reordered, object.begin() + (attributes.data() - sorted.data()));
    EXPECT_EQ(outcome(run(object), "signature"), "failed signature_invalid");
}

TEST_F(PassiveAuthenticationTest, RefusesAnObjectWithoutSigner) {
    const Bytes object = asn1::element(static_cast<asn1::Tag>(0x77),
                                       sign_data(asn1::Oid("2.23.136.1.1.1"), lds_security_object(kGroups), {}));
    const PassiveAuthentication result = run(object);
    EXPECT_EQ(outcome(result, "structure"), "passed");
    EXPECT_EQ(outcome(result, "signature"), "failed no_signer");
    EXPECT_FALSE(result.authentic());
}

TEST_F(PassiveAuthenticationTest, RefusesTwoSignersOfWhomOneIsFalse) {
    CertificateTemplate what = specimen::document_signer_template();
    what.serial = {0x22};
    CertifiedKey second = issue(what, PrivateKey::generate_ec(Curve::secp256r1), issuer);
    const auto sign_by_both = [&] {
        return asn1::element(static_cast<asn1::Tag>(0x77),
                             sign_data(asn1::Oid("2.23.136.1.1.1"), lds_security_object(kGroups), {signer, second}));
    };
    EXPECT_TRUE(run(sign_by_both()).authentic());
    second.key = PrivateKey::generate_ec(Curve::secp256r1);
    const PassiveAuthentication result = run(sign_by_both());
    EXPECT_EQ(outcome(result, "signature"), "failed signature_invalid");
    EXPECT_FALSE(result.authentic());
}

TEST_F(PassiveAuthenticationTest, RefusesTwoSignersOfWhomOneIsUnknown) {
    const CertifiedKey stranger = specimen::document_signer(specimen::country_signer("XX"), "XX");
    const Bytes object =
        asn1::element(static_cast<asn1::Tag>(0x77),
                      sign_data(asn1::Oid("2.23.136.1.1.1"), lds_security_object(kGroups), {signer, stranger}));
    const PassiveAuthentication result = run(object);
    EXPECT_EQ(outcome(result, "chain"), "undetermined issuer_unknown");
    EXPECT_FALSE(result.authentic());
}

TEST_F(PassiveAuthenticationTest, RefusesTrailingBytes) {
    Bytes object = sign_security_object(kGroups, signer);
    object.push_back(0);
    EXPECT_EQ(outcome(run(object), "structure"), "failed malformed");
}

TEST_F(PassiveAuthenticationTest, RefusesAWrongDigestAlgorithm) {
    SecurityObjectOptions options;
    options.digest_identifier = asn1::Oid("2.16.840.1.101.3.4.2.3");
    EXPECT_EQ(outcome(run(sign_security_object(kGroups, signer, options)), "signature"),
              "failed message_digest_mismatch");
    options.digest_identifier = asn1::Oid("1.2.840.113549.2.5");
    EXPECT_EQ(outcome(run(sign_security_object(kGroups, signer, options)), "signature"),
              "failed digest_algorithm_unknown");
}

TEST_F(PassiveAuthenticationTest, RefusesASignerOfAnotherCountry) {
    const PassiveAuthentication result = run(sign_security_object(kGroups, specimen::document_signer(issuer, "XX")));
    EXPECT_EQ(outcome(result, "signature"), "passed");
    EXPECT_EQ(outcome(result, "chain"), "failed country_differs");
}

TEST_F(PassiveAuthenticationTest, RefusesALeafThatIssues) {
    CertificateTemplate leaf = CertificateTemplate::document_signer(specimen::issuer_name(), specimen::kIssuerValidity);
    leaf.basic_constraints = BasicConstraints{};
    leaf.extended_key_usage = {asn1::Oid("1.3.6.1.5.5.7.3.1")};
    const CertifiedKey web = issue_self_signed(leaf, PrivateKey::generate_ec(Curve::secp256r1));
    const Bytes object = sign_security_object(kGroups, specimen::document_signer(web));
    const auto with_leaf = specimen::store_of({web.certificate});
    const PassiveAuthentication result = authenticate(files_of(object), *with_leaf, {kNow, std::nullopt});
    EXPECT_EQ(outcome(result, "chain"), "failed not_an_issuer");
}

TEST_F(PassiveAuthenticationTest, RefusesAnAnchorOfAnotherPurpose) {
    const auto lists_only = specimen::store_of({issuer.certificate}, {}, {}, {Purpose::master_lists});
    const Bytes object = sign_security_object(kGroups, signer);
    const PassiveAuthentication result = authenticate(files_of(object), *lists_only, {kNow, std::nullopt});
    EXPECT_EQ(outcome(result, "chain"), "undetermined anchor_of_another_purpose");
}

TEST_F(PassiveAuthenticationTest, RefusesAListSignerAsDocumentSigner) {
    const CertifiedKey list_signer =
        issue(CertificateTemplate::master_list_signer(specimen::signer_name(), specimen::kSignerValidity),
              PrivateKey::generate_ec(Curve::secp256r1), issuer);
    EXPECT_EQ(outcome(run(sign_security_object(kGroups, list_signer)), "chain"), "failed extended_key_usage");
}

TEST_F(PassiveAuthenticationTest, RefusesACriticalExtensionThatItDoesNotKnow) {
    CertificateTemplate what = specimen::document_signer_template();
    what.further_extensions = {extension(asn1::Oid("1.2.3.4"), true, asn1::null())};
    const CertifiedKey other = issue(what, PrivateKey::generate_ec(Curve::secp256r1), issuer);
    EXPECT_EQ(outcome(run(sign_security_object(kGroups, other)), "chain"), "failed unknown_critical_extension");
}

TEST_F(PassiveAuthenticationTest, SurvivesATruncationAtEveryByte) {
    const Bytes object = sign_security_object(kGroups, signer);
    for (std::size_t size = 0; size < object.size(); ++size) {
        const Bytes shortened(object.begin(), object.begin() + static_cast<std::ptrdiff_t>(size));
        ASSERT_EQ(outcome(run(shortened), "structure"), "failed malformed") << size;
    }
}

TEST_F(PassiveAuthenticationTest, AcceptsNoChangedByteOfWhatWasSigned) {
    const Bytes object = sign_security_object(kGroups, signer);
    for (std::size_t at = 0; at < object.size(); ++at) {
        Bytes changed = object;
        changed[at] ^= 0x20U;
        const PassiveAuthentication result = run(changed);
        // What is not signed (a version, the announced digests) may change, and is then a deviation.
        ASSERT_FALSE(result.authentic() && result.deviations.empty()) << at;
    }
}

// Revocation and link certificates.

TEST_F(PassiveAuthenticationTest, FindsARevokedSigner) {
    RevocationTemplate list;
    list.this_update = specimen::at(2026, 5);
    const Bytes clean = issue_revocation_list(list, issuer);
    list.revoked[to_bytes(signer.parsed().serial())] = specimen::at(2026, 4);
    const Bytes revoking = issue_revocation_list(list, issuer);
    const Bytes object = sign_security_object(kGroups, signer);
    const auto outcome_with = [&](const Bytes& revocation_list, Time at, std::optional<std::chrono::hours> limit) {
        const auto with_list = specimen::store_of({issuer.certificate}, {}, {revocation_list});
        return outcome(authenticate(files_of(object), *with_list, {at, limit}), "revocation");
    };
    EXPECT_EQ(outcome_with(clean, kNow, std::nullopt), "passed");
    EXPECT_EQ(outcome_with(revoking, kNow, std::nullopt), "failed revoked");
    EXPECT_EQ(outcome_with(clean, kNow, std::chrono::hours(24 * 7)), "undetermined list_too_old");
    EXPECT_EQ(outcome_with(clean, kNow, std::chrono::hours(24 * 40)), "passed");
    EXPECT_EQ(outcome_with(revoking, kNow, std::chrono::hours(24 * 7)), "failed revoked");
}

TEST_F(PassiveAuthenticationTest, WhoSignedAListIsTheSameAskedAgain) {
    RevocationTemplate what;
    what.this_update = specimen::at(2026, 5);
    const CertifiedKey impostor = specimen::country_signer();
    const auto with_lists =
        specimen::store_of({issuer.certificate}, {impostor.certificate},
                           {issue_revocation_list(what, issuer), issue_revocation_list(what, impostor)});
    const Bytes outside = issue_revocation_list(what, issuer);
    for (int time = 0; time < 2; ++time) {
        for (std::size_t i = 0; i < 2; ++i)
            for (std::size_t j = 0; j < 2; ++j)
                EXPECT_EQ(with_lists->signs(with_lists->certificate(i), with_lists->revocation_list(j)), i == j);
        EXPECT_TRUE(with_lists->signs(with_lists->certificate(0), RevocationList::parse(outside)));
        EXPECT_TRUE(with_lists->signs(issuer.parsed(), with_lists->revocation_list(0)));
        EXPECT_FALSE(with_lists->signs(impostor.parsed(), with_lists->revocation_list(0)));
    }
}

TEST_F(PassiveAuthenticationTest, TakesNoRevocationListOfAnImpostor) {
    RevocationTemplate list;
    list.this_update = specimen::at(2026, 5);
    const auto with_list =
        specimen::store_of({issuer.certificate}, {}, {issue_revocation_list(list, specimen::country_signer())});
    const Bytes object = sign_security_object(kGroups, signer);
    EXPECT_EQ(outcome(authenticate(files_of(object), *with_list, {kNow, std::nullopt}), "revocation"),
              "undetermined no_list");
}

TEST_F(PassiveAuthenticationTest, ClimbsOverALinkCertificate) {
    const PrivateKey new_key = PrivateKey::generate_ec(Curve::brainpool_p384r1);
    CertificateTemplate what = CertificateTemplate::country_signer(specimen::issuer_name(), specimen::kIssuerValidity);
    what.serial = {0x02};
    const CertifiedKey link = issue(what, new_key, issuer);
    const Bytes object = sign_security_object(kGroups, specimen::document_signer(link));
    EXPECT_EQ(outcome(run(object), "chain"), "undetermined issuer_unknown");
    const auto with_link = specimen::store_of({issuer.certificate}, {link.certificate});
    const PassiveAuthentication result = authenticate(files_of(object), *with_link, {kNow, std::nullopt});
    EXPECT_TRUE(result.authentic()) << outcome(result, "chain");
    EXPECT_EQ(detail(check_of(result, "chain"), "links"), "1");
    EXPECT_EQ(result.trust.anchor, issuer.parsed().description());
}

TEST(CardSecurity, IsJudgedAsASignedFile) {
    const CertifiedKey issuer = specimen::country_signer();
    const CertifiedKey signer = specimen::document_signer(issuer);
    const Bytes infos = asn1::set_of({asn1::sequence({asn1::oid(asn1::Oid("0.4.0.127.0.7.2.2.2")), asn1::integer(1)})});
    const Bytes file = sign_card_security(infos, signer);
    const auto store = specimen::store_of({issuer.certificate});
    const CardSecurityAuthentication result = authenticate_card_security(file, *store, {kNow, std::nullopt});
    EXPECT_TRUE(result.authentic());
    EXPECT_EQ(result.checks.size(), 4U);
    EXPECT_EQ(result.security_infos, infos);
    const CardSecurityAuthentication broken =
        authenticate_card_security(ByteView(file).first(file.size() - 1), *store, {kNow, std::nullopt});
    EXPECT_FALSE(broken.authentic());
    EXPECT_EQ(broken.checks.size(), 4U);
}

}  // namespace
}  // namespace tahvil::trust
