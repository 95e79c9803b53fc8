#include "crypto/hmac.h"

#include <gtest/gtest.h>

namespace tahvil {
namespace {

// RFC 4231, 4.3 and 4.7
TEST(Hmac, GivesThePublishedCodes) {
    EXPECT_EQ(to_hex(hmac_sha256(as_bytes("Jefe"), {as_bytes("what do ya want "), as_bytes("for nothing?")}).view()),
              "5BDCC146BF60754E6A042426089575C75A003F089D2739839DEC58B964EC3843");
    const Bytes long_key(131, 0xAA);
    EXPECT_EQ(
        to_hex(hmac_sha256(long_key, {as_bytes("Test Using Larger Than Block-Size Key - Hash Key First")}).view()),
        "60E431591EE0B67F0D8A26AACBF5B77F8E0BC6213728C5140546040F0EE37F54");
}

}  // namespace
}  // namespace tahvil
