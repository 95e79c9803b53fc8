// Certification paths by RFC 5280, clause by clause: certificates and lists are made by OpenSSL while the test runs,
// each with one departure, and the path code has to tell them apart.

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <openssl/conf.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "crypto/trust/national_path.h"
#include "crypto/trust/store_builder.h"
#include "tests/unit/crypto/trust/specimen.h"

namespace tahvil::trust {
namespace {

using specimen::at;

using Key = std::shared_ptr<EVP_PKEY>;
using Cert = std::shared_ptr<X509>;
using Crl = std::shared_ptr<X509_CRL>;
using Name = std::shared_ptr<X509_NAME>;

Key fresh_key() {
    return {EVP_EC_gen("P-256"), EVP_PKEY_free};
}

/// "C=UT/CN=Name", each value a UTF8String.
Name name_of(const std::string& text, int type = V_ASN1_UTF8STRING) {
    Name name(X509_NAME_new(), X509_NAME_free);
    std::size_t begin = 0;
    while (begin < text.size()) {
        const std::size_t end = std::min(text.find('/', begin), text.size());
        const std::string part = text.substr(begin, end - begin);
        const std::size_t sign = part.find('=');
        const std::string value = part.substr(sign + 1);
        X509_NAME_add_entry_by_txt(name.get(), part.substr(0, sign).c_str(), type,
                                   reinterpret_cast<const unsigned char*>(value.data()), static_cast<int>(value.size()),
                                   -1, 0);
        begin = end + 1;
    }
    return name;
}

struct Owner {
    Key key;
    Cert certificate;
};

/// One certificate: `extensions` are lines of an OpenSSL configuration, further sections may follow.
struct What {
    std::string subject = "C=UT/CN=Leaf";
    std::string extensions = {};
    std::string not_before = "20200101000000Z";
    std::string not_after = "20400101000000Z";
    Name issuer = {};  ///< in place of the issuer's subject
    Key key = {};
    const EVP_MD* digest = EVP_sha256();
    int version = X509_VERSION_3;
    std::function<void(X509*)> change = {};  ///< before it is signed
};

const std::string kKeyIds = "subjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\n";
const std::string kLeaf = kKeyIds + "keyUsage=critical,digitalSignature\n";
const std::string kCaUsage = "keyUsage=critical,keyCertSign,cRLSign\n";
const std::string kAuthority = kKeyIds + kCaUsage + "basicConstraints=critical,CA:TRUE\n";

void add_extensions(const std::string& lines, X509V3_CTX& context, X509* certificate, X509_CRL* list) {
    const std::string text = "[extensions]\n" + lines;
    const std::unique_ptr<BIO, decltype(&BIO_free)> source(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())),
                                                           BIO_free);
    const std::unique_ptr<CONF, decltype(&NCONF_free)> configuration(NCONF_new(nullptr), NCONF_free);
    long line = 0;
    ASSERT_EQ(NCONF_load_bio(configuration.get(), source.get(), &line), 1) << text;
    X509V3_set_nconf(&context, configuration.get());
    const int done = certificate != nullptr
                         ? X509V3_EXT_add_nconf(configuration.get(), &context, "extensions", certificate)
                         : X509V3_EXT_CRL_add_nconf(configuration.get(), &context, "extensions", list);
    ASSERT_EQ(done, 1) << lines;
}

/// Signed by the issuer, or by itself where there is none.
Owner make(const What& what, const Owner* issuer = nullptr) {
    static long serial = 1000;
    Owner made{what.key ? what.key : fresh_key(), Cert(X509_new(), X509_free)};
    X509* const x = made.certificate.get();
    X509_set_version(x, what.version);
    ASN1_INTEGER_set(X509_get_serialNumber(x), ++serial);
    X509_set_subject_name(x, name_of(what.subject).get());
    X509* const signer = issuer != nullptr ? issuer->certificate.get() : x;
    X509_set_issuer_name(x, what.issuer ? what.issuer.get() : X509_get_subject_name(signer));
    ASN1_TIME_set_string(X509_getm_notBefore(x), what.not_before.c_str());
    ASN1_TIME_set_string(X509_getm_notAfter(x), what.not_after.c_str());
    X509_set_pubkey(x, made.key.get());
    X509V3_CTX context;
    X509V3_set_ctx(&context, signer, x, nullptr, nullptr, 0);
    if (!what.extensions.empty()) add_extensions(what.extensions, context, x, nullptr);
    if (what.change) what.change(x);
    X509_sign(x, issuer != nullptr ? issuer->key.get() : made.key.get(), what.digest);
    return made;
}

Owner authority(const std::string& name, const Owner* issuer = nullptr, const std::string& more = {}) {
    return make({.subject = "C=UT/CN=" + name, .extensions = kAuthority + more}, issuer);
}

struct List {
    std::string extensions = {};
    std::vector<X509*> revoked = {};
    std::string this_update = "20260515000000Z";
    std::string next_update = "20260715000000Z";
    long number = 7;  ///< none when negative
    bool number_critical = false;
    long base = -1;  ///< a delta's
    Name issuer = {};
    std::function<void(X509_CRL*)> change = {};
};

void add_number(X509_CRL* list, int kind, long value, bool critical) {
    const std::unique_ptr<ASN1_INTEGER, decltype(&ASN1_INTEGER_free)> number(ASN1_INTEGER_new(), ASN1_INTEGER_free);
    ASN1_INTEGER_set(number.get(), value);
    X509_CRL_add1_ext_i2d(list, kind, number.get(), critical ? 1 : 0, 0);
}

void revoke(X509_CRL* list, X509* certificate, std::optional<int> reason = {}) {
    X509_REVOKED* const entry = X509_REVOKED_new();
    X509_REVOKED_set_serialNumber(entry, X509_get_serialNumber(certificate));
    const std::unique_ptr<ASN1_TIME, decltype(&ASN1_TIME_free)> since(ASN1_TIME_new(), ASN1_TIME_free);
    ASN1_TIME_set_string(since.get(), "20260501000000Z");
    X509_REVOKED_set_revocationDate(entry, since.get());
    if (reason) {
        const std::unique_ptr<ASN1_ENUMERATED, decltype(&ASN1_ENUMERATED_free)> value(ASN1_ENUMERATED_new(),
                                                                                      ASN1_ENUMERATED_free);
        ASN1_ENUMERATED_set(value.get(), *reason);
        X509_REVOKED_add1_ext_i2d(entry, NID_crl_reason, value.get(), 0, 0);
    }
    X509_CRL_add0_revoked(list, entry);
}

