#include "daemon/provider/lent_card.h"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <utility>

#include "daemon/provider/card_authentication.h"

namespace tahvil::daemon {

namespace {

[[noreturn]] void fail(const char* code, const char* what) {
    throw ProviderFailed(code, what, "Look at the reader with the SAM; the card is not to blame.");
}

}  // namespace

/// What borrower and reader share. Outlives the borrower where the reader does not answer.
class LentCard::State {
public:
    /// On the reader's thread: until the borrower gives the card back.
    void serve(CardSession& session) {
        std::unique_lock lock(mutex_);
        limits_ = session.wire().limits();
        changed_.notify_all();
        for (;;) {
            changed_.wait(lock, [this] { return command_ || returned_; });
            if (returned_) return;
            const SecretBytes command = *std::exchange(command_, std::nullopt);
            Bytes response(limits_->response);
            lock.unlock();
            response.resize(session.wire().exchange(command.view(), response));
            lock.lock();
            response_ = SecretBytes{response};
            wipe(response);
            changed_.notify_all();
        }
    }

    void end() {
        const std::lock_guard lock(mutex_);
        ended_ = true;
        changed_.notify_all();
    }

    void give_back() {
        const std::lock_guard lock(mutex_);
        returned_ = true;
        changed_.notify_all();
    }

    WireLimits wait_for_card(std::chrono::milliseconds time) {
        std::unique_lock lock(mutex_);
        changed_.wait_for(lock, time, [this] { return limits_ || ended_; });
        if (ended_ || !limits_) fail("provider.unreachable", "the reader with the SAM has no card that answers");
        return *limits_;
    }

    SecretBytes ask(ByteView command, std::chrono::milliseconds time) {
        std::unique_lock lock(mutex_);
        command_ = SecretBytes{command};
        response_.reset();
        changed_.notify_all();
        const bool came = changed_.wait_for(lock, time, [this] { return response_ || ended_; });
        if (response_) return *std::exchange(response_, std::nullopt);
        if (!came) fail("provider.time_out", "the SAM did not answer in time");
        fail("provider.died", "the SAM went away");
    }

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    std::optional<WireLimits> limits_;  ///< once the card is held
    std::optional<SecretBytes> command_;
    std::optional<SecretBytes> response_;
    bool ended_ = false;     ///< the reader's side
    bool returned_ = false;  ///< the borrower's
};

LentCard::LentCard(ReaderPool& readers, const std::string& reader, std::chrono::milliseconds answer_time)
    : state_(std::make_shared<State>()), answer_time_(answer_time) {
    Job job;
    job.run = [state = state_](CardSession& session) { state->serve(session); };
    job.done = [state = state_](const std::exception_ptr& /*error*/) { state->end(); };
    try {
        ticket_ = readers.submit(reader, std::move(job));
        static_cast<void>(state_->wait_for_card(answer_time_));
    } catch (const ProviderFailed&) {
        state_->give_back();
        ticket_->cancel();
        throw;
    } catch (const Error&) {
        std::throw_with_nested(ProviderFailed("provider.unreachable", "the reader with the SAM can not be used",
                                              "Look at the reader with the SAM; the card is not to blame."));
    }
}

LentCard::~LentCard() {
    state_->give_back();
    ticket_->cancel();
}

WireLimits LentCard::limits() const {
    return state_->wait_for_card(answer_time_);
}

std::size_t LentCard::exchange(ByteView command, std::span<std::uint8_t> response) {
    const SecretBytes answer = state_->ask(command, answer_time_);
    if (answer.size() > response.size()) fail("provider.malformed", "the SAM answered with more than was asked for");
    std::ranges::copy(answer.view(), response.begin());
    return answer.size();
}

}  // namespace tahvil::daemon
