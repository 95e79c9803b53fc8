// Runs files of Project Wycheproof through this project's own verification, key agreement and MAC:
//
//     wycheproof FILE...
//
// What a file calls valid must be accepted, what it calls invalid refused, and what it calls acceptable may go either
// way. Groups that the tables below name are refused by policy and counted as such. Exit status 0 when all went that
// way, 1 for any mismatch, 2 for a file that can not be read.

#include <algorithm>
#include <array>
#include <fstream>
#include <functional>
#include <iostream>
#include <optional>
#include <sstream>
#include <string>

#include <boost/json.hpp>

#include "crypto/error.h"
#include "crypto/key_agreement.h"
#include "crypto/mac.h"
#include "crypto/signature.h"

namespace json = boost::json;
using namespace tahvil;

namespace {

// What is refused by policy, named in advance. A group with anything else that this program does not have is a
// mismatch.
struct Refused {
    std::string_view value;
    std::string_view reason;
};

constexpr std::string_view kDigestReason = "a digest that neither Doc 9303 nor TR-03110 uses";
constexpr std::array<Refused, 8> kRefusedDigests{{{"SHA-512/224", kDigestReason},
                                                  {"SHA-512/256", kDigestReason},
                                                  {"SHA3-224", kDigestReason},
                                                  {"SHA3-256", kDigestReason},
                                                  {"SHA3-384", kDigestReason},
                                                  {"SHA3-512", kDigestReason},
                                                  {"SHAKE128", kDigestReason},
                                                  {"SHAKE256", kDigestReason}}};

constexpr std::string_view kCurveReason = "a curve outside the standardized domain parameters of Doc 9303-11";
constexpr std::array<Refused, 16> kRefusedCurves{{{"secp160k1", kCurveReason},
                                                  {"secp160r1", kCurveReason},
                                                  {"secp160r2", kCurveReason},
                                                  {"secp192k1", kCurveReason},
                                                  {"secp224k1", kCurveReason},
                                                  {"secp256k1", kCurveReason},
                                                  {"brainpoolP160r1", kCurveReason},
                                                  {"brainpoolP160t1", kCurveReason},
                                                  {"brainpoolP192t1", kCurveReason},
                                                  {"brainpoolP224t1", kCurveReason},
                                                  {"brainpoolP256t1", kCurveReason},
                                                  {"brainpoolP320t1", kCurveReason},
                                                  {"brainpoolP384t1", kCurveReason},
                                                  {"brainpoolP512t1", kCurveReason},
                                                  {"FRP256v1", kCurveReason},
                                                  {"edwards448", kCurveReason}}};

constexpr std::array<Refused, 3> kRefusedMasks{{{"SHAKE128", "a mask generation function other than MGF1"},
                                                {"SHAKE256", "a mask generation function other than MGF1"},
                                                {"MGF-SHAKE", "a mask generation function other than MGF1"}}};

constexpr std::array<Refused, 4> kRefusedForms{
    {{"EcdhWebcryptoTest", "keys as JWK, which no card or certificate has"},
     {"EcdhPemTest", "public keys as PEM, which no card has"},
     {"EcdsaBitcoinVerify", kCurveReason},
     {"RsassaPkcs1Generate", "making a signature, which is no verification"}}};

template <std::size_t N>
std::optional<std::string> policy(const std::array<Refused, N>& table, std::string_view value) {
    const auto found = std::ranges::find(table, value, &Refused::value);
    if (found == table.end()) return std::nullopt;
    return std::string(value) + ": " + std::string(found->reason);
}

struct Counts {
    unsigned tests = 0;
    unsigned valid_accepted = 0;
    unsigned invalid_refused = 0;
    unsigned acceptable_accepted = 0;
    unsigned acceptable_refused = 0;
    unsigned by_policy = 0;
    unsigned mismatches = 0;

