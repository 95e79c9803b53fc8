#include "daemon/check/check_service.h"

#include <algorithm>
#include <deque>
#include <map>
#include <mutex>
#include <utility>
#include <vector>

#include "daemon/check/card_probe.h"
#include "daemon/error.h"
#include "daemon/reader/error.h"

namespace tahvil::daemon {

namespace {

using SteadyTime = std::chrono::steady_clock::time_point;

constexpr std::uint64_t kProgressParts = 10;

bool has_ended(CheckState state) {
    return state != CheckState::queued && state != CheckState::running;
}

NotFound not_found() {
    return {"check.not_found", "there is no such check", "Results are kept for a while only: make a new check."};
}

}  // namespace

std::string_view name(CheckState state) {
    switch (state) {
        case CheckState::queued:
            return "queued";
        case CheckState::running:
            return "running";
        case CheckState::finished:
            return "finished";
        case CheckState::cancelled:
            return "cancelled";
        case CheckState::failed:
            return "failed";
    }
    return "failed";
}

/// What nobody asked for is not kept.
void leave_out_unwanted(CardCheckResult& result, const Parts& want) {
    Verdict& verdict = result.verdict;
    if (!want.contains(Part::document)) verdict.document = {};
    if (!want.contains(Part::portrait)) {
        verdict.holder.portrait.clear();
        verdict.holder.portrait_type.clear();
    }
    if (!want.contains(Part::holder)) {
        verdict.holder = {.portrait = std::move(verdict.holder.portrait),
                          .portrait_type = std::move(verdict.holder.portrait_type)};
    }
}

/// Outlives the service where a job hangs in a reader.
class CheckService::State : public std::enable_shared_from_this<State> {
public:
    State(ReaderPool& readers, KnowledgeSource knowledge, RandomSource random, CheckLimits limits,
          std::function<void(const CheckEvent&)> listener)
        : readers_(readers),
          knowledge_(std::move(knowledge)),
          random_(std::move(random)),
          limits_(limits),
          listener_(std::move(listener)) {}

    std::string start(CheckRequest request) {
        const std::string reader = choose_reader(request.reader);
        CheckView view;
        view.id = request.id.empty() ? make_id(knowledge_().at, random_) : std::move(request.id);
        view.owner = request.owner;
        view.reader = reader;
        view.probe = request.probe;
        view.purpose = request.check.purpose;
        if (!request.use) view.want = request.check.want;
        std::string id = view.id;
        {
            const std::lock_guard lock(mutex_);
            if (stopping_) throw Unavailable("daemon.stopping", "the daemon is stopping", "Try again when it runs.");
            forget_old();
            const auto waiting = std::ranges::count_if(checks_, [&](const auto& entry) {
                return entry.second.view.reader == reader && entry.second.view.state == CheckState::queued;
            });
            if (static_cast<std::size_t>(waiting) >= limits_.queued_per_reader) throw ReaderQueueFull(reader);
            checks_[id].view = std::move(view);
        }
        submit(id, reader, std::make_shared<CheckRequest>(std::move(request)));
        return id;
    }

    CheckView get(std::string_view id) {
        const std::lock_guard lock(mutex_);
        forget_old();
        return entry(id).view;
    }

    std::string recognised_profile(const ReaderView& reader) {
        const std::lock_guard lock(mutex_);
        const auto found = recognised_.find(reader.id);
        const bool is_this_card = found != recognised_.end() && reader.state.card == CardPresence::present &&
                                  found->second.insertions == reader.state.insertions;
        return is_this_card ? found->second.profile : std::string{};
    }

    void cancel(std::string_view id) {
        std::shared_ptr<JobTicket> ticket;
        {
            const std::lock_guard lock(mutex_);
            Entry& check = entry(id);
            check.withdrawn = true;
            ticket = check.ticket;
        }
        if (ticket) ticket->cancel();
    }

    void stop() {
        std::vector<std::shared_ptr<JobTicket>> tickets;
        {
            const std::lock_guard lock(mutex_);
            stopping_ = true;
            for (auto& [id, check] : checks_) {
                if (!has_ended(check.view.state) && check.ticket) tickets.push_back(check.ticket);
            }
        }
        for (const auto& ticket : tickets) ticket->cancel();
        const std::lock_guard lock(listener_mutex_);
        listener_ = nullptr;
    }

private:
    struct Entry {
        CheckView view;
        std::shared_ptr<JobTicket> ticket;
        bool withdrawn = false;  ///< before there was a ticket to cancel
    };

    struct Recognised {
        std::uint64_t insertions = 0;  ///< by which the card is known to be the same
        std::string profile;
    };

    std::string choose_reader(const std::optional<std::string>& wanted) {
        if (wanted) return readers_.reader(*wanted).id;
        const auto provider = knowledge_().card_authentication;
        const std::string sam = provider ? provider->reader : std::string{};  // is no holder's card
        std::vector<std::string> with_card;
        const std::vector<ReaderView> all = readers_.readers();
        for (const ReaderView& reader : all) {
            if (reader.state.card != CardPresence::absent && reader.id != sam) with_card.push_back(reader.id);
        }
        if (with_card.size() > 1) {
            throw Conflict("reader.ambiguous", "more than one reader has a card", "Name the reader.", with_card);
        }
        if (!with_card.empty()) return with_card.front();
        if (all.empty()) {
            throw NotFound("reader.none", "no reader is connected", "Plug in a reader and wait for its light.");
        }
        throw NotFound("reader.no_card", "there is no card in any reader", "Put the card into the reader.");
    }

