#include "daemon/config.h"

#include <functional>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "crypto/error.h"

namespace tahvil::daemon {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr uid_t kDaemon = 900;
constexpr gid_t kTahvilGroup = 901;

Surroundings surroundings() {
    return {{[](const std::string& name) -> std::optional<uid_t> {
                 if (name == "counter1") return 1000;
                 return std::nullopt;
             },
             [](const std::string& name) -> std::optional<gid_t> {
                 if (name == "tahvil") return kTahvilGroup;
                 if (name == "bank") return 2000;
                 return std::nullopt;
             }},
            kDaemon,
            "/var/lib/tahvil"};
}

Config parse(std::string_view text) {
    return parse_config(text, "tahvild.toml", surroundings());
}

std::string refusal(std::string_view text) {
    try {
        parse(text);
    } catch (const InvalidInput& error) {
        return std::string{error.what()} + " | " + std::string{error.remedy()};
    }
    return "accepted";
}

std::vector<std::string> roles_of(const Config& config, uid_t user, std::vector<gid_t> groups = {}) {
    std::vector<std::string> names;
    for (const api::Role& role : config.roles.roles_of({user, user, 1, std::move(groups)})) names.push_back(name(role));
    return names;
}

TEST(Config, OfAnEmptyFileIsWholeAndCautious) {
    const Config config = parse("");
    EXPECT_EQ(config.socket_path, "/run/tahvil/tahvild.sock");
    EXPECT_EQ(config.socket_group, kTahvilGroup);
    EXPECT_EQ(config.state_directory, "/var/lib/tahvil");
    EXPECT_EQ(config.policy, "standard");
    EXPECT_FALSE(config.demo);
    EXPECT_TRUE(config.pcsc);
    EXPECT_THAT(config.embedded_readers, IsEmpty());
    EXPECT_THAT(roles_of(config, 0), ElementsAre("operator", "administrator"));
    EXPECT_THAT(roles_of(config, kDaemon), ElementsAre("operator", "administrator"));
    EXPECT_THAT(roles_of(config, 1000, {kTahvilGroup}), ElementsAre("operator"));
    EXPECT_THAT(roles_of(config, 1000), IsEmpty());
}

TEST(Config, ThatNamesRolesGrantsThoseAndNoOthers) {
    const Config config = parse(R"(
        [roles.operator]
        users = ["counter1", "1001"]
        [roles."relying_party:bank"]
        groups = ["bank"]
        [roles.auditor]
        groups = ["bank"]
    )");
    EXPECT_THAT(roles_of(config, 1000), ElementsAre("operator"));
    EXPECT_THAT(roles_of(config, 5, {2000}), ElementsAre("relying_party:bank", "auditor"));
    EXPECT_THAT(roles_of(config, 0), IsEmpty());
    EXPECT_THAT(roles_of(config, 1000, {kTahvilGroup}), ElementsAre("operator"));
}

TEST(Config, OverridesEachLimitByItsName) {
    const Config config = parse("[limits]\nconnections = 7\nidle_time = 2\ncheck_time = 30\n");
    EXPECT_EQ(config.limits.connections, 7U);
    EXPECT_EQ(config.limits.idle_time, milliseconds{2000});
    EXPECT_EQ(config.check_time, seconds{30});
    EXPECT_EQ(config.limits.body_bytes, api::Limits{}.body_bytes);
}

TEST(Config, NamesOneProviderForCardsOfAnAuthority) {
    const Config socket = parse("[card_authentication]\nsocket = \"/run/provider.sock\"\nanswer_time = 3\n");
    EXPECT_EQ(socket.card_authentication->socket, "/run/provider.sock");
    EXPECT_EQ(socket.card_authentication->answer_time, seconds{3});
    const Config sam = parse("[card_authentication]\nreader = \"sam\"\naid = \"F0746168766973616D\"\n");
    EXPECT_EQ(sam.card_authentication->reader, "sam");
    EXPECT_EQ(sam.card_authentication->aid, from_hex("F0746168766973616D"));
    for (const char* wrong :
         {"", "socket = \"provider.sock\"", "reader = \"sam\"", "reader = \"sam\"\naid = \"F0\"",
          "reader = \"sam\"\naid = \"F07461687\"", "socket = \"/s\"\nreader = \"sam\"\naid = \"F074616876\""})
        EXPECT_THROW(parse(std::string{"[card_authentication]\n"} + wrong), InvalidInput) << wrong;
}

TEST(Config, DescribesEmbeddedReaders) {
    const Config config = parse(R"(
        demo = true
        [[embedded_reader]]
        [[embedded_reader]]
        id = "clone"
        fault = "cloned"
        access = "bac,pace-im"
        cipher = "aes-256"
        curve = "secp384r1"
        pin = "123456"
        eac = true
    )");
    ASSERT_EQ(config.embedded_readers.size(), 2U);
    EXPECT_EQ(config.embedded_readers[0].id, "embedded");
    EXPECT_EQ(config.embedded_readers[0].fault, "");
    EXPECT_EQ(config.embedded_readers[1].id, "clone");
    EXPECT_EQ(config.embedded_readers[1].fault, "cloned");
    EXPECT_EQ(config.embedded_readers[1].access, "bac,pace-im");
    EXPECT_EQ(config.embedded_readers[1].words().options().parameter_id, 15);
    EXPECT_TRUE(config.embedded_readers[1].eac);
    EXPECT_EQ(config.embedded_readers[1].chip, "ca");
    EXPECT_THAT(refusal("[[embedded_reader]]\n[[embedded_reader]]"), HasSubstr("another embedded reader has the same"));
    EXPECT_THAT(refusal("[[embedded_reader]]\ncurve = \"secp1\""),
                testing::AllOf(HasSubstr("embedded_reader[0].curve"), HasSubstr("brainpoolP256r1")));
    EXPECT_THAT(refusal("[[embedded_reader]]\npuk = \"12\""), HasSubstr("embedded_reader[0].puk"));
    EXPECT_THAT(refusal("[[embedded_reader]]\naccess = \"bac,pace\""), HasSubstr("embedded_reader[0].access"));
    EXPECT_THAT(refusal("[[embedded_reader]]\nid = \"A/b\""), HasSubstr("can not stand in a path"));
}

TEST(Config, NamesTheKeysOfTerminalAuthentication) {
    const Config config = parse(R"(
        [[terminal_authentication]]
        certificates = "/etc/tahvil/terminal"
        key = "pkcs11:token=office-12;object=terminal?pin-source=file:/etc/tahvil/token.pin"
        [[terminal_authentication]]
        certificates = "/etc/tahvil/eid.cvcert"
        key = "/etc/tahvil/eid.pem"
    )");
    ASSERT_EQ(config.terminal_authentication.size(), 2U);
    EXPECT_EQ(config.terminal_authentication[1].key, "/etc/tahvil/eid.pem");
    const std::string table = "[[terminal_authentication]]\n";
    EXPECT_THAT(refusal(table + "key = \"/k\""), HasSubstr("certificates"));
    EXPECT_THAT(refusal(table + "certificates = \"/c\"\nkey = \"k.pem\""), HasSubstr("neither a file nor a token"));
    EXPECT_THAT(refusal(table + "certificates = \"c\"\nkey = \"/k\""), HasSubstr("not absolute"));
}

TEST(Config, NamesFileLineKeyAndWhatIsAllowedOfASlip) {
    EXPECT_THAT(refusal("[limits]\n\nconections = 1"),
                testing::AllOf(HasSubstr("tahvild.toml:3:1: limits.conections: there is no such key"),
                               HasSubstr("connections, connections_per_uid")));
    EXPECT_THAT(refusal("log_level = \"loud\""), HasSubstr("Allowed: error, warning, info, debug."));
    EXPECT_THAT(refusal("[limits]\nidle_time = 0"), HasSubstr("tahvild.toml:2:1: limits.idle_time"));
    EXPECT_THAT(refusal("[roles.king]\nusers = [\"0\"]"),
                HasSubstr("tahvild.toml:1:8: roles.king: there is no such role"));
    EXPECT_THAT(refusal("[roles.relying_party]\nusers = [\"0\"]"), HasSubstr("there is no such role"));
    EXPECT_THAT(refusal("[roles.field]\nusers = [\"nobody-here\"]"), HasSubstr("there is no user \"nobody-here\""));
    EXPECT_THAT(refusal("[socket]\npath = \"t.sock\""), HasSubstr("not absolute"));
    EXPECT_THAT(refusal("[[embedded_reader]]\nfault = \"loud\""),
                HasSubstr("tahvild.toml:2:1: embedded_reader[0].fault: there is no such fault"));
    EXPECT_THAT(refusal("speed = 1"), HasSubstr("tahvild.toml:1:1: speed: there is no such key"));
    EXPECT_THAT(refusal("= ="), HasSubstr("tahvild.toml:1:"));
}

TEST(Config, SaysThatItsFileCanNotBeRead) {
    EXPECT_THROW(read_config("/nonexistent/tahvild.toml", surroundings()), InvalidInput);
}

TEST(Config, OfTheOfficeAndItsUncollectedCards) {
    const DeskConfig plain = parse("").desk;
    EXPECT_THAT(plain.office.weekend, ElementsAre("thursday", "friday"));
    EXPECT_EQ(plain.uncollected.return_days, 90);
    EXPECT_THAT(plain.notices.command, IsEmpty());
    const DeskConfig desk = parse(R"(
[office]
time_zone = "Europe/Berlin"
weekend = ["saturday", "sunday"]
holidays = ["01-13", "2026-12-25"]
[uncollected]
reminder_days = 5
final_notice_days = 10
return_days = 20
[notices]
socket = "/run/sms.sock"
most_tries = 3
)")
                                .desk;
    EXPECT_EQ(desk.office.time_zone, "Europe/Berlin");
    EXPECT_THAT(desk.office.holidays, ElementsAre("01-13", "2026-12-25"));
    EXPECT_EQ(desk.uncollected.final_notice_days, 10);
    EXPECT_EQ(desk.notices.socket, "/run/sms.sock");
    EXPECT_EQ(desk.notices.target, "/notices");
    EXPECT_EQ(desk.notices.rules.most_tries, 3U);
    EXPECT_THAT(refusal("[office]\ntime_zone = \"Asia/Nowhere\""), HasSubstr("time zone"));
    EXPECT_THAT(refusal("[office]\nholidays = [\"13-01\"]"), HasSubstr("holiday"));
    EXPECT_THAT(refusal("[uncollected]\nreturn_days = 60"), HasSubstr("not in their order"));
    EXPECT_THAT(refusal("[notices]\ncommand = [\"sms\"]"), HasSubstr("whole path"));
    EXPECT_THAT(refusal("[notices]\ncommand = [\"/bin/sms\"]\nsocket = \"/run/sms.sock\""), HasSubstr("one way"));
}

TEST(Config, OfTheDesk) {
    EXPECT_EQ(parse("").desk.store, "/var/lib/tahvil/store.db");
    EXPECT_THAT(parse("").desk.keys, IsEmpty());
    const Config config = parse(R"(
[[store.key]]
source = "file:/etc/tahvil/store.key"
[[store.key]]
number = 2
source = "credential:store"
[deliveries]
accept_unsigned_manifests = true
[handover]
minimum_age = 18
referable = ["holder_verified"]
[handover.items]
old_card_collected = "ignored"
[inquiry]
per_subject = 3
bring = ["birth_certificate"]
)");
    ASSERT_EQ(config.desk.keys.size(), 2U);
    EXPECT_EQ(config.desk.keys[1].number, 2U);
    EXPECT_TRUE(config.desk.accept_unsigned_manifests);
    EXPECT_EQ(config.desk.handover.minimum_age, 18);
    EXPECT_TRUE(config.desk.handover.rule(ChecklistItem::holder_verified).referable);
    EXPECT_FALSE(config.desk.handover.rule(ChecklistItem::chip_proved).referable);
    EXPECT_EQ(config.desk.handover.rule(ChecklistItem::old_card_collected).need, ItemRule::Need::ignored);
    EXPECT_EQ(config.desk.inquiry.per_subject, 3U);
    EXPECT_THAT(config.desk.inquiry.bring, ElementsAre("birth_certificate"));
    EXPECT_THAT(refusal("[[store.key]]\nsource = \"key\""), HasSubstr("file:/PATH"));
    EXPECT_THAT(refusal("[[store.key]]\nsource = \"file:/a\"\n[[store.key]]\nsource = \"file:/b\""),
                HasSubstr("another key"));
    EXPECT_THAT(refusal("[handover.items]\ncolour = \"ignored\""), HasSubstr("no such item"));
}

}  // namespace
}  // namespace tahvil::daemon
