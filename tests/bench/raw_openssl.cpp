#include "tests/bench/raw_openssl.h"

namespace tahvil::raw {

namespace {

const EVP_MD* sha(bool longer) {
    static EVP_MD* const sha1 = EVP_MD_fetch(nullptr, "SHA1", nullptr);
    static EVP_MD* const sha256 = EVP_MD_fetch(nullptr, "SHA2-256", nullptr);
    return longer ? sha256 : sha1;
}

EVP_CIPHER* fetch(const char* name) {
    EVP_CIPHER* const cipher = EVP_CIPHER_fetch(nullptr, name, nullptr);
    check(cipher != nullptr);
    return cipher;
}

const EVP_CIPHER* cipher_of(CipherAlgorithm algorithm, bool ecb = false) {
    static const std::array<EVP_CIPHER*, 4> cbc_ciphers{fetch("DES-EDE3-CBC"), fetch("AES-128-CBC"),
                                                        fetch("AES-192-CBC"), fetch("AES-256-CBC")};
    static const std::array<EVP_CIPHER*, 4> ecb_ciphers{fetch("DES-EDE3-ECB"), fetch("AES-128-ECB"),
                                                        fetch("AES-192-ECB"), fetch("AES-256-ECB")};
    return (ecb ? ecb_ciphers : cbc_ciphers).at(static_cast<std::size_t>(algorithm));
}

constexpr std::array<unsigned char, 16> kZero{};

CipherContext context_of(const EVP_CIPHER* cipher, ByteView key, bool encrypt) {
    CipherContext context(EVP_CIPHER_CTX_new());
    unsigned padding = 0;
    const std::array parameters{OSSL_PARAM_construct_uint(OSSL_CIPHER_PARAM_PADDING, &padding),
                                OSSL_PARAM_construct_end()};
    check(EVP_CipherInit_ex2(context.get(), cipher, key.data(), kZero.data(), encrypt ? 1 : 0, parameters.data()) == 1);
    return context;
}

}  // namespace

Number number(ByteView magnitude) {
    Number value(BN_secure_new());
    check(BN_bin2bn(magnitude.data(), static_cast<int>(magnitude.size()), value.get()) != nullptr);
    BN_set_flags(value.get(), BN_FLG_CONSTTIME);
    return value;
}

Number nonce() {
    std::array<unsigned char, 16> bytes{};
    check(RAND_priv_bytes(bytes.data(), static_cast<int>(bytes.size())) == 1);
    return number(bytes);
}

Bytes derive(CipherAlgorithm cipher, ByteView secret) {
    const bool longer = cipher == CipherAlgorithm::aes192 || cipher == CipherAlgorithm::aes256;
    Bytes input = to_bytes(secret);
    input.insert(input.end(), {0, 0, 0, 1});
    Bytes value(EVP_MAX_MD_SIZE);
    unsigned size = 0;
    check(EVP_Digest(input.data(), input.size(), value.data(), &size, sha(longer), nullptr) == 1);
    value.resize(32);
    return value;
}

Symmetric::Symmetric(CipherAlgorithm algorithm, ByteView key) : block_(block_size(algorithm)) {
    Bytes whole = to_bytes(key);
    whole.resize(32);
    encryption_ = context_of(cipher_of(algorithm), whole, true);
    decryption_ = context_of(cipher_of(algorithm), whole, false);
    if (algorithm == CipherAlgorithm::two_key_triple_des) {
        chain_ = context_of(cipher_of(algorithm), whole, true);
        last_ = context_of(cipher_of(algorithm), whole, true);
        return;
    }
    vector_ = context_of(cipher_of(algorithm, true), whole, true);
    static EVP_MAC* const cmac = EVP_MAC_fetch(nullptr, "CMAC", nullptr);
    mac_.reset(EVP_MAC_CTX_new(cmac));
    std::string name = EVP_CIPHER_get0_name(cipher_of(algorithm));
    const std::array parameters{OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_CIPHER, name.data(), 0),
                                OSSL_PARAM_construct_end()};
    check(EVP_MAC_init(mac_.get(), whole.data(), key_size(algorithm), parameters.data()) == 1);
}

void Symmetric::run(EVP_CIPHER_CTX* context, ByteView data) {
    out_.resize(data.size());
    int size = 0;
    check(EVP_CipherInit_ex2(context, nullptr, nullptr, kZero.data(), -1, nullptr) == 1);
    check(EVP_CipherUpdate(context, out_.data(), &size, data.data(), static_cast<int>(data.size())) == 1);
}

void Symmetric::encrypt(ByteView data) {
    run(encryption_.get(), data);
}

void Symmetric::decrypt(ByteView data) {
    run(decryption_.get(), data);
}

void Symmetric::make_vector() {
    if (!vector_) return;
    std::array<unsigned char, 16> vector{};
    int size = 0;
    check(EVP_CipherUpdate(vector_.get(), vector.data(), &size, kZero.data(), static_cast<int>(block_)) == 1);
}

void Symmetric::authenticate(ByteView data) {
    if (chain_) {
        run(chain_.get(), data.first(data.size() - block_));
        run(last_.get(), data.last(block_));
        return;
    }
    std::array<unsigned char, 16> code{};
    std::size_t size = 0;
    check(EVP_MAC_init(mac_.get(), nullptr, 0, nullptr) == 1);
    check(EVP_MAC_update(mac_.get(), data.data(), data.size()) == 1);
    check(EVP_MAC_final(mac_.get(), code.data(), &size, code.size()) == 1);
}

