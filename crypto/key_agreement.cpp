#include "crypto/key_agreement.h"

#include "crypto/error.h"

namespace tahvil {

SecretBytes agree(const PrivateKey& own, const PublicKey& peer) {
    const Group& group = own.public_key().group();
    if (!(peer.group() == group))
        throw CryptoError("crypto.wrong_group", "a key agreement with a key of another group");
    return group.agree(own.scalar(), peer.value());
}

}  // namespace tahvil
