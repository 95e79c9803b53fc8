#include "daemon/receipt/sd_jwt.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>

#include <boost/json.hpp>
#include <gtest/gtest.h>
#include <unistd.h>

#include "crypto/base64.h"
#include "crypto/error.h"

namespace tahvil::daemon {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;
using Result = SdJwtCheck::Result;

constexpr std::chrono::sys_seconds kNow{std::chrono::seconds{1'780'000'000}};

// RFC 9901, 5.1 and 5.2 (without the key binding), and the issuer's key of A.5.
const std::string kPublishedJwt =
    "eyJhbGciOiAiRVMyNTYiLCAidHlwIjogImV4YW1wbGUrc2Qtand0In0.eyJfc2QiOiBbIkNyUWU3UzVrcUJBSHQtbk1ZWGdjNmJkdDJTSDVhVFkx"
    "c1VfTS1QZ2tqUEkiLCAiSnpZakg0c3ZsaUgwUjNQeUVNZmVadTZKdDY5dTVxZWhabzdGN0VQWWxTRSIsICJQb3JGYnBLdVZ1Nnh5bUphZ3ZrRnNG"
    "WEFiUm9jMkpHbEFVQTJCQTRvN2NJIiwgIlRHZjRvTGJnd2Q1SlFhSHlLVlFaVTlVZEdFMHc1cnREc3JaemZVYW9tTG8iLCAiWFFfM2tQS3QxWHlY"
    "N0tBTmtxVlI2eVoyVmE1TnJQSXZQWWJ5TXZSS0JNTSIsICJYekZyendzY002R242Q0pEYzZ2Vks4QmtNbmZHOHZPU0tmcFBJWmRBZmRFIiwgImdi"
    "T3NJNEVkcTJ4Mkt3LXc1d1BFemFrb2I5aFYxY1JEMEFUTjNvUUw5Sk0iLCAianN1OXlWdWx3UVFsaEZsTV8zSmx6TWFTRnpnbGhRRzBEcGZheVF3"
    "TFVLNCJdLCAiaXNzIjogImh0dHBzOi8vaXNzdWVyLmV4YW1wbGUuY29tIiwgImlhdCI6IDE2ODMwMDAwMDAsICJleHAiOiAxODgzMDAwMDAwLCAi"
    "c3ViIjogInVzZXJfNDIiLCAibmF0aW9uYWxpdGllcyI6IFt7Ii4uLiI6ICJwRm5kamtaX1ZDem15VGE2VWpsWm8zZGgta284YUlLUWM5RGxHemhh"
    "VllvIn0sIHsiLi4uIjogIjdDZjZKa1B1ZHJ5M2xjYndIZ2VaOGtoQXYxVTFPU2xlclAwVmtCSnJXWjAifV0sICJfc2RfYWxnIjogInNoYS0yNTYi"
    "LCAiY25mIjogeyJqd2siOiB7Imt0eSI6ICJFQyIsICJjcnYiOiAiUC0yNTYiLCAieCI6ICJUQ0FFUjE5WnZ1M09IRjRqNFc0dmZTVm9ISVAxSUxp"
    "bERsczd2Q2VHZW1jIiwgInkiOiAiWnhqaVdXYlpNUUdIVldLVlE0aGJTSWlyc1ZmdWVjQ0U2dDRqVDlGMkhaUSJ9fX0.MczwjBFGtzf-6WMT-hIv"
    "Ybkb11NrV1WMO-jTijpMPNbswNzZ87wY2uHz-CXo6R04b7jYrpj9mNRAvVssXou1iw~";
const std::string kFamilyName = "WyJlbHVWNU9nM2dTTklJOEVZbnN4QV9BIiwgImZhbWlseV9uYW1lIiwgIkRvZSJd~";
const std::string kGivenName = "WyIyR0xDNDJzS1F2ZUNmR2ZyeU5STjl3IiwgImdpdmVuX25hbWUiLCAiSm9obiJd~";
const std::string kNationality = "WyJsa2x4RjVqTVlsR1RQVW92TU5JdkNBIiwgIlVTIl0~";

PublicKey published_key() {
    return PublicKey::ec(Curve::secp256r1,
                         concat({Bytes{4}, from_base64("b28d4MwZMjw8-00CG4xfnn9SLMVMM19SlqZpVb_uNtQ", Base64::url),
                                 from_base64("Xv5zWwuoaTgdS6hV43yI6gBwTnjukmFQQnJ_kCxzqk8", Base64::url)}));
}

struct Receipt {
    PrivateKey key = PrivateKey::generate_ec(Curve::secp256r1);
    std::unique_ptr<Signer> signer = signer_in_memory(key);
    SdJwtContent content{
        "tahvil-receipt+sd-jwt",
        {to_bytes(as_bytes("a certificate")), to_bytes(as_bytes("its issuer's"))},
        {{"jti", "T1-000001"}, {"iat", 1779999999}, {"checklist", json::array{json::object{{"item", "fee"}}}}},
        {{"name", "\u062a\u062d\u0648\u06cc\u0644"},
         {"national_code", "0012345679"},
         {"card", json::object{{"a", 1}}}}};
    std::string text = issue_sd_jwt(content, *signer);

    SdJwtCheck check(const std::string& other) const { return SdJwt::parse(other).check(key.public_key(), kNow); }
};

/// The JWT of any header and payload, properly signed.
std::string signed_jwt(const Receipt& receipt, std::string_view header, std::string_view payload) {
    const std::string part = to_base64(as_bytes(header), Base64::url) + "." + to_base64(as_bytes(payload), Base64::url);
    return part + "." +
           to_base64(receipt.signer->sign({SignatureScheme::ecdsa_plain, DigestAlgorithm::sha256}, as_bytes(part)),
                     Base64::url) +
           "~";
}

constexpr std::string_view kHeader = R"({"alg":"ES256","typ":"t"})";

std::string disclosure(std::string_view text) {
    return to_base64(as_bytes(text), Base64::url);
}

std::string digest_of(std::string_view disclosure) {
    return to_base64(digest(DigestAlgorithm::sha256, as_bytes(disclosure)), Base64::url);
}

TEST(SdJwt, VerifiesTheExampleOfRfc9901Clause5) {
    const SdJwt read = SdJwt::parse(kPublishedJwt + kFamilyName + kGivenName + kNationality);
    EXPECT_EQ(read.type(), "example+sd-jwt");
    const SdJwtCheck check = read.check(published_key(), kNow);
    ASSERT_EQ(check.result, Result::verified);
    EXPECT_EQ(check.claims.at("family_name"), "Doe");
    EXPECT_EQ(check.claims.at("given_name"), "John");
    EXPECT_EQ(check.claims.at("nationalities"), json::array{"US"});
    EXPECT_FALSE(check.claims.contains("_sd"));
    EXPECT_FALSE(check.claims.contains("_sd_alg"));
    EXPECT_FALSE(check.claims.contains("email"));
    EXPECT_EQ(read.check(published_key(), std::chrono::sys_seconds{std::chrono::seconds{1883000000}}).result,
              Result::expired);
}

TEST(SdJwt, BringsAllClaimsBack) {
    const Receipt receipt;
    const SdJwt read = SdJwt::parse(receipt.text);
    EXPECT_EQ(read.type(), receipt.content.type);
    EXPECT_EQ(read.certificates(), receipt.content.certificates);
    const SdJwtCheck check = receipt.check(receipt.text);
    ASSERT_EQ(check.result, Result::verified);
    json::object all = receipt.content.open;
    for (const auto& claim : receipt.content.disclosable) all.emplace(claim.key(), claim.value());
    EXPECT_EQ(check.claims, all);
}

TEST(SdJwt, WithholdsWhatIsNotNamedAndTellsNothingOfIt) {
    const Receipt receipt;
    const std::string less = withhold(receipt.text, {"card"});
    const SdJwtCheck check = receipt.check(less);
    ASSERT_EQ(check.result, Result::verified);
    EXPECT_TRUE(check.claims.contains("card"));
    EXPECT_FALSE(check.claims.contains("name"));
    const std::string_view payload = std::string_view(less).substr(less.find('.') + 1);
    const Bytes decoded = from_base64(payload.substr(0, payload.find('.')), Base64::url);
    EXPECT_EQ(as_text(decoded).find("national_code"), std::string_view::npos);
    EXPECT_EQ(as_text(decoded).find("0012345679"), std::string_view::npos);
}

TEST(SdJwt, SaltsEveryClaimAnew) {
    Receipt receipt;
    EXPECT_NE(receipt.text.substr(receipt.text.find('~')),
              issue_sd_jwt(receipt.content, *receipt.signer).substr(receipt.text.find('~')));
}

TEST(SdJwt, AnotherKeyOrAnotherTextIsNotVerified) {
    const Receipt receipt;
    EXPECT_EQ(SdJwt::parse(receipt.text).check(Receipt().key.public_key(), kNow).result, Result::bad_signature);
    EXPECT_EQ(SdJwt::parse(receipt.text).check(PrivateKey::generate_ed25519().public_key(), kNow).result,
              Result::bad_signature);
    const Receipt other;
    // The payload of one under the signature of another.
    const std::size_t dot = receipt.text.find('.', receipt.text.find('.') + 1);
    const std::size_t other_dot = other.text.find('.', other.text.find('.') + 1);
    const std::string mixed =
        receipt.text.substr(0, dot) + other.text.substr(other_dot, other.text.find('~') - other_dot + 1);
    const SdJwtCheck check = receipt.check(mixed);
    EXPECT_EQ(check.result, Result::bad_signature);
    EXPECT_TRUE(check.claims.empty());
}

TEST(SdJwt, HoldsTheTimesOfItsClaims) {
    const Receipt receipt;
    const auto result = [&](std::string_view payload) {
        return receipt.check(signed_jwt(receipt, kHeader, payload)).result;
    };
    EXPECT_EQ(result(R"({"nbf":1780000000,"exp":1780000001})"), Result::verified);
    EXPECT_EQ(result(R"({"nbf":1780000001})"), Result::not_yet_valid);
    EXPECT_EQ(result(R"({"exp":1780000000})"), Result::expired);
    EXPECT_EQ(result(R"({"exp":1780000000.5})"), Result::expired);
    for (const std::string_view bad :
         {R"({"exp":"1790000000"})", R"({"exp":-1})", R"({"nbf":null})", R"({"exp":1e300})"})
        EXPECT_THROW(result(bad), MalformedData) << bad;
}

TEST(SdJwt, RefusesAHeaderThatItDoesNotWhollyUnderstand) {
    const Receipt receipt;
    for (const std::string_view header :
         {R"({"alg":"none","typ":"t"})", R"({"alg":"ES384","typ":"t"})", R"({"typ":"t"})", R"({"alg":"ES256"})",
          R"({"alg":"ES256","typ":"t","crit":["exp"]})", R"({"alg":"ES256","typ":"t","x5c":"AAAA"})",
          R"({"alg":"ES256","typ":"t","x5c":[]})", R"({"alg":"ES256","typ":"t","x5c":["A-AA"]})",
          R"({"alg":"ES256","alg":"none","typ":"t"})", R"([])", R"({)"})
        EXPECT_THROW(SdJwt::parse(signed_jwt(receipt, header, "{}")), MalformedData) << header;
}

TEST(SdJwt, RefusesDisclosuresThatDoNotFit) {
    const Receipt receipt;
    const std::string name = disclosure(R"(["salt","name","A"])");
    const std::string element = disclosure(R"(["salt","A"])");
    const auto payload = [](const std::string& members) { return "{" + members + "}"; };
    const auto digests = [](const std::string& digest) { return R"("_sd":[")" + digest + R"("])"; };
    const auto refused = [&](const std::string& members, const std::string& disclosures) {
        const std::string text = signed_jwt(receipt, kHeader, payload(members)) + disclosures;
        EXPECT_THROW(SdJwt::parse(text), MalformedData) << members << ' ' << disclosures;
    };
    EXPECT_NO_THROW(SdJwt::parse(signed_jwt(receipt, kHeader, payload(digests(digest_of(name)))) + name + "~"));
    refused(digests(digest_of(name)), name + "~" + name + "~");        // twice
    refused("", name + "~");                                           // no digest asks for it
    refused(digests(digest_of(name)) + R"(,"name":"B")", name + "~");  // the claim is there already
    refused(digests(digest_of(name)) + R"(,"o":{)" + digests(digest_of(name)) + "}", name + "~");  // digest twice
    refused(digests(digest_of(element)), element + "~");                   // an element for a claim
    refused(R"("a":[{"...":")" + digest_of(name) + R"("}])", name + "~");  // a claim for an element
    refused(R"("a":[{"...":")" + digest_of(element) + R"(","b":1}])", element + "~");
    refused(R"("...":1)", "");
    refused(R"("_sd":"x")", "");
    refused(R"("_sd":[1])", "");
    refused(R"("_sd_alg":"sha-1")", "");
    for (const std::string_view bad : {R"(["salt","_sd",[]])", R"(["salt","...","x"])", R"([1,"name","A"])",
                                       R"(["salt"])", R"({})", R"(["salt","a","b","c"])", R"(["salt",1,"A"])"})
        refused(digests(digest_of(disclosure(bad))), disclosure(bad) + "~");
    refused(digests(digest_of("not+base64")), "not+base64~");
}

TEST(SdJwt, DisclosesWithinWhatIsDisclosed) {
    const Receipt receipt;
    const std::string inner = disclosure(R"(["s1","street","A"])");
    const std::string outer = disclosure(R"(["s2","address",{"_sd":[")" + digest_of(inner) + R"("]}])");
    const std::string jwt = signed_jwt(receipt, kHeader, R"({"_sd":[")" + digest_of(outer) + R"("]})");
    EXPECT_EQ(receipt.check(jwt + outer + "~" + inner + "~").claims.at("address").at("street"), "A");
    EXPECT_EQ(receipt.check(jwt + inner + "~" + outer + "~").claims.at("address").at("street"), "A");
    EXPECT_TRUE(receipt.check(jwt + outer + "~").claims.at("address").as_object().empty());
    EXPECT_THROW(SdJwt::parse(jwt + inner + "~"), MalformedData);
}

TEST(SdJwt, RefusesWhatIsNotOfItsForm) {
    const Receipt receipt;
    const std::string jwt = receipt.text.substr(0, receipt.text.find('~'));
    for (const std::string& text : {std::string(), std::string("~"), jwt, jwt + ".x~", std::string("a.b~"),
                                    receipt.text + "key.binding.jwt", jwt + "~~", jwt + "=~"})
        EXPECT_THROW(SdJwt::parse(text), MalformedData) << text;
    EXPECT_THROW(SdJwt::parse(std::string(kMaxSdJwt, 'A') + "~"), MalformedData);
    std::string many = jwt + "~";
    for (std::size_t i = 0; i <= kMaxDisclosures; ++i) many += "AAAA~";
    EXPECT_THROW(SdJwt::parse(many), MalformedData);
}

TEST(SdJwt, IsNotIssuedWithClaimsThatClashNorWithAnotherKey) {
    Receipt receipt;
    receipt.content.open.emplace("name", "B");
    EXPECT_THROW(issue_sd_jwt(receipt.content, *receipt.signer), InvalidInput);
    receipt.content.open = {{"_sd", json::array{}}};
    EXPECT_THROW(issue_sd_jwt(receipt.content, *receipt.signer), InvalidInput);
    receipt.content.open = {};
    EXPECT_THROW(issue_sd_jwt(receipt.content, *signer_in_memory(PrivateKey::generate_ec(Curve::secp384r1))),
                 CryptoError);
}

/// The JOSE library of Debian, which shares no line with this one.
class Jwcrypto : public testing::Test {
protected:
    void SetUp() override {
        if (std::system("/usr/bin/python3 -c 'import jwcrypto' 2> /dev/null") != 0)
            GTEST_SKIP() << "python3-jwcrypto is not installed";
        folder_ = fs::temp_directory_path() / ("tahvil-sd-jwt-" + std::to_string(::getpid()));
        fs::create_directories(folder_);
    }
    void TearDown() override {
        if (!folder_.empty()) fs::remove_all(folder_);
    }
    void write(const std::string& name, std::string_view text) const { std::ofstream(folder_ / name) << text; }
    std::string read(const std::string& name) const {
        std::ifstream file(folder_ / name);
        return {std::istreambuf_iterator<char>(file), {}};
    }
    int run(const std::string& script) const {
        write("script.py", script);
        return std::system(("cd " + folder_.string() + " && /usr/bin/python3 script.py").c_str());
    }
    fs::path folder_;
};

TEST_F(Jwcrypto, VerifiesWhatIsIssued) {
    const Receipt receipt;
    write("key.pem", as_text(receipt.key.pem().view()));
    write("receipt", receipt.text);
    EXPECT_EQ(run(R"(
from jwcrypto import jwk, jws
import base64, hashlib, json
key = jwk.JWK.from_pem(open("key.pem", "rb").read())
jwt, *disclosures = open("receipt").read().split("~")
token = jws.JWS()
token.deserialize(jwt, key, alg="ES256")
payload = json.loads(token.payload)
assert payload["jti"] == "T1-000001"
claims = {}
for disclosure in disclosures[:-1]:
    digest = base64.urlsafe_b64encode(hashlib.sha256(disclosure.encode()).digest()).decode().rstrip("=")
    assert digest in payload["_sd"]
    _, name, value = json.loads(base64.urlsafe_b64decode(disclosure + "=" * (-len(disclosure) % 4)))
    claims[name] = value
assert claims["national_code"] == "0012345679" and claims["card"] == {"a": 1}, claims
)"),
              0);
}

TEST_F(Jwcrypto, IsVerified) {
    const Receipt receipt;
    write("key.pem", as_text(receipt.key.pem().view()));
    ASSERT_EQ(run(R"(
from jwcrypto import jwk, jws
import json
key = jwk.JWK.from_pem(open("key.pem", "rb").read())
token = jws.JWS(json.dumps({"jti": "from another library"}))
token.add_signature(key, None, json.dumps({"alg": "ES256", "typ": "t"}))
open("signed", "w").write(token.serialize(compact=True) + "~")
)"),
              0);
    const SdJwtCheck check = receipt.check(read("signed"));
    EXPECT_EQ(check.result, Result::verified);
    EXPECT_EQ(check.claims.at("jti"), "from another library");
}

}  // namespace
}  // namespace tahvil::daemon
