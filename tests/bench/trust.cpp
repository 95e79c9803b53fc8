// What the trust store costs: the import of real master lists beside OpenSSL's own parse of the same certificates, a
// lookup by issuer, and passive authentication beside the signatures and digests that it can not do without. The lists
// lie beside the checkout; without them only the last is measured.

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>

#include <benchmark/benchmark.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include "crypto/trust/issuer.h"
#include "crypto/trust/master_list.h"
#include "crypto/trust/passive_authentication.h"
#include "crypto/trust/store_builder.h"

namespace tahvil::trust {
namespace {

constexpr Time kNow{std::chrono::sys_days(std::chrono::year(2026) / 8 / 1)};

std::filesystem::path folder() {
    const char* shared = std::getenv("TAHVIL_SHARED");
    return std::filesystem::path(shared != nullptr ? shared : "../shared") / "trust";
}

Bytes read(const std::string& name) {
    std::ifstream file(folder() / name, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

struct Lists {
    std::vector<Bytes> roots{read("DE_ROOT_CA_CSCA07.cer"), read("NL_ROOT_CA.cer")};
    std::vector<Bytes> lists{read("DE_ML_2025-03-05-08-05-28.ml"), read("DE_ML_2026-05-28-08-28-45.ml"),
                             read("NL_ML_2026-07-22.ml")};
};

bool have_lists() {
    return std::filesystem::exists(folder() / "NL_ML_2026-07-22.ml");
}

std::shared_ptr<const TrustStore> import_all(const Lists& files) {
    StoreBuilder builder(*TrustStore::empty());
    ImportOptions options;
    options.at = kNow;
    options.pin = true;
    for (const Bytes& root : files.roots) builder.import(root, options);
    options.pin = false;
    for (const Bytes& list : files.lists) builder.import(list, options);
    return TrustStore::from_bytes(builder.next(kNow));
}

void import_of_three_lists(benchmark::State& state) {
    const Lists files;
    for (auto _ : state) benchmark::DoNotOptimize(import_all(files));
}

void openssl_parse_of_the_same_certificates(benchmark::State& state) {
    const Lists files;
    std::vector<MasterList> lists;
    for (const Bytes& list : files.lists) lists.push_back(MasterList::parse(list));
    for (auto _ : state)
        for (const MasterList& list : lists)
            for (const ByteView raw : list.certificates) {
                const unsigned char* at = raw.data();
                X509_free(d2i_X509(nullptr, &at, static_cast<long>(raw.size())));
            }
}

void lookup_by_issuer(benchmark::State& state) {
    const auto store = import_all(Lists());
    std::size_t next = 0;
    for (auto _ : state) {
        const Certificate certificate = store->certificate(next++ % store->size());
        benchmark::DoNotOptimize(store->by_subject(certificate.issuer()));
    }
}

/// A document with RSA keys, as most states issue them, and everything that a reader of it holds.
struct RsaDocument {
    CertifiedKey issuer =
        issue_self_signed(CertificateTemplate::country_signer(name_of("Country Signer"), {kNow - kYear, kNow + kYear}),
                          PrivateKey::generate_rsa(4096));
    CertifiedKey signer =
        issue(CertificateTemplate::document_signer(name_of("Document Signer"), {kNow - kYear, kNow + kYear}),
              PrivateKey::generate_rsa(2048), issuer);
    std::map<int, Bytes> groups{{1, Bytes(93, 1)}, {2, Bytes(20'000, 2)}, {14, Bytes(500, 14)}, {15, Bytes(300, 15)}};
    Bytes object = sign_security_object(groups, signer, signing());
    Bytes list = revocation_list();
    std::shared_ptr<const TrustStore> store = make_store();

    static constexpr std::chrono::days kYear{365};

    static Bytes name_of(const char* name) { return NameWriter().country("UT").common_name(name).der(); }
    static SecurityObjectOptions signing() {
        SecurityObjectOptions options;
        options.signing_time = kNow - std::chrono::hours(1);
        return options;
    }
    Bytes revocation_list() const {
        RevocationTemplate what;
        what.this_update = kNow - std::chrono::hours(1);
        what.next_update = kNow + kYear;
        return issue_revocation_list(what, issuer);
    }
    std::shared_ptr<const TrustStore> make_store() const {
        StoreContent content;
        content.items.push_back({issuer.certificate, {Purpose::documents}, Status::trusted, {}});
        content.revocation_lists.push_back(list);
        return TrustStore::from_bytes(encode(content));
    }
};

void authentication_of_an_rsa_document(benchmark::State& state) {
    const RsaDocument document;
    LdsFiles files;
    files.security_object = document.object;
    for (const auto& [number, content] : document.groups) files.data_groups.emplace(number, content);
    for (auto _ : state) {
        const PassiveAuthentication result = authenticate(files, *document.store, {kNow, std::nullopt});
        if (!result.authentic() || !find(result.checks, "passive_authentication.revocation")->passed()) std::abort();
        benchmark::DoNotOptimize(result);
    }
}

/// What d2i_PUBKEY() makes in ten times the time: a key out of its numbers.
EVP_PKEY* raw_key(const PublicKey& of) {
    BIGNUM* const modulus = BN_bin2bn(of.rsa_modulus().data(), static_cast<int>(of.rsa_modulus().size()), nullptr);
    BIGNUM* const exponent = BN_new();
    OSSL_PARAM_BLD* const numbers = OSSL_PARAM_BLD_new();
    BN_set_word(exponent, RSA_F4);
    OSSL_PARAM_BLD_push_BN(numbers, OSSL_PKEY_PARAM_RSA_N, modulus);
    OSSL_PARAM_BLD_push_BN(numbers, OSSL_PKEY_PARAM_RSA_E, exponent);
    OSSL_PARAM* const parameters = OSSL_PARAM_BLD_to_param(numbers);
    EVP_PKEY_CTX* const context = EVP_PKEY_CTX_new_from_name(nullptr, "RSA", nullptr);
    EVP_PKEY* key = nullptr;
    if (EVP_PKEY_fromdata_init(context) != 1 || EVP_PKEY_fromdata(context, &key, EVP_PKEY_PUBLIC_KEY, parameters) != 1)
        std::abort();
    EVP_PKEY_CTX_free(context);
    OSSL_PARAM_free(parameters);
    OSSL_PARAM_BLD_free(numbers);
    BN_free(exponent);
    BN_free(modulus);
    return key;
}

void raw_verify(EVP_PKEY* key, ByteView message, ByteView signature) {
    EVP_MD_CTX* const context = EVP_MD_CTX_new();
    if (EVP_DigestVerifyInit_ex(context, nullptr, "SHA256", nullptr, nullptr, key, nullptr) != 1 ||
        EVP_DigestVerify(context, signature.data(), signature.size(), message.data(), message.size()) != 1)
        std::abort();
    EVP_MD_CTX_free(context);
}

/// What no reader of a document can do without: the key of its signer, which is new in each document, the signatures of
/// the object and of the signer's certificate, and the digests. (The issuer's key and its list are known from before.)
void raw_verifies_and_digests(benchmark::State& state) {
    const RsaDocument document;
    const SecurityObject object = SecurityObject::parse(document.object);
    const PublicKey signer = document.signer.key.public_key();
    const Bytes attributes(100);  // as many octets as are signed in the object
    const Bytes attributes_signature = sign(document.signer.key, default_algorithm(signer), attributes);
    const Certificate certificate = Certificate::parse(document.signer.certificate);
    EVP_PKEY* const issuer = raw_key(document.issuer.key.public_key());
    EVP_MD* const sha256 = EVP_MD_fetch(nullptr, "SHA256", nullptr);
    unsigned char digest[EVP_MAX_MD_SIZE];
    const auto raw_digest = [&digest, sha256](ByteView bytes) {
        if (EVP_Digest(bytes.data(), bytes.size(), digest, nullptr, sha256, nullptr) != 1) std::abort();
    };
    for (auto _ : state) {
        EVP_PKEY* const key = raw_key(signer);
        raw_verify(key, attributes, attributes_signature);
        raw_verify(issuer, certificate.signed_part(), certificate.signature());
        raw_digest(object.signed_data.content());
        for (const auto& [number, content] : document.groups) raw_digest(content);
        EVP_PKEY_free(key);
    }
    EVP_MD_free(sha256);
    EVP_PKEY_free(issuer);
}

}  // namespace
}  // namespace tahvil::trust

int main(int argc, char** argv) {
    using namespace tahvil::trust;
    if (have_lists()) {
        benchmark::RegisterBenchmark("import_of_three_lists", import_of_three_lists)->Unit(benchmark::kMillisecond);
        benchmark::RegisterBenchmark("openssl_parse_of_the_same_certificates", openssl_parse_of_the_same_certificates)
            ->Unit(benchmark::kMillisecond);
        benchmark::RegisterBenchmark("lookup_by_issuer", lookup_by_issuer)->Unit(benchmark::kMicrosecond);
    } else {
        std::printf("no master lists in %s: their import is not measured\n", folder().c_str());
    }
    benchmark::RegisterBenchmark("authentication_of_an_rsa_document", authentication_of_an_rsa_document)
        ->Unit(benchmark::kMicrosecond);
    benchmark::RegisterBenchmark("raw_verifies_and_digests", raw_verifies_and_digests)->Unit(benchmark::kMicrosecond);
    benchmark::Initialize(&argc, argv);
    benchmark::RunSpecifiedBenchmarks();
    return 0;
}