    CardCheckResult run(CardSession& session, const std::string& id, const CheckRequest& request) {
        const Knowledge knowledge = knowledge_();
        const auto progress = [&](const Progress& now) { take_progress(id, now); };
        if (request.probe) return {{}, {}, probe_card(session, knowledge, progress)};
        const std::string reader = get(id).reader;
        const std::uint64_t insertions = readers_.reader(reader).state.insertions;
        CardCheckResult found = CardChecker{knowledge, random_, progress}.run(session, request.check, id);
        if (!found.verdict.profile.name.empty()) {
            const std::lock_guard lock(mutex_);
            recognised_[reader] = {insertions, found.verdict.profile.name};
        }
        if (request.use) request.use(found, knowledge);
        leave_out_unwanted(found, request.use ? Parts{} : request.check.want);
        return found;
    }

    void submit(const std::string& id, const std::string& reader, std::shared_ptr<const CheckRequest> request) {
        // The result is handed from run to done: after a job that was given up, run may still write to it.
        auto result = std::make_shared<std::shared_ptr<const CardCheckResult>>();
        Job job;
        job.deadline = std::chrono::steady_clock::now() + limits_.deadline;
        job.run = [self = shared_from_this(), id, request = std::move(request), result](CardSession& session) {
            if (self->begin(id)) *result = std::make_shared<CardCheckResult>(self->run(session, id, *request));
        };
        job.done = [self = shared_from_this(), id, result](const std::exception_ptr& error) {
            self->end(id, error, error ? nullptr : *result);
        };

        std::shared_ptr<JobTicket> ticket;
        try {
            ticket = readers_.submit(reader, std::move(job));
        } catch (...) {
            const std::lock_guard lock(mutex_);
            checks_.erase(id);
            throw;
        }
        bool withdrawn = false;
        {
            const std::lock_guard lock(mutex_);
            const auto found = checks_.find(id);
            if (found == checks_.end()) return;
            found->second.ticket = ticket;
            withdrawn = found->second.withdrawn || stopping_;
        }
        if (withdrawn) ticket->cancel();
    }

    /// False when nobody waits for it any more.
    bool begin(const std::string& id) {
        const std::lock_guard lock(mutex_);
        const auto found = checks_.find(id);
        if (found == checks_.end() || found->second.view.state != CheckState::queued) return false;
        found->second.view.state = CheckState::running;
        return true;
    }

    void take_progress(const std::string& id, const Progress& progress) {
        CheckEvent event;
        {
            const std::lock_guard lock(mutex_);
            const auto found = checks_.find(id);
            if (found == checks_.end() || has_ended(found->second.view.state)) return;
            CheckView& view = found->second.view;
            const auto part = [](std::uint64_t bytes, std::uint64_t of) {
                return of == 0 ? 0 : bytes * kProgressParts / of;
            };
            const bool worth_telling =
                view.step != progress.step || part(view.bytes, view.of) != part(progress.bytes, progress.of);
            view.step = progress.step;
            view.bytes = progress.bytes;
            view.of = progress.of;
            if (!worth_telling) return;
            event.check = view;
        }
        tell(event);
    }

    void end(const std::string& id, const std::exception_ptr& error, std::shared_ptr<const CardCheckResult> result) {
        CheckEvent event{CheckEvent::Kind::ended, {}};
        {
            const std::lock_guard lock(mutex_);
            const auto found = checks_.find(id);
            if (found == checks_.end()) return;
            CheckView& view = found->second.view;
            if (error) {
                view.state = state_after(error);
                if (view.state == CheckState::failed) view.problem = error;
            } else {
                view.state = CheckState::finished;
                view.result = std::move(result);
            }
            found->second.ticket.reset();
            ended_.emplace_back(std::chrono::steady_clock::now(), id);
            event.check = view;
            forget_old();
        }
        tell(event);
    }

    static CheckState state_after(const std::exception_ptr& error) {
        try {
            std::rethrow_exception(error);
        } catch (const JobCancelled&) {
            return CheckState::cancelled;
        } catch (...) {
            return CheckState::failed;
        }
    }

    void tell(const CheckEvent& event) {
        const std::lock_guard lock(listener_mutex_);
        if (listener_) listener_(event);
    }

    Entry& entry(std::string_view id) {
        const auto found = checks_.find(id);
        if (found == checks_.end()) throw not_found();
        return found->second;
    }

    void forget_old() {
        const SteadyTime oldest = std::chrono::steady_clock::now() - limits_.kept_time;
        while (!ended_.empty() && (ended_.size() > limits_.kept || ended_.front().first < oldest)) {
            checks_.erase(ended_.front().second);
            ended_.pop_front();
        }
    }

    ReaderPool& readers_;
    const KnowledgeSource knowledge_;
    const RandomSource random_;
    const CheckLimits limits_;

    std::mutex mutex_;
    std::map<std::string, Entry, std::less<>> checks_;
    std::deque<std::pair<SteadyTime, std::string>> ended_;
    std::map<std::string, Recognised> recognised_;  ///< by reader
    bool stopping_ = false;

    std::mutex listener_mutex_;  ///< held while it listens, so that nobody is told after stop()
    std::function<void(const CheckEvent&)> listener_;
};

CheckService::CheckService(ReaderPool& readers, KnowledgeSource knowledge, RandomSource random, CheckLimits limits,
                           std::function<void(const CheckEvent&)> listener)
    : state_(std::make_shared<State>(readers, std::move(knowledge), std::move(random), limits, std::move(listener))) {}

CheckService::~CheckService() {
    stop();
}

std::string CheckService::start(CheckRequest request) {
    return state_->start(std::move(request));
}

CheckView CheckService::get(std::string_view id) const {
    return state_->get(id);
}

std::string CheckService::recognised_profile(const ReaderView& reader) const {
    return state_->recognised_profile(reader);
}

void CheckService::cancel(std::string_view id) {
    state_->cancel(id);
}

void CheckService::stop() {
    state_->stop();
}

}  // namespace tahvil::daemon