Crl list_by(const Owner& issuer, const List& what = {}) {
    Crl list(X509_CRL_new(), X509_CRL_free);
    X509_CRL* const x = list.get();
    X509_CRL_set_version(x, X509_CRL_VERSION_2);
    X509_CRL_set_issuer_name(x, what.issuer ? what.issuer.get() : X509_get_subject_name(issuer.certificate.get()));
    const std::unique_ptr<ASN1_TIME, decltype(&ASN1_TIME_free)> time(ASN1_TIME_new(), ASN1_TIME_free);
    ASN1_TIME_set_string(time.get(), what.this_update.c_str());
    X509_CRL_set1_lastUpdate(x, time.get());
    if (!what.next_update.empty()) {
        ASN1_TIME_set_string(time.get(), what.next_update.c_str());
        X509_CRL_set1_nextUpdate(x, time.get());
    }
    for (X509* certificate : what.revoked) revoke(x, certificate);
    X509V3_CTX context;
    X509V3_set_ctx(&context, issuer.certificate.get(), nullptr, nullptr, x, 0);
    add_extensions("authorityKeyIdentifier=keyid\n" + what.extensions, context, nullptr, x);
    if (what.number >= 0) add_number(x, NID_crl_number, what.number, what.number_critical);
    if (what.base >= 0) add_number(x, NID_delta_crl, what.base, true);
    if (what.change) what.change(x);
    X509_CRL_sort(x);
    X509_CRL_sign(x, issuer.key.get(), EVP_sha256());
    return list;
}

template <typename Structure>
Bytes der_of(int (*encode)(const Structure*, unsigned char**), const Structure* value) {
    Bytes der(static_cast<std::size_t>(encode(value, nullptr)));
    unsigned char* place = der.data();
    encode(value, &place);
    return der;
}

NationalPath verify(const Owner& leaf, const std::vector<Owner>& intermediates, const std::vector<Owner>& anchors,
                    const std::vector<Crl>& lists = {}, Time now = specimen::kNow,
                    std::optional<std::chrono::hours> age_limit = {}) {
    const auto encode = [](const Owner& owner) { return der_of<X509>(i2d_X509, owner.certificate.get()); };
    std::vector<Bytes> kept{encode(leaf)};
    for (const Owner& owner : intermediates) kept.push_back(encode(owner));
    for (const Owner& owner : anchors) kept.push_back(encode(owner));
    for (const Crl& list : lists) kept.push_back(der_of<X509_CRL>(i2d_X509_CRL, list.get()));
    NationalPathInput input{kept[0], {}, {}, {}, now, age_limit};
    std::size_t next = 1;
    for (std::size_t i = 0; i < intermediates.size(); ++i) input.intermediates.emplace_back(kept[next++]);
    for (std::size_t i = 0; i < anchors.size(); ++i) input.anchors.emplace_back(kept[next++]);
    for (std::size_t i = 0; i < lists.size(); ++i) input.revocation_lists.emplace_back(kept[next++]);
    return verify_national_path(input);
}

/// "passed", or the first check that has not: "chain failed name_constraints".
std::string outcome(const NationalPath& path) {
    for (const char* part : {"chain", "signature", "validity", "revocation"}) {
        const Check& check = *find(path.checks, std::string("certificate_path.") + part);
        const bool later = check.result == Result::not_performed ||
                           (check.result == Result::undetermined && check.reason == "no_list");
        if (check.passed() || later) continue;
        return std::string(part) + " " + std::string(name(check.result)) + " " + check.reason;
    }
    return path.authentic() || path.authentic_without_revocation() ? "passed" : "nothing";
}

class Rfc5280 : public testing::Test {
protected:
    Owner root = authority("Root");
    Owner issuer = authority("Issuer", &root);

    /// A leaf below root and issuer.
    std::string leaf_with(const std::string& more, const std::string& subject = "C=UT/CN=Leaf") {
        return outcome(verify(make({.subject = subject, .extensions = kLeaf + more}, &issuer), {issuer}, {root}));
    }
    /// A leaf below an issuer with these further extensions.
    std::string below(const std::string& issuers, const std::string& leafs, const std::string& subject = "C=UT/CN=Leaf",
                      const std::string& basic = kAuthority) {
        const Owner other = make({.subject = "C=UT/CN=Other", .extensions = basic + issuers}, &root);
        return outcome(verify(make({.subject = subject, .extensions = kLeaf + leafs}, &other), {other}, {root}));
    }
};

// ---- 4.2.1.9 and 4.2.1.3: who may issue

TEST_F(Rfc5280, AnIssuerSaysSoInItsBasicConstraints) {
    EXPECT_EQ(below("", ""), "passed");
    EXPECT_EQ(below("", "", "CN=Leaf", kKeyIds + kCaUsage), "chain failed not_an_issuer");
    EXPECT_EQ(below("", "", "CN=Leaf", kKeyIds + "basicConstraints=critical,CA:FALSE\n"), "chain failed not_an_issuer");
    EXPECT_EQ(below("", "", "CN=Leaf", kKeyIds + "keyUsage=cRLSign\nbasicConstraints=critical,CA:TRUE\n"),
              "chain failed not_an_issuer");
    EXPECT_EQ(leaf_with("basicConstraints=critical,CA:FALSE\n"), "passed");
}

TEST_F(Rfc5280, WhatValidationDoesNotAskIsADeviation) {
    const auto deviations_of = [&](const std::string& extensions) {
        const Owner other = make({.subject = "CN=Other", .extensions = extensions}, &root);
        const NationalPath path = verify(make({.extensions = kLeaf}, &other), {other}, {root});
        EXPECT_EQ(outcome(path), "passed") << extensions;
        return path.deviations.size() == 1 ? std::string(tahvil::name(path.deviations.front().code)) : "";
    };
    EXPECT_EQ(deviations_of(kKeyIds + kCaUsage + "basicConstraints=CA:TRUE\n"),
              "certificate.basic_constraints_not_critical");
    EXPECT_EQ(deviations_of(kKeyIds + "basicConstraints=critical,CA:TRUE\n"), "certificate.key_usage_missing");
}

