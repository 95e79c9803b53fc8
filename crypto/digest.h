#pragma once

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string_view>

#include "crypto/asn1.h"
#include "crypto/bytes.h"

struct evp_md_ctx_st;

namespace tahvil {

enum class DigestAlgorithm : std::uint8_t { sha1, sha224, sha256, sha384, sha512 };

std::size_t digest_size(DigestAlgorithm algorithm);
std::string_view name(DigestAlgorithm algorithm);  ///< "SHA-256"

/// From the identifier in a CMS, a certificate or DG14; nothing when it is not one of ours.
std::optional<DigestAlgorithm> digest_by_oid(const asn1::Oid& identifier);
const asn1::Oid& oid_of(DigestAlgorithm algorithm);

/// A digest taken piece by piece.
class Digest {
public:
    explicit Digest(DigestAlgorithm algorithm);
    Digest& update(ByteView bytes);
    Bytes finish();  ///< once

private:
    struct Free {
        void operator()(evp_md_ctx_st* context) const noexcept;
    };
    std::unique_ptr<evp_md_ctx_st, Free> context_;
};

Bytes digest(DigestAlgorithm algorithm, ByteView bytes);
Bytes digest(DigestAlgorithm algorithm, std::initializer_list<ByteView> parts);

}  // namespace tahvil
