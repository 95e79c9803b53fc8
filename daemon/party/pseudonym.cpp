#include "daemon/party/pseudonym.h"

#include "crypto/base64.h"
#include "crypto/hmac.h"

namespace tahvil::daemon {

namespace {

constexpr std::string_view kSubject = "tahvil pairwise subject 1\n";
constexpr std::string_view kCheckValue = "tahvil pseudonym key check 1\n";
constexpr std::size_t kCheckValueSize = 8;

}  // namespace

std::string pairwise_subject(const SecretBytes& party_key, std::string_view national_identifier) {
    return to_base64(hmac_sha256(party_key.view(), {as_bytes(kSubject), as_bytes(national_identifier)}).view(),
                     Base64::url);
}

std::string key_check_value(const SecretBytes& party_key) {
    return to_hex(hmac_sha256(party_key.view(), {as_bytes(kCheckValue)}).view().first(kCheckValueSize));
}

}  // namespace tahvil::daemon
