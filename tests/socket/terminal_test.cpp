// The terminal's keys through the socket of a whole daemon: every act on them is in the journal, and a desk without
// them says so.

#include <fstream>

#include <gmock/gmock.h>

#include "crypto/trust/text_formats.h"
#include "daemon/terminal/specimen_authority.h"
#include "desk_daemon.h"

namespace tahvil::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::string text(const boost::json::value& value) {
    return std::string(std::string_view(value.as_string()));
}

class TerminalSocket : public DeskDaemon {
protected:
    std::string manage(const std::string& what, const std::string& more, int status = 201) {
        const auto made = call("POST", "/v1/terminal/" + what, act(more), status, kAdministrator);
        return status == 201 ? text(made.at("id")) : text(made.at("type"));
    }

    /// What the journal tells of the terminal: kind and key.
    std::vector<std::string> told() {
        std::vector<std::string> acts;
        const boost::json::value page = get("/v1/journal/entries", 200, kAuditor);
        for (const auto& entry : page.at("entries").as_array()) {
            const auto body = boost::json::parse(text(entry));
            if (text(body.at("kind")).starts_with("terminal."))
                acts.push_back(text(body.at("kind")) + " " + text(body.at("subject")) + " " + text(body.at("actor")));
        }
        return acts;
    }
    boost::json::value desk() { return get("/v1/health").at("desk"); }

    /// The certificate of the key that waits, from an authority that is imported first.
    std::string certify(const std::string& key) {
        const std::string request = text(get("/v1/terminal/keys/" + key).at("request"));
        const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
        const daemon::SpecimenCertificate made =
            daemon::certify_as_specimen(trust::read_pem(as_bytes(request)).front().content, now);
        EXPECT_EQ(connect(kAdministrator)
                      .call("POST", "/v1/trust/certificates?purpose=receipts", as_text(made.authority),
                            "application/octet-stream")
                      .status,
                  201);
        const auto answer = [&](const std::string& query) {
            return connect(kAdministrator)
                .call("POST", "/v1/terminal/certificates" + query, as_text(made.certificate),
                      "application/octet-stream");
        };
        EXPECT_EQ(answer("").status, 400) << "whose act it is";
        const RawResponse certified = answer("?operator_id=adm-1&operator_established=badge");
        EXPECT_EQ(certified.status, 201) << certified.body;
        return text(boost::json::parse(certified.body).at("id"));
    }
};

TEST_F(TerminalSocket, EveryActOnTheKeysIsInTheJournal) {
    start();
    EXPECT_EQ(manage("renewals", R"("role":"receipts")"), "receipts-2");
    EXPECT_EQ(certify("receipts-2"), "receipts-2");
    EXPECT_EQ(manage("revocations", R"("key":"receipts-1","why":"copied")"), "receipts-1");
    EXPECT_EQ(manage("revocations", R"("key":"receipts-9","why":"copied")", 404), "urn:tahvil:problem:terminal.no_key");
    EXPECT_EQ(manage("revocations", R"("key":"receipts-2")", 400), "urn:tahvil:problem:terminal.reason");
    EXPECT_EQ(manage("renewals", R"("role":"checkpoints")"), "checkpoints-2");
    EXPECT_THAT(told(), ElementsAre("terminal.renew receipts-2 op-7", "terminal.certify receipts-2 adm-1",
                                    "terminal.revoke receipts-1 op-7", "terminal.renew checkpoints-2 op-7"));
}

TEST_F(TerminalSocket, WithoutAKeyForCheckpointsTheDeskIsClosedUntilThereIsAnother) {
    start();
    EXPECT_EQ(text(desk().at("state")), "open");
    manage("revocations", R"("key":"checkpoints-1","why":"copied")");
    EXPECT_EQ(text(desk().at("state")), "closed");
    EXPECT_EQ(text(desk().at("last_error").at("code")), "terminal.no_key");
    EXPECT_THAT(text(desk().at("last_error").at("remedy")), HasSubstr("terminal renew"));
    EXPECT_EQ(text(get("/v1/health").at("status")), "degraded");
    get("/v1/deliveries?stage=expected", 503);
    manage("renewals", R"("role":"checkpoints")");
    EXPECT_EQ(text(desk().at("state")), "open");
    EXPECT_FALSE(desk().as_object().contains("last_error"));
    EXPECT_THAT(told(), ElementsAre("terminal.revoke checkpoints-1 op-7", "terminal.renew checkpoints-2 op-7"));
}

TEST_F(TerminalSocket, AStoreThatIsNoneClosesTheDeskAndNothingElse) {
    std::filesystem::create_directories(config_.state_directory);
    std::ofstream(config_.desk.store) << std::string(8192, 'x');
    start();
    EXPECT_EQ(text(desk().at("state")), "closed");
    EXPECT_EQ(text(desk().at("last_error").at("code")), "store.corrupt");
    EXPECT_TRUE(logged("the desk is closed"));
    get("/v1/deliveries?stage=expected", 503);
    EXPECT_EQ(get("/v1/readers").at("readers").as_array().size(), 1U);
}

}  // namespace
}  // namespace tahvil::test