TEST_F(Rfc5280, AnAnchorIsHeldToAllOfTheProfile) {
    const auto below_root = [](const std::string& extensions) {
        const Owner other = make({.subject = "CN=Other", .extensions = extensions});
        const std::string leaf = "keyUsage=digitalSignature\nauthorityKeyIdentifier=keyid,issuer\n";
        return outcome(verify(make({.extensions = leaf}, &other), {}, {other}));
    };
    const std::string ids = "subjectKeyIdentifier=hash\n";
    EXPECT_EQ(below_root(ids + kCaUsage + "basicConstraints=critical,CA:TRUE\n"), "passed");
    EXPECT_EQ(below_root(ids + kCaUsage + "basicConstraints=CA:TRUE\n"), "chain failed not_an_issuer");
    EXPECT_EQ(below_root(ids + kCaUsage), "chain failed not_an_issuer");
    EXPECT_NE(below_root(kCaUsage + "basicConstraints=critical,CA:TRUE\n"), "passed");  // no key identifier
    EXPECT_NE(below_root("subjectKeyIdentifier=critical,hash\n" + kCaUsage + "basicConstraints=critical,CA:TRUE\n"),
              "passed");
    EXPECT_EQ(below_root(kAuthority + "1.3.6.1.4.1.55738.666.1=critical,DER:0500\n"),
              "chain failed unknown_critical_extension");
}

TEST_F(Rfc5280, AnIssuersCertificateMayBeJudgedAndAnIntermediateMayBeTheAnchor) {
    const Owner below_issuer = authority("Below", &issuer);
    EXPECT_EQ(outcome(verify(below_issuer, {issuer}, {root})), "passed");
    const Owner leaf = make({.extensions = kLeaf}, &issuer);
    EXPECT_EQ(outcome(verify(leaf, {root}, {issuer})), "passed");
    EXPECT_EQ(outcome(verify(leaf, {}, {leaf})), "passed");
    EXPECT_EQ(outcome(verify(leaf, {issuer, root}, {authority("Unrelated")})), "chain undetermined issuer_unknown");
}

TEST_F(Rfc5280, PathLengthsCountIssuersThatAreNotSelfIssued) {
    const auto pathlen = [](const char* limit) {
        return kKeyIds + kCaUsage + "basicConstraints=critical,CA:TRUE,pathlen:" + limit + "\n";
    };
    const Owner one = make({.subject = "CN=One", .extensions = pathlen("0")}, &root);
    EXPECT_EQ(outcome(verify(make({.extensions = kLeaf}, &one), {one}, {root})), "passed");
    const Owner two = make({.subject = "CN=Two", .extensions = pathlen("0")}, &one);
    EXPECT_EQ(outcome(verify(two, {one}, {root})), "passed");  // the last certificate does not count
    EXPECT_EQ(outcome(verify(make({.extensions = kLeaf}, &two), {one, two}, {root})), "chain failed path_too_long");
    const Owner rolled = make({.subject = "CN=One", .extensions = pathlen("0")}, &one);
    EXPECT_EQ(outcome(verify(make({.extensions = kLeaf}, &rolled), {one, rolled}, {root})), "passed");
    const Owner wide = make({.subject = "CN=Wide", .extensions = pathlen("1")}, &root);
    const Owner wider = make({.subject = "CN=Wider", .extensions = pathlen("2")}, &wide);
    EXPECT_EQ(outcome(verify(make({.extensions = kLeaf}, &wider), {wide, wider}, {root})), "passed");
    EXPECT_NE(leaf_with("basicConstraints=critical,CA:FALSE,pathlen:0\n"), "passed");
}

TEST_F(Rfc5280, ALeafThatClaimsToSignCertificatesIsRefused) {
    const Owner leaf =
        make({.extensions = kKeyIds + "keyUsage=keyCertSign,digitalSignature\nbasicConstraints=critical,CA:FALSE\n"},
             &issuer);
    EXPECT_NE(outcome(verify(leaf, {issuer}, {root})), "passed");
}

// ---- 4.1 and 4.2: names, key identifiers, extensions

TEST_F(Rfc5280, NamesAreComparedWithoutCaseSpacesAndStringTypes) {
    for (const Name& spelled : {name_of("C=ut/CN=  iSSueR "), name_of("C=UT/CN=Issuer", V_ASN1_PRINTABLESTRING)}) {
        const Owner leaf = make({.extensions = kLeaf, .issuer = spelled}, &issuer);
        EXPECT_EQ(outcome(verify(leaf, {issuer}, {root})), "passed");
    }
    for (const Name& other : {name_of("CN=Issuer/C=UT"), name_of("C=UT/CN=Issue r"), name_of("C=UT"), name_of("")}) {
        const Owner leaf = make({.extensions = kLeaf, .issuer = other}, &issuer);
        EXPECT_NE(outcome(verify(leaf, {issuer}, {root})), "passed");
    }
}

TEST_F(Rfc5280, SubjectsAreThereOrNamedElsewhere) {
    EXPECT_EQ(leaf_with("subjectAltName=critical,DNS:a.example\n", ""), "passed");
    EXPECT_NE(leaf_with("subjectAltName=DNS:a.example\n", ""), "passed");
    const Owner nameless = make({.subject = "", .extensions = kAuthority}, &root);
    EXPECT_NE(outcome(verify(make({.extensions = kLeaf}, &nameless), {nameless}, {root})), "passed");
}

TEST_F(Rfc5280, KeyIdentifiersAreThere) {
    const std::string usage = "keyUsage=critical,digitalSignature\n";
    EXPECT_NE(outcome(verify(make({.extensions = "subjectKeyIdentifier=hash\n" + usage}, &issuer), {issuer}, {root})),
              "passed");
    EXPECT_EQ(
        outcome(verify(make({.extensions = "authorityKeyIdentifier=keyid\n" + usage}, &issuer), {issuer}, {root})),
        "passed");
}

TEST_F(Rfc5280, ExtensionsThatAreNotKnownMayNotBeCritical) {
    const std::string type = "1.3.6.1.4.1.55738.666.1=";
    EXPECT_EQ(leaf_with(type + "DER:0500\n"), "passed");
    EXPECT_EQ(leaf_with(type + "critical,DER:0500\n"), "chain failed unknown_critical_extension");
    EXPECT_EQ(below(type + "critical,DER:0500\n", ""), "chain failed unknown_critical_extension");
    EXPECT_NE(leaf_with("authorityInfoAccess=critical,caIssuers;URI:http://a.example/\n"), "passed");
}

TEST_F(Rfc5280, ExtensionsStandOnce) {
    const auto twice = [&](const std::string& lines) {
        const auto add_again = [&](X509* x) {
            const int last = X509_get_ext_count(x) - 1;
            X509_add_ext(x, X509_get_ext(x, last), -1);
        };
        const Owner leaf = make({.extensions = kLeaf + lines, .change = add_again}, &issuer);
        return outcome(verify(leaf, {issuer}, {root}));
    };
    EXPECT_NE(twice("subjectAltName=DNS:a.example\n"), "passed");
    EXPECT_NE(twice("1.3.6.1.4.1.55738.666.1=DER:0500\n"), "passed");
}

