#include "daemon/check/card_check.h"

#include <algorithm>
#include <memory>

#include "apdu/error.h"
#include "crypto/error.h"
#include "crypto/protocol/mrz_information.h"

namespace {

using namespace tahvil;
using namespace tahvil::daemon;

/// A card in a reader whose answers are the input, each behind a byte of length.
class FuzzedSession final : public CardSession, private Wire {
public:
    explicit FuzzedSession(ByteView input) : input_(input) {
        if (input_.empty()) return;
        const std::size_t size = std::min<std::size_t>(input_[0] % 34U, input_.size() - 1);
        atr_ = to_bytes(input_.subspan(1, size));
        input_ = input_.subspan(1 + size);
    }

    Wire& wire() override { return *this; }
    ByteView atr() const override { return atr_; }
    std::uint64_t epoch() const override { return 0; }

private:
    WireLimits limits() const override { return {}; }
    std::size_t exchange(ByteView, std::span<std::uint8_t> response) override {
        if (input_.empty()) throw CardGone("the input has ended");
        const std::size_t size = std::min<std::size_t>({input_[0], input_.size() - 1, response.size()});
        std::ranges::copy(input_.subspan(1, size), response.begin());
        input_ = input_.subspan(1 + size);
        return size;
    }

    ByteView input_;
    Bytes atr_;
};

}  // namespace

/// A whole check of a card that answers anything: an error with a name, or a verdict that is never `accept`.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const auto policy = std::make_shared<Policy>(Policy::shipped("lenient"));
    static const auto store = trust::TrustStore::empty();
    static const auto catalogue = std::make_shared<const profiles::Catalogue>(profiles::Catalogue::built_in());
    Knowledge knowledge;
    knowledge.trust = store;
    knowledge.policy = policy;
    knowledge.profiles = catalogue;
    knowledge.at = std::chrono::sys_days{std::chrono::year{2026} / 6 / 1};
    const RandomSource zeros = [](std::span<std::uint8_t> into) { std::ranges::fill(into, std::uint8_t{1}); };
    // What opens a card of the LDS, and what a card of a profile asks for.
    CardCheck with_mrz;
    with_mrz.access.mrz_information = mrz_information("D23145890", "900521", "310203");
    CardCheck with_pin;
    with_pin.access.pin = SecretBytes(as_bytes("123456"));
    with_pin.access.allow_last_try = true;
    for (CardCheck* check : {&with_mrz, &with_pin}) {
        check->purpose = Purpose::read;
        FuzzedSession session(ByteView(data, size));
        try {
            const CardCheckResult result = CardChecker(knowledge, zeros, {}).run(session, *check, "01");
            if (result.verdict.decision == Decision::accept) __builtin_trap();
        } catch (const Error& error) {
            if (error.code().empty()) __builtin_trap();
        }
    }
    return 0;
}