    Counts& operator+=(const Counts& other) {
        tests += other.tests;
        valid_accepted += other.valid_accepted;
        invalid_refused += other.invalid_refused;
        acceptable_accepted += other.acceptable_accepted;
        acceptable_refused += other.acceptable_refused;
        by_policy += other.by_policy;
        mismatches += other.mismatches;
        return *this;
    }
};

std::ostream& operator<<(std::ostream& out, const Counts& counts) {
    out << counts.tests << " tests: " << counts.valid_accepted << " valid accepted, " << counts.invalid_refused
        << " invalid refused, " << counts.acceptable_accepted + counts.acceptable_refused << " acceptable ("
        << counts.acceptable_accepted << " accepted, " << counts.acceptable_refused << " refused), " << counts.by_policy
        << " refused by policy, " << counts.mismatches << " mismatches";
    return out;
}

std::string text(const json::object& object, std::string_view name) {
    const json::value* const value = object.if_contains(name);
    return value != nullptr && value->is_string() ? std::string(value->as_string()) : std::string();
}

Bytes bytes(const json::object& object, std::string_view name) {
    return from_hex(text(object, name));
}

std::optional<DigestAlgorithm> digest_by_name(std::string_view wanted) {
    using enum DigestAlgorithm;
    for (const DigestAlgorithm algorithm : {sha1, sha224, sha256, sha384, sha512})
        if (name(algorithm) == wanted) return algorithm;
    return std::nullopt;
}

std::optional<Curve> curve_by_name(std::string_view wanted) {
    for (std::size_t i = 0; i < kCurveCount; ++i)
        if (name(static_cast<Curve>(i)) == wanted) return static_cast<Curve>(i);
    return std::nullopt;
}

/// Whether one test is accepted. Whatever is thrown is a refusal.
using Act = std::function<bool(const json::object& test)>;

/// How a group is run, or why it is not.
struct Plan {
    std::string what;
    std::optional<std::string> refused_by_policy;
    Act act;
};

Plan verify_plan(const json::object& group, SignatureScheme scheme) {
    const std::string sha = text(group, "sha");
    std::string curve;
    if (const json::value* const key = group.if_contains("publicKey"); key != nullptr && key->is_object())
        curve = text(key->as_object(), "curve");
    Plan plan{curve.empty() ? sha : curve + " " + sha, policy(kRefusedDigests, sha), {}};
    if (!plan.refused_by_policy) plan.refused_by_policy = policy(kRefusedCurves, curve);
    if (plan.refused_by_policy) return plan;

    SignatureAlgorithm algorithm{scheme, DigestAlgorithm::sha256, DigestAlgorithm::sha256, 0};
    const std::optional<DigestAlgorithm> digest = digest_by_name(sha);
    if (scheme != SignatureScheme::ed25519 && !digest)
        throw MalformedData("wycheproof.digest", "no policy for the digest " + sha);
    if (digest) algorithm.digest = *digest;
    if (scheme == SignatureScheme::rsa_pss) {
        const std::string mask = text(group, "mgf");
        const std::string mask_sha = text(group, "mgfSha");
        algorithm.salt = group.at("sLen").to_number<std::size_t>();
        plan.what += " " + mask + " " + mask_sha + " salt " + std::to_string(algorithm.salt);
        plan.refused_by_policy = policy(kRefusedMasks, mask);
        if (!plan.refused_by_policy) plan.refused_by_policy = policy(kRefusedDigests, mask_sha);
        if (plan.refused_by_policy) return plan;
        const std::optional<DigestAlgorithm> mask_digest = digest_by_name(mask_sha);
        if (!mask_digest || mask != "MGF1") throw MalformedData("wycheproof.mask", "no policy for the mask " + mask);
        algorithm.mask_digest = *mask_digest;
    }
    const PublicKey key = PublicKey::from_spki(bytes(group, "publicKeyDer"));
    plan.what = key.description() + " " + plan.what;
    plan.act = [key, algorithm](const json::object& test) {
        return verify(key, algorithm, {bytes(test, "msg")}, bytes(test, "sig"));
    };
    return plan;
}

Plan agree_plan(const json::object& group, bool encoded_point) {
    const std::string wanted = text(group, "curve");
    Plan plan{wanted, policy(kRefusedCurves, wanted), {}};
    if (plan.refused_by_policy) return plan;
    const std::optional<Curve> curve = curve_by_name(wanted);
    if (!curve) throw MalformedData("wycheproof.curve", "no policy for the curve " + wanted);
    plan.act = [curve, encoded_point](const json::object& test) {
        const PrivateKey own = PrivateKey::ec(*curve, bytes(test, "private"));
        const Bytes encoded = bytes(test, "public");
        const PublicKey peer = encoded_point ? PublicKey::ec(*curve, encoded) : PublicKey::from_spki(encoded);
        const SecretBytes shared = agree(own, peer);
        const Bytes expected = bytes(test, "shared");
        // An agreement on another secret than the published one is no acceptance of a valid test.
        return test.at("result").as_string() == "invalid" || equal(shared.view(), expected);
    };
    return plan;
}

Plan mac_plan(const json::object& group, std::string_view file_algorithm) {
    if (file_algorithm != "AES-CMAC")
        throw MalformedData("wycheproof.algorithm", "no such MAC here: " + std::string(file_algorithm));
    const auto key_bits = group.at("keySize").to_number<unsigned>();
    const auto tag_bits = group.at("tagSize").to_number<unsigned>();
    Plan plan{"key " + std::to_string(key_bits) + " tag " + std::to_string(tag_bits), std::nullopt, {}};
    plan.act = [tag_bits](const json::object& test) {
        const Bytes key = bytes(test, "key");
        const CipherAlgorithm algorithm = key.size() == 16   ? CipherAlgorithm::aes128
                                          : key.size() == 24 ? CipherAlgorithm::aes192
                                                             : CipherAlgorithm::aes256;
        const Bytes code = Mac(algorithm, key).compute({bytes(test, "msg")});
        return equal_in_constant_time(ByteView(code).first(tag_bits / 8), bytes(test, "tag"));
    };
    return plan;
}

Plan plan_for(const json::object& group, std::string_view file_algorithm) {
    const std::string type = text(group, "type");
    Plan plan{{}, policy(kRefusedForms, type), {}};
    if (plan.refused_by_policy) return plan;
    if (type == "EcdsaVerify") return verify_plan(group, SignatureScheme::ecdsa);
    if (type == "EcdsaP1363Verify") return verify_plan(group, SignatureScheme::ecdsa_plain);
    if (type == "RsassaPkcs1Verify") return verify_plan(group, SignatureScheme::rsa_pkcs1);
    if (type == "RsassaPssVerify" || type == "RsassaPssWithParametersVerify")
        return verify_plan(group, SignatureScheme::rsa_pss);
    if (type == "EddsaVerify") {
        const std::string curve = text(group.at("publicKey").as_object(), "curve");
        plan.refused_by_policy = policy(kRefusedCurves, curve);
        return plan.refused_by_policy ? plan : verify_plan(group, SignatureScheme::ed25519);
    }
    if (type == "EcdhTest") return agree_plan(group, false);
    if (type == "EcdhEcpointTest") return agree_plan(group, true);
    if (type == "MacTest") return mac_plan(group, file_algorithm);
    throw MalformedData("wycheproof.type", "no such kind of test here: " + type);
}

bool accepted(const Act& act, const json::object& test) {
    try {
        return act(test);
    } catch (const Error&) {
        return false;
    }
}

void count(const json::object& test, bool was_accepted, Counts& counts, std::ostream& mismatches) {
    const std::string result = text(test, "result");
    if (result == "acceptable") {
        ++(was_accepted ? counts.acceptable_accepted : counts.acceptable_refused);
    } else if (result == "valid" && was_accepted) {
        ++counts.valid_accepted;
    } else if (result == "invalid" && !was_accepted) {
        ++counts.invalid_refused;
    } else {
        ++counts.mismatches;
        mismatches << "    MISMATCH tcId " << test.at("tcId") << ": " << result << " was "
                   << (was_accepted ? "accepted" : "refused") << ": " << text(test, "comment") << ' '
                   << test.at("flags") << '\n';
    }
}

Counts run_group(const json::object& group, std::size_t number, std::string_view file_algorithm) {
    Counts counts;
    const json::array& tests = group.at("tests").as_array();
    counts.tests = static_cast<unsigned>(tests.size());
    std::cout << "  group " << number << " " << text(group, "type") << ' ';
    Plan plan;
    try {
        plan = plan_for(group, file_algorithm);
    } catch (const Error& error) {
        // A key that can not be read refuses every signature.
        std::cout << "(" << error.what() << ") ";
        plan.act = [](const json::object&) { return false; };
    }
    if (plan.refused_by_policy) {
        counts.by_policy = counts.tests;
        std::cout << plan.what << ": refused by policy, " << *plan.refused_by_policy << ", " << counts.tests
                  << " tests\n";
        return counts;
    }
    std::ostringstream mismatches;
    for (const json::value& test : tests)
        count(test.as_object(), accepted(plan.act, test.as_object()), counts, mismatches);
    std::cout << plan.what << ": " << counts << '\n' << mismatches.str();
    return counts;
}

Counts run_file(const std::string& path, std::size_t& groups) {
    std::ifstream file(path, std::ios::binary);
    if (!file) throw InvalidInput("wycheproof.file", "can not be opened: " + path);
    const std::string content{std::istreambuf_iterator<char>(file), {}};
    const json::value document = json::parse(content);
    const json::object& root = document.as_object();
    std::cout << path << " (" << text(root, "algorithm") << ")\n";
    Counts counts;
    std::size_t number = 0;
    for (const json::value& group : root.at("testGroups").as_array())
        counts += run_group(group.as_object(), ++number, text(root, "algorithm"));
    groups += number;
    std::cout << "  file: " << number << " groups, " << counts << "\n";
    return counts;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 2) {
        std::cerr << "usage: wycheproof FILE...\n";
        return 2;
    }
    Counts all;
    std::size_t groups = 0;
    for (int i = 1; i < argc; ++i) {
        try {
            all += run_file(argv[i], groups);
        } catch (const std::exception& error) {
            std::cerr << "wycheproof: " << argv[i] << ": " << error.what() << '\n';
            return 2;
        }
    }
    std::cout << "wycheproof: " << argc - 1 << " files, " << groups << " groups, " << all << '\n';
    return all.mismatches == 0 ? 0 : 1;
}