TEST_F(Rfc5280, AVersionWithoutExtensionsIssuesNothing) {
    const Owner old = make({.subject = "CN=Old", .version = X509_VERSION_1}, &root);
    const Owner leaf = make({.extensions = "keyUsage=digitalSignature\nauthorityKeyIdentifier=issuer\n"}, &old);
    EXPECT_NE(outcome(verify(leaf, {old}, {root})), "passed");
}

TEST_F(Rfc5280, AlternativeNamesAreWellFormed) {
    EXPECT_EQ(leaf_with("subjectAltName=DNS:a.example,email:a@b.example,IP:192.0.2.1,URI:http://a.example/\n"),
              "passed");
    EXPECT_NE(leaf_with("subjectAltName=DNS:.a.example\n"), "passed");
    EXPECT_NE(leaf_with("subjectAltName=DER:6578616D706C65\n"), "passed");
    EXPECT_NE(leaf_with("subjectAltName=DER:300A8708C0000200FFFFFF00\n"), "passed");    // an address with a mask
    EXPECT_NE(leaf_with("subjectAltName=DER:300B8109614062406578616D\n"), "passed");    // a@b@exam
    EXPECT_NE(leaf_with("subjectAltName=DER:300B8209612E6578000000622E\n"), "passed");  // zero octets in a host
}

// ---- 4.2.1.10: name constraints

TEST_F(Rfc5280, NameConstraintsOnHosts) {
    const std::string permitted = "nameConstraints=critical,permitted;DNS:a.example\n";
    const std::string excluded = "nameConstraints=critical,excluded;DNS:a.example\n";
    EXPECT_EQ(below(permitted, "subjectAltName=DNS:a.example\n"), "passed");
    EXPECT_EQ(below(permitted, "subjectAltName=DNS:x.y.a.example\n"), "passed");
    EXPECT_EQ(below(permitted, "subjectAltName=DNS:xa.example\n"), "chain failed name_constraints");
    EXPECT_EQ(below(permitted, "subjectAltName=DNS:a.example,DNS:b.example\n"), "chain failed name_constraints");
    EXPECT_EQ(below(permitted, "subjectAltName=IP:192.0.2.1\n"), "passed");  // another kind of name
    EXPECT_EQ(below(excluded, "subjectAltName=DNS:b.example\n"), "passed");
    EXPECT_EQ(below(excluded, "subjectAltName=DNS:b.example,DNS:X.A.example\n"), "chain failed name_constraints");
    EXPECT_EQ(below("nameConstraints=critical,permitted;DNS:a.example,excluded;DNS:b.a.example\n",
                    "subjectAltName=DNS:b.a.example\n"),
              "chain failed name_constraints");
    EXPECT_EQ(below(permitted, "", "C=UT/CN=0123456789.b.example"), "passed");  // a common name is no host's
}

TEST_F(Rfc5280, NameConstraintsOnDirectoryNames) {
    const std::string section = "\n[there]\nC=UT\nO=Inside\n";
    const std::string permitted = "nameConstraints=critical,permitted;dirName:there" + section;
    const std::string excluded = "nameConstraints=critical,excluded;dirName:there" + section;
    EXPECT_EQ(below(permitted, "", "C=UT/O=Inside/CN=Leaf"), "passed");
    EXPECT_EQ(below(permitted, "", "C=UT/O=inside /CN=Leaf"), "passed");
    EXPECT_EQ(below(permitted, "", "C=UT/O=Outside/CN=Leaf"), "chain failed name_constraints");
    EXPECT_EQ(below(permitted, "", "C=UT"), "chain failed name_constraints");
    EXPECT_EQ(below(excluded, "", "C=UT/O=Inside/CN=Leaf"), "chain failed name_constraints");
    EXPECT_EQ(below(excluded, "", "C=UT/O=Outside/CN=Leaf"), "passed");
    EXPECT_EQ(below(permitted, "subjectAltName=dirName:other\n[other]\nC=UT\nO=Outside\n", "C=UT/O=Inside/CN=Leaf"),
              "chain failed name_constraints");
}

TEST_F(Rfc5280, NameConstraintsOnMailUrisAndAddresses) {
    const std::string mail = "nameConstraints=critical,permitted;email:a.example\n";
    EXPECT_EQ(below(mail, "subjectAltName=email:x@a.example\n"), "passed");
    EXPECT_EQ(below(mail, "subjectAltName=email:x@b.a.example\n"), "chain failed name_constraints");
    EXPECT_EQ(below("nameConstraints=critical,permitted;email:.a.example\n", "subjectAltName=email:x@b.a.example\n"),
              "passed");
    EXPECT_EQ(below("nameConstraints=critical,permitted;email:x@a.example\n", "subjectAltName=email:y@a.example\n"),
              "chain failed name_constraints");
    EXPECT_EQ(below(mail, "", "C=UT/CN=Leaf/emailAddress=x@b.example"), "chain failed name_constraints");
    const std::string uri = "nameConstraints=critical,excluded;URI:.a.example\n";
    EXPECT_EQ(below(uri, "subjectAltName=URI:http://x.a.example/y\n"), "chain failed name_constraints");
    EXPECT_EQ(below(uri, "subjectAltName=URI:http://a.example/y\n"), "passed");
    const std::string address = "nameConstraints=critical,permitted;IP:192.0.2.0/255.255.255.0\n";
    EXPECT_EQ(below(address, "subjectAltName=IP:192.0.2.77\n"), "passed");
    EXPECT_EQ(below(address, "subjectAltName=IP:192.0.3.1\n"), "chain failed name_constraints");
    EXPECT_EQ(
        below("nameConstraints=critical,excluded;otherName:1.2.3;UTF8:a\n", "subjectAltName=otherName:1.2.3;UTF8:a\n"),
        "chain failed name_constraints");
    EXPECT_EQ(below("nameConstraints=critical,excluded;otherName:1.2.3;UTF8:a\n", "subjectAltName=DNS:a.example\n"),
              "passed");
}

