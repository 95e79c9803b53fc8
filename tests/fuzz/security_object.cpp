#include <map>

#include "crypto/error.h"
#include "crypto/trust/hot_list.h"
#include "crypto/trust/passive_authentication.h"
#include "crypto/trust/store_builder.h"

namespace {

using namespace tahvil;
using namespace tahvil::trust;

constexpr Time kNow{std::chrono::seconds(1'780'000'000)};

void require(bool holds) {
    if (!holds) __builtin_trap();
}

template <typename Parse>
void refuse_or_read(Parse parse) {
    try {
        parse();
    } catch (const MalformedData&) {
        return;
    }
}

}  // namespace

/// Any bytes as EF.SOD, EF.CardSecurity and every kind of file that the trust store takes. Nothing is ever authentic
/// with an empty store, and no check is left out.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const ByteView input(data, size);
    const auto empty = TrustStore::empty();
    const Evaluation evaluation{kNow, std::nullopt};
    const PassiveAuthentication document = authenticate({input, std::nullopt, {{1, input}}}, *empty, evaluation);
    require(document.checks.size() == 7 && !document.authentic());
    const CardSecurityAuthentication card = authenticate_card_security(input, *empty, evaluation);
    require(card.checks.size() == 4 && !card.authentic());

    StoreBuilder builder(*empty);
    ImportOptions options;
    options.at = kNow;
    require(!builder.import(input, options).items.empty() || !builder.changed());
    const auto next = TrustStore::from_bytes(builder.next(kNow));
    for (std::size_t i = 0; i < next->size(); ++i) static_cast<void>(next->entry(i).certificate.description());

    refuse_or_read([&] { TrustStore(input, nullptr); });
    refuse_or_read([&] { static_cast<void>(HotList::open(input, nullptr).contains(1)); });
    refuse_or_read([&] { static_cast<void>(HotListDelta::parse(input)); });
    return 0;
}
