#include "pcsc/reader_monitor.h"

#include <gtest/gtest.h>

#include "tests/pcscd/lab.h"

namespace tahvil::lab {
namespace {

using pcsc::MonitorReport;
using pcsc::ReaderMonitor;

class ReaderMonitorTest : public PcscdTest {
protected:
    std::unique_ptr<ReaderMonitor> watch() {
        return std::make_unique<ReaderMonitor>([this](const MonitorReport& report) { reports.put(report); });
    }
    static bool is_unavailable(const MonitorReport& report) { return report.trouble.has_value(); }

    Latest<MonitorReport> reports;
};

TEST_F(ReaderMonitorTest, SeesReaderAndCardComeAndGo) {
    pcscd.start();
    const auto monitor = watch();
    ASSERT_TRUE(reports.becomes(has_reader));
    EXPECT_FALSE(has_card(reports.value()));
    auto card = insert();
    ASSERT_TRUE(reports.becomes(has_card));
    const auto with_card = reports.value();
    card.reset();
    ASSERT_TRUE(reports.becomes([](const MonitorReport& report) { return !has_card(report); }));
    card = insert();
    ASSERT_TRUE(reports.becomes(has_card));
    EXPECT_NE(reports.value().slots[0].events, with_card.slots[0].events);
    EXPECT_EQ(reports.value().slots[0].atr, plain_atr());
}

TEST_F(ReaderMonitorTest, SaysThatTheServiceIsAbsentAndFindsItWhenItComes) {
    const auto monitor = watch();
    ASSERT_TRUE(reports.becomes(is_unavailable));
    EXPECT_EQ(reports.value().trouble->code, "pcsc.no_service");
    EXPECT_NE(reports.value().trouble->remedy.find("systemctl start"), std::string::npos);
    pcscd.start();
    ASSERT_TRUE(reports.becomes(has_reader));
    EXPECT_FALSE(reports.value().trouble);
}

TEST_F(ReaderMonitorTest, SurvivesARestartOfTheService) {
    pcscd.start();
    const auto monitor = watch();
    ASSERT_TRUE(reports.becomes(has_reader));
    pcscd.stop();
    ASSERT_TRUE(reports.becomes(is_unavailable));
    pcscd.start();
    ASSERT_TRUE(reports.becomes(has_reader));
    const auto card = insert();
    ASSERT_TRUE(reports.becomes(has_card));
}

TEST_F(ReaderMonitorTest, SurvivesACrashOfTheService) {
    pcscd.start();
    const auto monitor = watch();
    ASSERT_TRUE(reports.becomes(has_reader));
    pcscd.crash();
    ASSERT_TRUE(reports.becomes(is_unavailable));
    pcscd.start();
    ASSERT_TRUE(reports.becomes(has_reader));
}

TEST_F(ReaderMonitorTest, StopsInTheMiddleOfAWait) {
    pcscd.start();
    auto monitor = watch();
    ASSERT_TRUE(reports.becomes(has_reader));
    monitor->stop();
    const auto before = reports.value();
    const auto card = insert();
    ASSERT_TRUE(card_arrives());
    EXPECT_EQ(reports.value(), before);
}

TEST_F(ReaderMonitorTest, StopsBesideAServiceThatHangs) {
    pcscd.start();
    auto monitor = watch();
    ASSERT_TRUE(reports.becomes(has_reader));
    pcscd.freeze();
    monitor->stop(std::chrono::milliseconds(50));
    monitor.reset();
    pcscd.thaw();
}

TEST_F(ReaderMonitorTest, SeesSeveralReaders) {
    const std::uint16_t another = free_port_pair();
    PcscdProcess two({port, another});
    two.start();
    const auto monitor = watch();
    // Each vpcd reader has two slots.
    ASSERT_TRUE(reports.becomes([](const MonitorReport& report) { return report.slots.size() == 4; }));
    const VpcdCard card(another, plain_atr(), agree);
    ASSERT_TRUE(reports.becomes([](const MonitorReport& report) {
        return report.slots.size() == 4 && report.slots[2].name == "Lab Reader 2 00 00" && report.slots[2].card_present;
    }));
    EXPECT_FALSE(reports.value().slots[0].card_present);
}

}  // namespace
}  // namespace tahvil::lab
