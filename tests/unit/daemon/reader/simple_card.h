#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <utility>

#include "apdu/wire.h"
#include "daemon/reader/embedded_reader.h"

namespace tahvil::daemon {

/// A card that says 9000 to everything, and can be made to keep silent.
class SimpleCard : public Wire {
public:
    WireLimits limits() const override { return {}; }

    std::size_t exchange(ByteView, std::span<std::uint8_t> response) override {
        ++commands;
        std::unique_lock lock(mutex_);
        if (silent_) {
            hanging_ = true;
            changed_.notify_all();
            changed_.wait(lock, [this] { return !silent_; });
            hanging_ = false;
        }
        response[0] = 0x90;
        response[1] = 0x00;
        return 2;
    }

    void fall_silent() {
        const std::lock_guard lock(mutex_);
        silent_ = true;
    }
    void wait_until_hanging() {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [this] { return hanging_; });
    }
    void speak_again() {
        const std::lock_guard lock(mutex_);
        silent_ = false;
        changed_.notify_all();
    }

    std::atomic<int> commands = 0;
    std::atomic<int> resets = 0;

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    bool silent_ = false;
    bool hanging_ = false;
};

inline EmbeddedCard in_process(const std::shared_ptr<SimpleCard>& card) {
    return {from_hex("3B 80 80 01 01"), card, [card] { ++card->resets; }};
}

/// One command, whatever it is.
inline void say_something(CardSession& session) {
    std::array<std::uint8_t, WireLimits::kShortResponse> response{};
    session.wire().exchange(from_hex("00 A4 04 0C"), response);
}

/// What comes in from other threads, to be waited for.
template <class T>
class Mailbox {
public:
    void put(T item) {
        const std::lock_guard lock(mutex_);
        items_.push_back(std::move(item));
        changed_.notify_all();
    }
    T take() {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [this] { return !items_.empty(); });
        T item = std::move(items_.front());
        items_.erase(items_.begin());
        return item;
    }
    bool empty() const {
        const std::lock_guard lock(mutex_);
        return items_.empty();
    }

private:
    mutable std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<T> items_;
};

/// The code of an error, "" for success: what a caller sees of how a job ended.
inline std::string code_of(const std::exception_ptr& error) {
    if (!error) return "";
    try {
        std::rethrow_exception(error);
    } catch (const Error& known) {
        return std::string(known.code());
    } catch (const std::exception& other) {
        return other.what();
    }
}

}  // namespace tahvil::daemon
