#pragma once

#include <memory>
#include <variant>

#include "crypto/curve.h"
#include "crypto/random.h"

namespace tahvil {

/// Diffie-Hellman domain parameters, as big-endian magnitudes; `order` is empty where they were given without q.
struct DhGroup {
    Bytes prime;
    Bytes generator;
    Bytes order;

    friend bool operator==(const DhGroup&, const DhGroup&) = default;
};

/// A cyclic group in which Diffie-Hellman is done, so that a protocol is written once for elliptic curves and for DH.
/// The words are those of a curve: for DH, multiply() is exponentiation and add() is multiplication, both modulo the
/// prime.
///
/// An element is encoded as protocols send it: a curve's point as 04 || x || y, a DH value as long as the prime. A
/// scalar is big-endian, as long as the order (as the prime, where a DH group has no known order). Cheap to copy.
class Group {
public:
    explicit Group(Curve curve);
    /// Throws CryptoError "crypto.bad_group" when the prime is even or not of 1024 to 8192 bits, when the generator is
    /// degenerate, or when a given order does not divide p-1 or is not that of the generator.
    explicit Group(DhGroup parameters);

    bool is_curve() const;
    Curve curve() const;        ///< throws CryptoError for a DH group
    const DhGroup& dh() const;  ///< throws CryptoError for a curve
    std::size_t element_size() const;
    std::size_t scalar_size() const;
    const Bytes& generator() const;

    /// Refuses what may not be taken from a peer, by throwing CryptoError "crypto.bad_key": a wrong length or form, a
    /// point off the curve or at infinity, a DH value below 2 or above p-2 or, where the order is known, not of it.
    void check(ByteView element) const;

    /// check() of an element as protocols send it, where a DH value is an unsigned integer and may have lost leading
    /// zeros (Doc 9303-11, 9.4.1), and its full form.
    Bytes receive(ByteView encoded) const;
    /// An element as protocols send it: a point as it is, a DH value without leading zeros.
    Bytes send(ByteView element) const;

    /// A private key: neither zero nor beyond the order. It is what `random` gives, drawn again when out of range, so
    /// that a published key can be replayed. Throws CryptoError when `random` keeps giving what is out of range.
    SecretBytes random_scalar(const RandomSource& random) const;

    /// scalar * base. Throws CryptoError when that is the neutral element, or when the base is none of the group.
    Bytes multiply(ByteView base, ByteView scalar) const;
    /// a + b. Throws CryptoError when that is the neutral element.
    Bytes add(ByteView a, ByteView b) const;

    /// What both sides of a Diffie-Hellman agree on: of a curve the x coordinate, of DH the whole value. The peer's
    /// element has been through receive() or check(); a point off the curve and a degenerate value are refused here
    /// too.
    SecretBytes agree(ByteView own_scalar, ByteView peer_element) const;

    /// numerator / denominator modulo the order, which must be prime. Throws CryptoError for a DH group.
    SecretBytes divide(ByteView numerator, ByteView denominator) const;

    friend bool operator==(const Group& a, const Group& b);

private:
    struct Dh;
    std::variant<Curve, std::shared_ptr<const Dh>> group_;
};

}  // namespace tahvil