TEST_F(Rfc5280, NameConstraintsStandWhereTheyMay) {
    EXPECT_NE(below("nameConstraints=permitted;DNS:a.example\n", ""), "passed");            // not critical
    EXPECT_NE(below("nameConstraints=critical,permitted;DNS:.a.example\n", ""), "passed");  // a leading period
    EXPECT_NE(below("nameConstraints=critical,permitted;email:a@b@c.example\n", ""), "passed");
    EXPECT_NE(leaf_with("nameConstraints=critical,permitted;DNS:a.example\n"), "passed");  // not an issuer's
    EXPECT_NE(leaf_with("nameConstraints=permitted;DNS:a.example\n"), "passed");
}

TEST_F(Rfc5280, NameConstraintsNarrowAndSpareSelfIssuedIssuers) {
    const Owner wide = authority("Wide", &root, "nameConstraints=critical,permitted;DNS:a.example\n");
    const Owner wider =
        authority("Wider", &wide, "nameConstraints=critical,permitted;DNS:a.example,permitted;DNS:b.example\n");
    const auto under = [&](const Owner& by, const std::string& names) {
        return outcome(verify(make({.extensions = kLeaf + names}, &by), {wide, wider, by}, {root}));
    };
    EXPECT_EQ(under(wider, "subjectAltName=DNS:a.example\n"), "passed");
    EXPECT_EQ(under(wider, "subjectAltName=DNS:b.example\n"), "chain failed name_constraints");
    const Owner rolled =
        make({.subject = "C=UT/CN=Wide", .extensions = kAuthority + "subjectAltName=DNS:b.example\n"}, &wide);
    EXPECT_EQ(under(rolled, "subjectAltName=DNS:a.example\n"), "passed");
    const Owner other =
        make({.subject = "CN=Another", .extensions = kAuthority + "subjectAltName=DNS:b.example\n"}, &wide);
    EXPECT_EQ(under(other, "subjectAltName=DNS:a.example\n"), "chain failed name_constraints");
    const Owner last = make({.subject = "C=UT/CN=Wide", .extensions = kLeaf + "subjectAltName=DNS:b.example\n"}, &wide);
    EXPECT_EQ(outcome(verify(last, {wide}, {root})), "chain failed name_constraints");
}

// ---- 4.2.1.4, .5, .11 and .14: policies

TEST_F(Rfc5280, PoliciesMustHoldWhereOneIsRequired) {
    const std::string required = "policyConstraints=critical,requireExplicitPolicy:0\n";
    const std::string a = "certificatePolicies=1.2.3.4\n";
    const std::string b = "certificatePolicies=1.2.3.5\n";
    const std::string any = "certificatePolicies=2.5.29.32.0\n";
    EXPECT_EQ(below(a, b), "passed");  // nobody asks
    EXPECT_EQ(below(required + a, a), "passed");
    EXPECT_EQ(below(required + a, b), "chain failed policy");
    EXPECT_EQ(below(required + a, ""), "chain failed policy");
    EXPECT_EQ(below(required + any, b), "passed");
    EXPECT_EQ(below(required + any + "inhibitAnyPolicy=critical,0\n", any), "chain failed policy");
    EXPECT_NE(below("policyConstraints=requireExplicitPolicy:0\n" + a, a), "passed");  // not critical
    EXPECT_NE(below("inhibitAnyPolicy=0\n" + a, a), "passed");
}

TEST_F(Rfc5280, PoliciesMayBeMappedUnlessThatIsInhibited) {
    const std::string a = "certificatePolicies=1.2.3.4\n";
    const std::string b = "certificatePolicies=1.2.3.5\n";
    const std::string mapping = "policyMappings=critical,1.2.3.4:1.2.3.5\n";
    EXPECT_EQ(below("policyConstraints=critical,requireExplicitPolicy:0\n" + a + mapping, b), "passed");
    EXPECT_EQ(below("policyConstraints=critical,requireExplicitPolicy:0\n" + a + mapping, a), "chain failed policy");
    const Owner top =
        authority("Top", &root, "policyConstraints=critical,requireExplicitPolicy:0,inhibitPolicyMapping:0\n" + a);
    const Owner maps = authority("Maps", &top, a + mapping);
    EXPECT_EQ(outcome(verify(make({.extensions = kLeaf + b}, &maps), {top, maps}, {root})), "chain failed policy");
    EXPECT_EQ(below("policyMappings=critical,2.5.29.32.0:1.2.3.5\n" + a, b), "chain failed policy");
}

// ---- 4.1.2.5: validity

TEST_F(Rfc5280, ValidityIncludesItsEnds) {
    const Owner leaf =
        make({.extensions = kLeaf, .not_before = "20260601000000Z", .not_after = "20260602000000Z"}, &issuer);
    const auto at_time = [&](Time now) { return outcome(verify(leaf, {issuer}, {root}, {}, now)); };
    EXPECT_EQ(at_time(at(2026, 6)), "passed");
    EXPECT_EQ(at_time(at(2026, 6) - std::chrono::seconds(1)), "validity failed not_yet_valid");
    EXPECT_EQ(at_time(at(2026, 6, 2)), "passed");
    EXPECT_EQ(at_time(at(2026, 6, 2) + std::chrono::seconds(1)), "validity failed expired");
}

TEST_F(Rfc5280, ValidityOfOldAndFarYears) {
    const auto with = [&](const std::string& from, const std::string& to) {
        return outcome(
            verify(make({.extensions = kLeaf, .not_before = from, .not_after = to}, &issuer), {issuer}, {root}));
    };
    EXPECT_EQ(with("500101000000Z", "20400101000000Z"), "passed");                         // UTCTime: 1950
    EXPECT_EQ(with("19500101000000Z", "21000101000000Z"), "passed");                       // GeneralizedTime in both
    EXPECT_EQ(with("490101000000Z", "20600101000000Z"), "validity failed not_yet_valid");  // UTCTime: 2049
    EXPECT_EQ(with("20000101000000Z", "501231235959Z"), "validity failed expired");        // UTCTime: 1950
    const Owner gone = make({.subject = "CN=Gone", .extensions = kAuthority, .not_after = "20250101000000Z"}, &root);
    EXPECT_EQ(outcome(verify(make({.extensions = kLeaf}, &gone), {gone}, {root})), "validity failed expired");
    const Owner old_root = make({.subject = "CN=Old", .extensions = kAuthority, .not_after = "20250101000000Z"});
    EXPECT_EQ(outcome(verify(make({.extensions = kLeaf}, &old_root), {}, {old_root})), "validity failed expired");
}

// ---- 6: building the path

