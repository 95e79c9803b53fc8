#include "crypto/signer.h"

#include <utility>

namespace tahvil {

namespace {

class SignerInMemory final : public Signer {
public:
    explicit SignerInMemory(PrivateKey key) : key_(std::move(key)) {}

    const PublicKey& public_key() const override { return key_.public_key(); }

    Bytes sign(const SignatureAlgorithm& algorithm, ByteView message) const override {
        return tahvil::sign(key_, algorithm, message);
    }

private:
    PrivateKey key_;
};

}  // namespace

std::unique_ptr<Signer> signer_in_memory(PrivateKey key) {
    return std::make_unique<SignerInMemory>(std::move(key));
}

std::unique_ptr<Signer> signer_from_pem(ByteView pem) {
    return signer_in_memory(PrivateKey::from_pem(as_text(pem)));
}

}  // namespace tahvil
