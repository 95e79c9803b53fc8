#include "daemon/text/collation.h"

#include <memory>

#include <unicode/coll.h>
#include <unicode/unistr.h>

#include "crypto/error.h"

namespace tahvil::daemon {

namespace {

std::unique_ptr<icu::Collator> make_collator() {
    UErrorCode status = U_ZERO_ERROR;
    std::unique_ptr<icu::Collator> collator(icu::Collator::createInstance(icu::Locale("fa"), status));
    if (U_FAILURE(status))
        throw Error("text.collation", std::string("the order of words fails: ") + u_errorName(status));
    return collator;
}

}  // namespace

std::string collation_key(std::string_view text) {
    // A collator is for one thread at a time, and dear to make.
    thread_local const std::unique_ptr<icu::Collator> collator = make_collator();
    const auto string =
        icu::UnicodeString::fromUTF8(icu::StringPiece(text.data(), static_cast<std::int32_t>(text.size())));
    std::string key(static_cast<std::size_t>(collator->getSortKey(string, nullptr, 0)), '\0');
    collator->getSortKey(string, reinterpret_cast<std::uint8_t*>(key.data()), static_cast<std::int32_t>(key.size()));
    return key;
}

}  // namespace tahvil::daemon
