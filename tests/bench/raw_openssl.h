#pragma once

#include <array>
#include <cstdlib>
#include <memory>
#include <vector>

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#include "crypto/bytes.h"
#include "crypto/kdf.h"

/// The operations that protocols are made of, by OpenSSL alone: what no implementation on top of it can do without.
/// Algorithms are fetched and groups made beforehand; contexts of keys that a session agrees on are not. Whatever fails
/// ends the program.
namespace tahvil::raw {

template <auto Free>
struct Deleter {
    template <typename T>
    void operator()(T* handle) const {
        Free(handle);
    }
};
template <typename T, auto Free>
using Handle = std::unique_ptr<T, Deleter<Free>>;
using Number = Handle<BIGNUM, BN_clear_free>;
using Point = Handle<EC_POINT, EC_POINT_clear_free>;
using Key = Handle<EVP_PKEY, EVP_PKEY_free>;
using CipherContext = Handle<EVP_CIPHER_CTX, EVP_CIPHER_CTX_free>;
using MacContext = Handle<EVP_MAC_CTX, EVP_MAC_CTX_free>;

inline void check(bool well) {
    if (!well) std::abort();
}

/// SHA-1 or SHA-256 over a shared secret and a counter, as the keys of a session are derived.
Bytes derive(CipherAlgorithm cipher, ByteView secret);

/// A symmetric cipher in CBC, and the MAC of secure messaging that goes with it.
class Symmetric {
public:
    Symmetric(CipherAlgorithm cipher, ByteView key);

    void encrypt(ByteView data);
    void decrypt(ByteView data);
    /// The vector of a cryptogram: with AES one block, with triple DES nothing.
    void make_vector();
    /// CMAC; with triple DES the retail MAC, which is a chain of single DES and the last block under both keys.
    void authenticate(ByteView data);
    std::size_t block() const { return block_; }

private:
    void run(EVP_CIPHER_CTX* context, ByteView data);

    std::size_t block_;
    CipherContext encryption_, decryption_;
    CipherContext vector_;
    CipherContext chain_, last_;  // of the retail MAC
    MacContext mac_;
    Bytes out_;
};

/// Secure messaging for one command and its response: the vectors, the cryptograms and both codes.
void wrap(Symmetric& keys, std::size_t command_data, std::size_t response_data);

/// The arithmetic of one elliptic curve.
class Curve {
public:
    explicit Curve(int nid);

    Number scalar() const;
    Point generate(const Number& scalar) const;
    Point multiply(const Point& point, const Number& scalar) const;
    Point add(const Point& a, const Point& b) const;
    Bytes encode(const Point& point) const;
    Point decode(const Bytes& encoded) const;
    /// The point that integrated mapping makes of a number: its powers and products modulo p.
    Point encode_to_curve() const;

private:
    Handle<EC_GROUP, EC_GROUP_free> group_;
    Handle<BN_CTX, BN_CTX_free> context_;
    Number p_, a_, b_;
};

/// The arithmetic of one group of Diffie and Hellman.
class Dh {
public:
    Dh(ByteView prime, ByteView generator, ByteView order);

    Number scalar() const;
    Number power(const Number& base, const Number& exponent) const;
    Number multiply(const Number& a, const Number& b) const;
    /// Of a peer: that it is of the group's order.
    void check_order(const Number& element) const;
    const Number& generator() const { return generator_; }
    const Number& cofactor() const { return cofactor_; }

private:
    Number prime_, generator_, order_, cofactor_;
    Handle<BN_CTX, BN_CTX_free> context_;
    Handle<BN_MONT_CTX, BN_MONT_CTX_free> montgomery_;
};

Number number(ByteView magnitude);
/// A nonce of 128 bits as a number.
Number nonce();

}  // namespace tahvil::raw