TEST_F(Rfc5280, AnotherPathIsTriedWhereOneDoesNotHold) {
    const Owner other_root = authority("Other root");
    const Key key = fresh_key();
    const auto middle = [&](const Owner& by, const std::string& more, const std::string& until = "20400101000000Z") {
        return make({.subject = "CN=Middle", .extensions = kAuthority + more, .not_after = until, .key = key}, &by);
    };
    const Owner good = middle(root, "");
    const Owner leaf = make({.extensions = kLeaf + "subjectAltName=DNS:a.example\n"}, &good);
    for (const Owner& bad : {middle(other_root, "nameConstraints=critical,excluded;DNS:a.example\n"),
                             middle(other_root, "", "20210101000000Z"),
                             middle(other_root, "1.3.6.1.4.1.55738.666.1=critical,DER:0500\n")}) {
        EXPECT_EQ(outcome(verify(leaf, {bad, good}, {other_root, root})), "passed");
        EXPECT_EQ(outcome(verify(leaf, {good, bad}, {root, other_root})), "passed");
        EXPECT_NE(outcome(verify(leaf, {bad}, {root, other_root})), "passed");
    }
}

TEST_F(Rfc5280, IssuersThatCertifyEachOtherEndSomewhere) {
    const Key keys[] = {fresh_key(), fresh_key()};
    Owner one = make({.subject = "CN=One", .extensions = kAuthority, .key = keys[0]});
    Owner two = make({.subject = "CN=Two", .extensions = kAuthority, .key = keys[1]}, &one);
    one = make({.subject = "CN=One", .extensions = kAuthority, .key = keys[0]}, &two);
    const Owner leaf = make({.extensions = kLeaf}, &one);
    EXPECT_NE(outcome(verify(leaf, {one, two}, {root})), "passed");
    const Owner anchored = make({.subject = "CN=One", .extensions = kAuthority, .key = keys[0]});
    EXPECT_EQ(outcome(verify(leaf, {one, two}, {anchored})), "passed");
}

TEST_F(Rfc5280, AMeshOfIssuersIsBoundedAndNeverAccepted) {
    // Everyone certifies everyone, and nothing below the anchor may be used: all ways would have to be tried.
    constexpr int kIssuers = 9;
    const Owner narrow = authority("Narrow", nullptr, "nameConstraints=critical,permitted;DNS:b.example\n");
    std::vector<Key> keys;
    std::vector<Owner> mesh;
    for (int i = 0; i < kIssuers; ++i) keys.push_back(fresh_key());
    const auto name = [](int i) { return "CN=Mesh " + std::to_string(i); };
    std::vector<Owner> selves;
    for (int i = 0; i < kIssuers; ++i)
        selves.push_back(
            make({.subject = name(i), .extensions = kAuthority, .key = keys[static_cast<std::size_t>(i)]}));
    for (int i = 0; i < kIssuers; ++i) {
        const Key& key = keys[static_cast<std::size_t>(i)];
        mesh.push_back(make({.subject = name(i), .extensions = kAuthority, .key = key}, &narrow));
        for (int j = 0; j < kIssuers; ++j)
            if (i != j)
                mesh.push_back(make({.subject = name(i), .extensions = kAuthority, .key = key},
                                    &selves[static_cast<std::size_t>(j)]));
    }
    const Owner leaf = make({.extensions = kLeaf + "subjectAltName=DNS:a.example\n"}, &selves.front());
    const NationalPath path = verify(leaf, mesh, {narrow});
    EXPECT_FALSE(path.authentic_without_revocation());
    EXPECT_EQ(outcome(path), "chain undetermined too_many_paths");
}

TEST_F(Rfc5280, SignaturesAreChecked) {
    const Owner impostor = make({.subject = "C=UT/CN=Issuer", .extensions = kAuthority, .key = fresh_key()});
    What what{.extensions = "subjectKeyIdentifier=hash\nkeyUsage=digitalSignature\n"};
    what.change = [&](X509* x) {  // names the issuer's key, and is signed by another
        X509V3_CTX context;
        X509V3_set_ctx(&context, issuer.certificate.get(), x, nullptr, nullptr, 0);
        add_extensions("authorityKeyIdentifier=keyid\n", context, x, nullptr);
    };
    const Owner leaf = make(what, &impostor);
    EXPECT_EQ(outcome(verify(leaf, {issuer}, {root})), "signature failed signature_invalid");
    const Owner rsa =
        make({.subject = "CN=RSA", .extensions = kAuthority, .key = Key(EVP_RSA_gen(1024), EVP_PKEY_free)});
    EXPECT_EQ(outcome(verify(make({.extensions = kLeaf, .digest = EVP_md5()}, &rsa), {}, {rsa})),
              "chain failed weak_algorithm");
    const NationalPath short_key = verify(make({.extensions = kLeaf}, &rsa), {}, {rsa});
    EXPECT_EQ(outcome(short_key), "passed");
    EXPECT_TRUE(contains(short_key.deviations, DeviationCode::algorithm_rsa_short));
    const NationalPath weak = verify(make({.extensions = kLeaf, .digest = EVP_sha1()}, &issuer), {issuer}, {root});
    EXPECT_EQ(outcome(weak), "passed");
    EXPECT_TRUE(contains(weak.deviations, DeviationCode::algorithm_sha1));
}

// ---- 5 and 6.3: revocation lists

class Rfc5280Lists : public Rfc5280 {
protected:
    Owner leaf = make({.extensions = kLeaf}, &issuer);

    std::string revocation(const std::vector<Crl>& lists, Time now = specimen::kNow,
                           std::optional<std::chrono::hours> age_limit = {}) {
        std::vector<Crl> all = lists;
        all.push_back(list_by(root));
        const NationalPath path = verify(leaf, more(), {root}, all, now, age_limit);
        const Check& check = *find(path.checks, "certificate_path.revocation");
        return std::string(name(check.result)) + (check.reason.empty() ? "" : " " + check.reason);
    }
    std::vector<Owner> more() const {
        std::vector<Owner> all{issuer};
        all.insert(all.end(), others.begin(), others.end());
        return all;
    }
    std::vector<Owner> others;
};

TEST_F(Rfc5280Lists, SayWhatIsRevoked) {
    EXPECT_EQ(revocation({list_by(issuer)}), "passed");
    EXPECT_EQ(revocation({}), "undetermined no_list");
    EXPECT_EQ(revocation({list_by(issuer, {.revoked = {leaf.certificate.get()}})}), "failed revoked");
    EXPECT_EQ(revocation({list_by(issuer), list_by(root, {.revoked = {leaf.certificate.get()}})}), "passed");
    const Owner other = authority("Other");
    EXPECT_EQ(revocation({list_by(issuer), list_by(other, {.revoked = {leaf.certificate.get()}})}), "passed");
    EXPECT_EQ(revocation({list_by(other)}), "undetermined no_list");
}

