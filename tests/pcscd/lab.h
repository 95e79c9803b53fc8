#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "pcsc/reader_monitor.h"
#include "tests/lab/pcscd_process.h"
#include "tests/lab/vpcd_card.h"

namespace tahvil::lab {

/// A contactless card's answer to reset, T=1, without historical bytes.
inline const Bytes& plain_atr() {
    static const Bytes atr = from_hex("3B 80 80 01 01");
    return atr;
}

/// 9000 to everything.
inline Bytes agree(ByteView) {
    return from_hex("90 00");
}

/// Keeps the last of something that other threads report, and waits for one that fits. What never comes ends by the
/// time limit below, that is no measure of speed: it is far beyond what an honest run needs.
template <class T>
class Latest {
public:
    void put(const T& value) {
        const std::lock_guard lock(mutex_);
        value_ = value;
        ++count_;
        changed_.notify_all();
    }
    testing::AssertionResult becomes(const std::function<bool(const T&)>& fits,
                                     std::chrono::seconds patience = kFarBeyond) {
        std::unique_lock lock(mutex_);
        const bool came = changed_.wait_for(lock, patience, [&] { return count_ > 0 && fits(value_); });
        return came ? testing::AssertionSuccess() : testing::AssertionFailure() << "did not come";
    }
    T value() const {
        const std::lock_guard lock(mutex_);
        return value_;
    }

private:
    static constexpr auto kFarBeyond = std::chrono::seconds(60);
    mutable std::mutex mutex_;
    std::condition_variable changed_;
    T value_{};
    int count_ = 0;
};

/// A pcscd with one vpcd reader.
class PcscdTest : public testing::Test {
protected:
    static constexpr const char* kReader = "Lab Reader 1 00 00";

    void SetUp() override {
        if (!in_namespace()) GTEST_SKIP() << "run it by tests/lab/in_namespace";
    }

    std::unique_ptr<VpcdCard> insert(VpcdCard::Script script = agree, Bytes atr = plain_atr()) const {
        return std::make_unique<VpcdCard>(port, std::move(atr), std::move(script));
    }

    static bool has_card(const pcsc::MonitorReport& report) {
        for (const pcsc::Slot& slot : report.slots) {
            if (slot.name == kReader) return slot.card_present && !slot.atr.empty();
        }
        return false;
    }
    static bool has_reader(const pcsc::MonitorReport& report) { return !report.slots.empty(); }

    /// Returns when the service has seen the card.
    static testing::AssertionResult card_arrives() {
        Latest<pcsc::MonitorReport> reports;
        const pcsc::ReaderMonitor monitor([&](const pcsc::MonitorReport& report) { reports.put(report); });
        return reports.becomes(has_card);
    }

    const std::uint16_t port = free_port_pair();
    PcscdProcess pcscd{{port}};
};

}  // namespace tahvil::lab