void wrap(Symmetric& keys, std::size_t command_data, std::size_t response_data) {
    static const Bytes data(70'000);
    const auto blocks = [&](std::size_t size) { return (size / keys.block() + 1) * keys.block(); };
    const auto cryptogram = [&](std::size_t size, bool encrypt) {
        if (size == 0) return std::size_t{0};
        keys.make_vector();
        const ByteView whole = ByteView(data).first(blocks(size));
        encrypt ? keys.encrypt(whole) : keys.decrypt(whole);
        return whole.size();
    };
    // Counter, header and what follows it, each in whole blocks.
    keys.authenticate(ByteView(data).first(blocks(2 * keys.block() + cryptogram(command_data, true) + 3)));
    keys.authenticate(ByteView(data).first(blocks(keys.block() + cryptogram(response_data, false) + 4)));
}

Curve::Curve(int nid)
    : group_(EC_GROUP_new_by_curve_name(nid)), context_(BN_CTX_new()), p_(BN_new()), a_(BN_new()), b_(BN_new()) {
    check(EC_GROUP_get_curve(group_.get(), p_.get(), a_.get(), b_.get(), context_.get()) == 1);
}

Number Curve::scalar() const {
    Number value(BN_secure_new());
    check(BN_priv_rand_range(value.get(), EC_GROUP_get0_order(group_.get())) == 1);
    BN_set_flags(value.get(), BN_FLG_CONSTTIME);
    return value;
}

Point Curve::generate(const Number& scalar) const {
    Point product(EC_POINT_new(group_.get()));
    check(EC_POINT_mul(group_.get(), product.get(), scalar.get(), nullptr, nullptr, context_.get()) == 1);
    return product;
}

Point Curve::multiply(const Point& point, const Number& scalar) const {
    Point product(EC_POINT_new(group_.get()));
    check(EC_POINT_mul(group_.get(), product.get(), nullptr, point.get(), scalar.get(), context_.get()) == 1);
    return product;
}

Point Curve::add(const Point& a, const Point& b) const {
    Point sum(EC_POINT_new(group_.get()));
    check(EC_POINT_add(group_.get(), sum.get(), a.get(), b.get(), context_.get()) == 1);
    return sum;
}

Bytes Curve::encode(const Point& point) const {
    Bytes bytes(200);
    bytes.resize(EC_POINT_point2oct(group_.get(), point.get(), POINT_CONVERSION_UNCOMPRESSED, bytes.data(),
                                    bytes.size(), context_.get()));
    check(!bytes.empty());
    return bytes;
}

Point Curve::decode(const Bytes& encoded) const {
    Point point(EC_POINT_new(group_.get()));
    check(EC_POINT_oct2point(group_.get(), point.get(), encoded.data(), encoded.size(), context_.get()) == 1);
    return point;
}

Point Curve::encode_to_curve() const {
    constexpr int kProducts = 16;  // Doc 9303-11, appendix B.2
    const Number t = scalar();
    Number value(BN_dup(t.get()));
    for (int i = 0; i < kProducts; ++i)
        check(BN_mod_mul(value.get(), value.get(), t.get(), p_.get(), context_.get()) == 1);
    Number exponent(BN_dup(p_.get()));
    check(BN_sub_word(exponent.get(), 2) == 1);
    for (int i = 0; i < 2; ++i)  // the inverse, and the square root
        check(BN_mod_exp_mont_consttime(value.get(), value.get(), exponent.get(), p_.get(), context_.get(), nullptr) ==
              1);
    Point generator(EC_POINT_dup(EC_GROUP_get0_generator(group_.get()), group_.get()));
    return generator;
}

Dh::Dh(ByteView prime, ByteView generator, ByteView order)
    : prime_(number(prime)),
      generator_(number(generator)),
      order_(number(order)),
      cofactor_(BN_dup(prime_.get())),
      context_(BN_CTX_new()),
      montgomery_(BN_MONT_CTX_new()) {
    check(BN_MONT_CTX_set(montgomery_.get(), prime_.get(), context_.get()) == 1);
    check(BN_sub_word(cofactor_.get(), 1) == 1);
    check(BN_div(cofactor_.get(), nullptr, cofactor_.get(), order_.get(), context_.get()) == 1);
}

Number Dh::scalar() const {
    Number value(BN_secure_new());
    check(BN_priv_rand_range(value.get(), order_.get()) == 1);
    return value;
}

Number Dh::power(const Number& base, const Number& exponent) const {
    Number result(BN_new());
    check(BN_mod_exp_mont_consttime(result.get(), base.get(), exponent.get(), prime_.get(), context_.get(),
                                    montgomery_.get()) == 1);
    return result;
}

Number Dh::multiply(const Number& a, const Number& b) const {
    Number product(BN_new());
    check(BN_mod_mul(product.get(), a.get(), b.get(), prime_.get(), context_.get()) == 1);
    return product;
}

void Dh::check_order(const Number& element) const {
    check(BN_is_one(power(element, order_).get()) == 1);
}

}  // namespace tahvil::raw
