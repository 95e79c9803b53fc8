#include "crypto/sealed.h"

#include <functional>
#include <set>

#include <gtest/gtest.h>

#include "crypto/error.h"

namespace tahvil {
namespace {

std::string code_of(const std::function<void()>& act) {
    try {
        act();
    } catch (const Error& error) {
        return std::string(error.code());
    }
    return "nothing was thrown";
}

SecretBytes key(std::uint8_t fill) {
    return SecretBytes(Bytes(StoreKeys::kKeySize, fill));
}

constexpr SealedPlace kName{"delivery", "T1-000001", "name"};
const ByteView kValue = as_bytes("a name");

StoreKeys keys_with(std::initializer_list<std::uint32_t> numbers) {
    StoreKeys keys;
    for (const std::uint32_t number : numbers) keys.add(number, key(static_cast<std::uint8_t>(number)));
    return keys;
}

TEST(StoreKeys, OpenWhatTheySealed) {
    const StoreKeys keys = keys_with({1});
    for (const std::size_t size : {std::size_t{0}, std::size_t{1}, std::size_t{16}, std::size_t{5000}}) {
        const Bytes value(size, 0x5A);
        const Bytes sealed = keys.seal(kName, value);
        EXPECT_EQ(to_bytes(keys.open(kName, sealed).view()), value);
        EXPECT_EQ(StoreKeys::key_of(sealed), 1U);
    }
    EXPECT_NE(keys.seal(kName, kValue), keys.seal(kName, kValue));
    const Bytes sealed = keys.seal(kName, kValue);
    EXPECT_EQ(as_text(sealed).find("name"), std::string_view::npos);
}

TEST(StoreKeys, AnyChangedByteIsFound) {
    const StoreKeys keys = keys_with({1});
    const Bytes sealed = keys.seal(kName, kValue);
    for (std::size_t i = 0; i < sealed.size(); ++i) {
        Bytes changed = sealed;
        changed[i] ^= 1U;
        const std::string code = code_of([&] { keys.open(kName, changed); });
        EXPECT_TRUE(code == "sealed.broken" || (code == "sealed.unknown_key" && i >= 1 && i < 5)) << i << ' ' << code;
    }
    for (std::size_t size = 0; size < sealed.size(); ++size)
        EXPECT_EQ(code_of([&] { keys.open(kName, ByteView(sealed).first(size)); }), "sealed.broken") << size;
}

TEST(StoreKeys, AValueMovedToAnotherPlaceDoesNotOpen) {
    const StoreKeys keys = keys_with({1});
    const Bytes sealed = keys.seal(kName, kValue);
    for (const SealedPlace& place :
         {SealedPlace{"delivery", "T1-000002", "name"}, SealedPlace{"delivery", "T1-000001", "phone"},
          SealedPlace{"other", "T1-000001", "name"}, SealedPlace{"deliveryT", "1-000001", "name"},
          SealedPlace{"delivery", "T1-000001n", "ame"}})
        EXPECT_EQ(code_of([&] { keys.open(place, sealed); }), "sealed.broken");
}

TEST(StoreKeys, AnotherKeyOfTheSameNumberDoesNotOpen) {
    StoreKeys others;
    others.add(1, key(0xEE));
    const Bytes sealed = keys_with({1}).seal(kName, kValue);
    EXPECT_EQ(code_of([&] { others.open(kName, sealed); }), "sealed.broken");
}

TEST(StoreKeys, RotateByAddingOne) {
    StoreKeys keys = keys_with({1});
    const Bytes old = keys.seal(kName, kValue);
    const BlindIndex old_index = keys.index("national_code", kValue);
    keys.add(7, key(7));
    EXPECT_EQ(keys.current(), 7U);
    EXPECT_EQ(StoreKeys::key_of(keys.seal(kName, kValue)), 7U);
    EXPECT_EQ(as_text(keys.open(kName, old).view()), "a name");
    const std::vector<BlindIndex> all = keys.indexes("national_code", kValue);
    ASSERT_EQ(all.size(), 2U);
    EXPECT_EQ(all[0], keys.index("national_code", kValue));
    EXPECT_EQ(all[1], old_index);
    EXPECT_EQ(code_of([&] { keys_with({7}).open(kName, old); }), "sealed.unknown_key");
}

TEST(StoreKeys, ForgottenKeysReadNothingUntilTheyComeBack) {
    StoreKeys keys = keys_with({1});
    const Bytes sealed = keys.seal(kName, kValue);
    keys.forget();
    EXPECT_TRUE(keys.locked());
    EXPECT_EQ(code_of([&] { keys.open(kName, sealed); }), "sealed.locked");
    EXPECT_EQ(code_of([&] { keys.seal(kName, kValue); }), "sealed.locked");
    EXPECT_EQ(code_of([&] { keys.index("name", kValue); }), "sealed.locked");
    EXPECT_EQ(code_of([&] { keys.indexes("name", kValue); }), "sealed.locked");
    EXPECT_EQ(code_of([&] { keys.current(); }), "sealed.locked");
    keys.add(1, key(1));
    EXPECT_EQ(as_text(keys.open(kName, sealed).view()), "a name");
}

TEST(StoreKeys, IndexesFindEqualValuesOfOneFieldOnly) {
    const StoreKeys keys = keys_with({1});
    EXPECT_EQ(keys.index("national_code", kValue), keys.index("national_code", kValue));
    EXPECT_EQ(keys.index("national_code", kValue).size(), 16U);
    const std::set<Bytes> different{keys.index("national_code", kValue), keys.index("tracking_code", kValue),
                                    keys.index("national_code", as_bytes("a namf")),
                                    keys_with({2}).index("national_code", kValue),
                                    keys.index("national_codea", as_bytes(" name"))};
    EXPECT_EQ(different.size(), 5U);
}

TEST(StoreKeys, TakeNoKeyOfAnotherLengthAndNoNumberTwice) {
    StoreKeys keys = keys_with({1});
    EXPECT_EQ(code_of([&] { keys.add(2, SecretBytes(16)); }), "sealed.key");
    EXPECT_EQ(code_of([&] { keys.add(1, key(9)); }), "sealed.key");
}

}  // namespace
}  // namespace tahvil