TEST_F(Rfc5280Lists, OfWhichAnyMayDecide) {
    const Crl wrong = list_by(issuer, {.issuer = name_of("C=UT/CN=Somebody")});
    EXPECT_EQ(revocation({wrong, list_by(issuer)}), "passed");
    EXPECT_EQ(revocation({wrong}), "undetermined no_list");
}

TEST_F(Rfc5280Lists, CountOnlyWithTheIssuersSignature) {
    const Owner impostor = make({.subject = "C=UT/CN=Issuer", .extensions = kAuthority}, nullptr);
    EXPECT_EQ(revocation({list_by(impostor)}).substr(0, 12), "undetermined");
    issuer = make({.subject = "C=UT/CN=Issuer",
                   .extensions = kKeyIds + "keyUsage=critical,keyCertSign\nbasicConstraints=critical,CA:TRUE\n"},
                  &root);
    leaf = make({.extensions = kLeaf}, &issuer);
    EXPECT_EQ(revocation({list_by(issuer)}), "undetermined list_unusable");
}

TEST_F(Rfc5280Lists, CountInTheirTime) {
    EXPECT_EQ(revocation({list_by(issuer, {.this_update = "20260602000000Z"})}), "undetermined list_unusable");
    EXPECT_EQ(revocation({list_by(issuer, {.next_update = "20260531000000Z"})}), "undetermined list_too_old");
    EXPECT_EQ(revocation({list_by(issuer, {.next_update = ""})}), "undetermined list_unusable");
    EXPECT_EQ(revocation({list_by(issuer, {.next_update = "20600101000000Z"})}), "passed");
    using std::chrono::hours;
    EXPECT_EQ(revocation({list_by(issuer)}, specimen::kNow, hours(24 * 30)), "passed");
    EXPECT_EQ(revocation({list_by(issuer)}, specimen::kNow, hours(24 * 7)), "undetermined list_too_old");
    EXPECT_EQ(revocation({list_by(issuer, {.revoked = {leaf.certificate.get()}})}, specimen::kNow, hours(24 * 7)),
              "failed revoked");
}

TEST_F(Rfc5280Lists, AreOfTheProfile) {
    EXPECT_EQ(revocation({list_by(issuer, {.number = -1})}), "undetermined list_unusable");
    EXPECT_EQ(revocation({list_by(issuer, {.number_critical = true})}), "undetermined list_unusable");
    EXPECT_EQ(revocation({list_by(issuer, {.extensions = "1.3.6.1.4.1.55738.666.1=critical,DER:0500\n"})}),
              "undetermined list_unusable");
    EXPECT_EQ(revocation({list_by(issuer, {.extensions = "1.3.6.1.4.1.55738.666.1=DER:0500\n"})}), "passed");
    X509* const other = root.certificate.get();
    EXPECT_EQ(revocation({list_by(issuer, {.revoked = {other, other}})}), "undetermined list_unusable");
}

TEST_F(Rfc5280Lists, CountWithinTheirScope) {
    const auto scoped = [&](const std::string& scope) {
        return revocation({list_by(issuer, {.extensions = "issuingDistributionPoint=critical," + scope + "\n"})});
    };
    EXPECT_EQ(scoped("onlyuser:TRUE"), "passed");
    EXPECT_EQ(scoped("onlyCA:TRUE").substr(0, 12), "undetermined");
    EXPECT_EQ(scoped("onlyAA:TRUE").substr(0, 12), "undetermined");
    EXPECT_EQ(scoped("onlysomereasons:keyCompromise").substr(0, 12), "undetermined");
    EXPECT_EQ(scoped("fullname:URI:http://a.example/1").substr(0, 12), "undetermined");
    leaf = make({.extensions = kLeaf + "crlDistributionPoints=URI:http://a.example/1\n"}, &issuer);
    EXPECT_EQ(scoped("fullname:URI:http://a.example/1"), "passed");
    EXPECT_EQ(scoped("fullname:URI:http://a.example/2").substr(0, 12), "undetermined");
}

TEST_F(Rfc5280Lists, ForSomeReasonsDecideTogether) {
    leaf = make({.extensions = kLeaf + "crlDistributionPoints=some,rest\n[some]\nfullname=URI:http://a.example/1\n"
                                       "reasons=keyCompromise,CACompromise\n[rest]\nfullname=URI:http://a.example/2\n"
                                       "reasons=affiliationChanged,superseded,cessationOfOperation,certificateHold,"
                                       "privilegeWithdrawn,AACompromise\n"},
                &issuer);
    const Crl some =
        list_by(issuer, {.extensions = "issuingDistributionPoint=critical,fullname:URI:http://a.example/1\n"});
    const Crl rest =
        list_by(issuer, {.extensions = "issuingDistributionPoint=critical,fullname:URI:http://a.example/2\n"});
    EXPECT_EQ(revocation({some, rest}), "passed");
    EXPECT_EQ(revocation({some}).substr(0, 12), "undetermined");
    EXPECT_EQ(revocation({rest}).substr(0, 12), "undetermined");
}

TEST_F(Rfc5280Lists, MayBeSignedByAKeyOfTheirOwn) {
    const Owner signer =
        make({.subject = "C=UT/CN=Issuer", .extensions = kKeyIds + "keyUsage=critical,cRLSign\n"}, &root);
    EXPECT_EQ(revocation({list_by(signer)}).substr(0, 12), "undetermined");  // nobody has the signer's certificate
    others = {signer};
    EXPECT_EQ(revocation({list_by(signer)}), "passed");
    EXPECT_EQ(revocation({list_by(signer, {.revoked = {leaf.certificate.get()}})}), "failed revoked");
    const Owner elsewhere = authority("Elsewhere");
    others = {make({.subject = "C=UT/CN=Issuer", .extensions = kKeyIds + "keyUsage=critical,cRLSign\n"}, &elsewhere),
              elsewhere};
    EXPECT_EQ(revocation({list_by(others.front())}).substr(0, 12), "undetermined");
}

