#include "daemon/text/folding.h"

#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>
#include <unicode/ustring.h>

#include "crypto/error.h"

namespace tahvil::daemon {

namespace {

void require(UErrorCode status, const char* code) {
    if (U_FAILURE(status))
        throw InvalidInput(code, std::string("a text can not be folded: ") + u_errorName(status),
                           "Write it in Unicode, encoded as UTF-8.");
}

/// Strict, unlike UnicodeString::fromUTF8(), by which all broken texts would look alike.
icu::UnicodeString decode(std::string_view text) {
    UErrorCode status = U_ZERO_ERROR;
    const auto size = static_cast<std::int32_t>(text.size());
    icu::UnicodeString decoded;
    std::int32_t length = 0;
    u_strFromUTF8(decoded.getBuffer(size + 1), size + 1, &length, text.data(), size, &status);
    decoded.releaseBuffer(U_SUCCESS(status) ? length : 0);
    require(status, "text.not_utf8");
    return decoded;
}

icu::UnicodeString composed(const icu::UnicodeString& text) {
    UErrorCode status = U_ZERO_ERROR;
    const icu::Normalizer2* nfkc = icu::Normalizer2::getNFKCInstance(status);
    require(status, "text.normalize");
    icu::UnicodeString result = nfkc->normalize(text, status);
    require(status, "text.normalize");
    return result;
}

constexpr UChar32 kDropped = -1;

UChar32 folded(UChar32 character) {
    switch (character) {
        case 0x064A:  // Arabic yeh
        case 0x0649:  // alef maksura
            return 0x06CC;
        case 0x0643:  // Arabic kaf
            return 0x06A9;
        case 0x0629:  // teh marbuta
            return 0x0647;
        case 0x200C:  // zero width non-joiner, the half-space
        case 0x0640:  // tatweel
            return kDropped;
        default:
            break;
    }
    const std::int32_t digit = u_charDigitValue(character);
    if (digit >= 0) return '0' + digit;
    return u_isUWhiteSpace(character) ? ' ' : character;
}

}  // namespace

std::string folding_key(std::string_view text) {
    const icu::UnicodeString from = composed(decode(text));
    icu::UnicodeString to;
    bool space_due = false;
    for (std::int32_t i = 0; i < from.length(); i = from.moveIndex32(i, 1)) {
        const UChar32 character = folded(from.char32At(i));
        if (character == kDropped) continue;
        if (character == ' ') {
            space_due = !to.isEmpty();
            continue;
        }
        if (space_due) to.append(UChar32{' '});
        space_due = false;
        to.append(character);
    }
    // Once more, because a mark that followed a tatweel now follows the letter before it.
    std::string key;
    composed(to).toUTF8String(key);
    return key;
}

}  // namespace tahvil::daemon
