// What a request says of the holder: each act with the secrets that it takes, and no others.

#include "daemon/api/check_request.h"

#include <gtest/gtest.h>

#include "crypto/error.h"
#include "daemon/error.h"

namespace tahvil::test {
namespace {

using daemon::CheckRequest;
using daemon::HolderMethod;
using daemon::PinAct;

CheckRequest read(const std::string& members) {
    const std::string body = R"({"purpose":"handover",)" + members + "}";
    return daemon::api::read_check_request(as_bytes(body), 1000);
}

std::string refusal(const std::string& members) {
    try {
        read(members);
    } catch (const Error& error) {
        return error.what();
    }
    return "taken";
}

TEST(CheckRequest, ChangesAPin) {
    const CheckRequest request =
        read(R"("access":{"pin":"123456","new_pin":"805317"},"holder":{"method":"pin","act":"change"})");
    EXPECT_EQ(request.check.pin_act, PinAct::change);
    EXPECT_EQ(as_text(request.check.access.pin->view()), "123456");
    EXPECT_EQ(as_text(request.check.access.new_pin->view()), "805317");
    EXPECT_FALSE(request.check.pin_pad);
}

TEST(CheckRequest, UnblocksAPin) {
    const CheckRequest request =
        read(R"("access":{"puk":"12345678","new_pin":"805317"},"holder":{"method":"pin","act":"unblock"})");
    EXPECT_EQ(request.check.pin_act, PinAct::unblock);
    EXPECT_EQ(as_text(request.check.access.puk->view()), "12345678");
}

TEST(CheckRequest, AsksOnThePadInTheHoldersLanguage) {
    const CheckRequest request = read(R"("holder":{"method":"pin","entry":"pin_pad","language":"fa"})");
    EXPECT_TRUE(request.check.pin_pad);
    EXPECT_EQ(request.check.pad_language, pcsc::PadLanguage::persian);
    EXPECT_EQ(request.check.pin_act, PinAct::verify);
    EXPECT_EQ(read(R"("holder":{"method":"pin","entry":"pin_pad","act":"change"})").check.pin_act, PinAct::change);
}

TEST(CheckRequest, BringsAFingerprint) {
    const CheckRequest request = read(R"("access":{"fingerprint":"ECBBMEBC"},"holder":{"method":"fingerprint"})");
    EXPECT_EQ(request.check.holder, HolderMethod::fingerprint);
    EXPECT_EQ(to_hex(request.check.access.fingerprint->view()), "102041304042");
}

TEST(CheckRequest, TakesNoSecretThatItsActDoesNotUse) {
    for (const char* members :
         {R"("holder":{"method":"pin","act":"change"})",
          R"("access":{"pin":"123456"},"holder":{"method":"pin","act":"change"})",
          R"("access":{"new_pin":"805317"},"holder":{"method":"pin","act":"change"})",
          R"("access":{"pin":"123456","new_pin":"805317"},"holder":{"method":"pin"})",
          R"("access":{"puk":"12345678","pin":"123456","new_pin":"805317"},"holder":{"method":"pin","act":"change"})",
          R"("access":{"new_pin":"805317"},"holder":{"method":"pin","act":"unblock"})",
          R"("access":{"puk":"12345678","new_pin":"805317","pin":"123456"},"holder":{"method":"pin","act":"unblock"})",
          R"("access":{"pin":"123456"},"holder":{"method":"pin","entry":"pin_pad"})",
          R"("access":{"puk":"12345678"},"holder":{"method":"pin","act":"unblock","entry":"pin_pad"})",
          R"("holder":{"method":"portrait","act":"change"})", R"("holder":{"method":"portrait","entry":"pin_pad"})",
          R"("access":{"fingerprint":"ECBB"},"holder":{"method":"pin"})",
          R"("access":{"fingerprint":"?"},"holder":{"method":"fingerprint"})",
          R"("access":{"pin":"12 45","new_pin":"805317"},"holder":{"method":"pin","act":"change"})"}) {
        const std::string words = refusal(members);
        EXPECT_NE(words, "taken") << members;
        for (const char* secret : {"123456", "805317", "12345678", "12 45"})
            EXPECT_EQ(words.find(secret), std::string::npos) << words;
    }
}

}  // namespace
}  // namespace tahvil::test