TEST_F(Rfc5280Lists, MayBeIndirect) {
    const Owner signer =
        make({.subject = "C=UT/CN=Lists", .extensions = kKeyIds + "keyUsage=critical,cRLSign\n"}, &root);
    const auto named = [](const std::string& section) {
        return "crlDistributionPoints=there\n[there]\nfullname=dirName:list\nCRLissuer=dirName:" + section +
               "\n[list]\nC=UT\nCN=Lists\n[stranger]\nC=UT\nCN=Stranger\n";
    };
    const std::string scope =
        "issuingDistributionPoint=critical,@here\n[here]\nindirectCRL=TRUE\nfullname=dirName:list\n"
        "[list]\nC=UT\nCN=Lists\n";
    others = {signer};
    leaf = make({.extensions = kLeaf + named("list")}, &issuer);
    EXPECT_EQ(revocation({list_by(signer, {.extensions = scope})}), "passed");
    leaf = make({.extensions = kLeaf + named("stranger")}, &issuer);
    EXPECT_EQ(revocation({list_by(signer, {.extensions = scope})}).substr(0, 12), "undetermined");
}

TEST_F(Rfc5280Lists, AreCarriedForwardByDeltas) {
    const std::string freshest = "freshestCRL=URI:http://a.example/delta\n";
    leaf = make({.extensions = kLeaf + freshest}, &issuer);
    const Crl base = list_by(issuer, {.extensions = freshest, .number = 7});
    EXPECT_EQ(revocation({base, list_by(issuer, {.number = 9, .base = 7})}), "passed");
    EXPECT_EQ(revocation({base, list_by(issuer, {.revoked = {leaf.certificate.get()}, .number = 9, .base = 7})}),
              "failed revoked");
    EXPECT_EQ(revocation({list_by(issuer, {.number = 9, .base = 7})}).substr(0, 12), "undetermined");  // no base
    const auto taken_off = [&](X509_CRL* list) { revoke(list, leaf.certificate.get(), CRL_REASON_REMOVE_FROM_CRL); };
    const auto held = [&](X509_CRL* list) { revoke(list, leaf.certificate.get(), CRL_REASON_CERTIFICATE_HOLD); };
    const Crl base_with_hold = list_by(issuer, {.extensions = freshest, .number = 7, .change = held});
    EXPECT_EQ(revocation({base_with_hold}), "failed revoked");
    EXPECT_EQ(revocation({base_with_hold, list_by(issuer, {.number = 9, .base = 7, .change = taken_off})}), "passed");
}

TEST_F(Rfc5280Lists, AreAsOldAsTheDeltaThatCarriesThemForward) {
    const std::string freshest = "freshestCRL=URI:http://a.example/delta\n";
    leaf = make({.extensions = kLeaf + freshest}, &issuer);
    const Crl of_root = list_by(root, {.this_update = "20260530000000Z"});
    const auto judged = [&](const std::string& delta_of) {
        const Crl base = list_by(issuer, {.extensions = freshest, .this_update = "20260401000000Z"});
        const Crl delta = list_by(issuer, {.this_update = delta_of, .number = 9, .base = 7});
        const NationalPath path =
            verify(leaf, {issuer}, {root}, {of_root, base, delta}, specimen::kNow, std::chrono::days(7));
        return std::pair(find(path.checks, "certificate_path.revocation")->reason, path.revocation_as_of);
    };
    EXPECT_EQ(judged("20260531000000Z"), std::pair(std::string(), std::optional(at(2026, 5, 30))));
    EXPECT_EQ(judged("20260520000000Z"), std::pair(std::string("list_too_old"), std::optional(at(2026, 5, 20))));
}

TEST_F(Rfc5280Lists, AFreshListOfAnotherScopeDoesNotMakeAnOldOneFresh) {
    const Crl old = list_by(issuer, {.this_update = "20260401000000Z"});
    const Crl fresh = list_by(
        issuer, {.extensions = "issuingDistributionPoint=critical,onlyCA:TRUE\n", .this_update = "20260531000000Z"});
    EXPECT_EQ(revocation({old}, specimen::kNow, std::chrono::days(31)), "undetermined list_too_old");
    EXPECT_EQ(revocation({old, fresh}, specimen::kNow, std::chrono::days(31)), "undetermined list_too_old");
}

TEST_F(Rfc5280Lists, OfEveryScopeStandBesideEachOtherInTheStore) {
    StoreBuilder builder(*TrustStore::empty());
    ImportOptions options;
    options.at = specimen::kNow;
    options.purposes = {Purpose::national_pki};
    const auto import = [&](const Bytes& file) { return builder.import(file, options).items.at(0).outcome; };
    const auto list = [&](const List& what) { return der_of<X509_CRL>(i2d_X509_CRL, list_by(root, what).get()); };
    const std::string users = "issuingDistributionPoint=critical,onlyuser:TRUE\n";
    const std::string authorities = "issuingDistributionPoint=critical,onlyCA:TRUE\n";
    import(der_of<X509>(i2d_X509, root.certificate.get()));
    EXPECT_EQ(import(list({.extensions = users})), Outcome::added);
    EXPECT_EQ(import(list({.extensions = authorities, .number = 6})), Outcome::added);
    EXPECT_EQ(import(list({.number = 9, .base = 7})), Outcome::added);
    EXPECT_EQ(import(list({.number = 5})), Outcome::added);
    EXPECT_EQ(import(list({.extensions = users, .number = 8})), Outcome::changed);
    EXPECT_EQ(import(list({.extensions = users, .number = 7})), Outcome::refused);
    EXPECT_EQ(import(list({.number = 8, .base = 7})), Outcome::refused);
    EXPECT_EQ(TrustStore::from_bytes(builder.next(specimen::kNow))->revocation_list_count(), 4U);
}

TEST_F(Rfc5280Lists, AreNotAskedForAboutAnAnchor) {
    EXPECT_TRUE(verify(leaf, {}, {issuer}, {list_by(issuer)}).authentic());
    EXPECT_FALSE(verify(leaf, {}, {issuer}, {list_by(root)}).authentic());
    const Crl of_itself = list_by(root, {.revoked = {root.certificate.get()}});
    EXPECT_EQ(outcome(verify(leaf, {issuer}, {root}, {list_by(issuer), of_itself})), "revocation failed revoked");
}

TEST_F(Rfc5280Lists, OfTheIssuersIssuerCountAsWell) {
    const NationalPath path =
        verify(leaf, {issuer}, {root}, {list_by(issuer), list_by(root, {.revoked = {issuer.certificate.get()}})});
    EXPECT_EQ(outcome(path), "revocation failed revoked");
    EXPECT_FALSE(path.authentic_without_revocation());
    EXPECT_EQ(outcome(verify(leaf, {issuer}, {root}, {list_by(issuer)})), "passed");  // undetermined no_list
    EXPECT_FALSE(verify(leaf, {issuer}, {root}, {list_by(issuer)}).authentic());
}

}  // namespace
}  // namespace tahvil::trust
