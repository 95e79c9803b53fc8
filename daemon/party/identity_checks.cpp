#include "daemon/party/identity_checks.h"

#include <algorithm>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <utility>

#include "crypto/digest.h"
#include "daemon/api/access.h"
#include "daemon/error.h"
#include "daemon/party/admission.h"

namespace tahvil::daemon {

namespace {

using SteadyClock = std::chrono::steady_clock;

bool has_ended(IdentityState state) {
    return state == IdentityState::finished || state == IdentityState::cancelled || state == IdentityState::failed;
}

NotFound not_found() {
    return {"identity_check.not_found", "there is no such identity check, or it is no longer kept", "Ask anew."};
}

/// The errors of a check that was started without a card, which one that waits can sit out.
bool means_no_card(const Error& error) {
    return error.code() == "reader.no_card" || error.code() == "reader.none";
}

bool aborted(const Verdict& verdict) {
    return std::ranges::any_of(verdict.checks, [](const Check& check) { return check.result == Result::aborted; });
}

bool pin_was_right(const Verdict& verdict) {
    const Check* const check = find(verdict.checks, "holder.pin");
    return check != nullptr && check->passed();
}

}  // namespace

std::string_view name(IdentityState state) {
    switch (state) {
        case IdentityState::waiting:
            return "waiting";
        case IdentityState::queued:
            return "queued";
        case IdentityState::running:
            return "running";
        case IdentityState::finished:
            return "finished";
        case IdentityState::cancelled:
            return "cancelled";
        case IdentityState::failed:
            return "failed";
    }
    return "failed";
}

/// Outlives the service where a job hangs in a reader.
class IdentityChecks::State : public std::enable_shared_from_this<State> {
public:
    State(IdentityServices services, IdentityLimits limits)
        : services_(std::move(services)), limits_(limits), admission_(limits.nonce_time, limits.nonces) {}

    std::string start(IdentityQuestion question, uid_t owner, AlarmClock& alarms) {
        const auto party = services_.parties.find(question.party);
        if (!party) throw api::denied();
        require_granted(party->rights, question);
        services_.signer();  // without a key that signs, the card is left alone
        const std::string id = make_id(services_.now(), services_.random);
        const std::chrono::seconds wait = question.wait;
        const std::string nonce = question.nonce;
        {
            const std::lock_guard lock(mutex_);
            if (stopping_) throw Unavailable("daemon.stopping", "the daemon is stopping", "Try again when it runs.");
            forget_old();
            const auto waiting = std::ranges::count_if(
                entries_, [](const auto& entry) { return entry.second.view.state == IdentityState::waiting; });
            if (static_cast<std::size_t>(waiting) >= limits_.waiting)
                throw Busy("identity_check.waiting", "too many identity checks wait for a card", "Try again later.");
            admission_.admit(party->rights, nonce, SteadyClock::now());
            Entry& entry = entries_[id];
            entry.number = ++asked_;
            entry.view.id = id;
            entry.view.owner = owner;
            entry.view.party = question.party;
            entry.question = std::make_shared<const IdentityQuestion>(std::move(question));
            entry.party = party;
        }
        try {
            if (run(id, wait.count() != 0)) return id;
        } catch (...) {
            const std::lock_guard lock(mutex_);
            admission_.release(party->rights.name, nonce);
            entries_.erase(id);
            throw;
        }
        // The alarm has to find the entry, and the entry the alarm: whichever of card and time comes first, the other
        // finds that it waits no more.
        alarms.set(SteadyClock::now() + wait, [self = weak_from_this(), id] {
            if (const auto state = self.lock()) state->time_is_up(id);
        });
        tell(id);
        return id;
    }

    IdentityView get(std::string_view id) {
        const std::lock_guard lock(mutex_);
        forget_old();
        return entry(id).view;
    }

    void cancel(std::string_view id) {
        {
            const std::lock_guard lock(mutex_);
            Entry& found = entry(id);
            if (has_ended(found.view.state)) return;
            found.withdrawn = true;
            if (found.view.state == IdentityState::waiting) end(found, IdentityState::cancelled);
            if (found.view.state == IdentityState::queued && !found.submitted) return;  // whoever submits it sees that
        }
        if (!tell_if_ended(id)) services_.checks.cancel(id);
    }

    void card_inserted(const std::string& reader) {
        std::string id;
        {
            const std::lock_guard lock(mutex_);
            ++insertions_;
            Entry* next = nullptr;  // who asked first
            for (auto& [candidate, waiting] : entries_) {
                const bool takes =
                    waiting.view.state == IdentityState::waiting && waiting.question->reader.value_or(reader) == reader;
                if (takes && (next == nullptr || waiting.number < next->number)) next = &waiting;
            }
            if (next == nullptr) return;
            next->view.reader = reader;
            id = next->view.id;
        }
        try {
            run(id, true);
        } catch (...) {
            {
                const std::lock_guard lock(mutex_);
                if (const auto found = entries_.find(id); found != entries_.end()) {
                    found->second.view.problem = std::current_exception();
                    end(found->second, IdentityState::failed);
                }
            }
            tell(id);
        }
    }

    void check_changed(const CheckEvent& event) {
        {
            const std::lock_guard lock(mutex_);
            const auto found = entries_.find(event.check.id);
            if (found == entries_.end() || has_ended(found->second.view.state)) return;
            IdentityView& view = found->second.view;
            view.reader = event.check.reader;
            if (event.kind == CheckEvent::Kind::progress) {
                view.step = event.check.step;
                if (std::exchange(view.state, IdentityState::running) == IdentityState::running) return;
            } else if (event.check.state == CheckState::finished && !view.answer.empty()) {
                end(found->second, IdentityState::finished);
            } else {
                view.problem = event.check.problem;
                end(found->second,
                    event.check.state == CheckState::cancelled ? IdentityState::cancelled : IdentityState::failed);
            }
        }
        tell(event.check.id);
    }

    void stop() {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
        for (auto& [id, entry] : entries_)
            if (entry.view.state == IdentityState::waiting) end(entry, IdentityState::cancelled);
    }

private:
    struct Entry {
        IdentityView view;
        std::shared_ptr<const IdentityQuestion> question;  ///< until it ends: secrets and the holder's data are in it
        std::shared_ptr<const ServedParty> party;
        std::uint64_t number = 0;  ///< in the order of asking
        bool submitted = false;
        bool withdrawn = false;
    };

    /// Hands a waiting check to its reader. False when there is no card yet, and it may wait for one.
    bool run(const std::string& id, bool may_wait) {
        while (true) {
            CheckRequest request;
            std::size_t insertions = 0;
            {
                const std::lock_guard lock(mutex_);
                const auto found = entries_.find(id);
                if (found == entries_.end() || found->second.view.state != IdentityState::waiting) return true;
                insertions = insertions_;
                found->second.view.state = IdentityState::queued;
                request = request_for(found->second);
            }
            try {
                if (may_wait && request.reader && !has_card(*request.reader))
                    throw NotFound("reader.no_card", "there is no card in the reader", "Put the card in.");
                services_.checks.start(std::move(request));
            } catch (const Error& error) {
                if (!may_wait || !means_no_card(error)) throw;
                const std::lock_guard lock(mutex_);
                Entry& waiting = entry(id);
                waiting.view.state = IdentityState::waiting;
                waiting.view.reader.clear();
                if (waiting.withdrawn) end(waiting, IdentityState::cancelled);
                if (insertions == insertions_ || waiting.withdrawn) return false;
                continue;  // a card came just when this one looked
            }
            return submitted(id);
        }
    }

    bool submitted(const std::string& id) {
        {
            const std::lock_guard lock(mutex_);
            const auto found = entries_.find(id);
            if (found == entries_.end()) return true;
            found->second.submitted = true;
            if (!found->second.withdrawn) return true;
        }
        services_.checks.cancel(id);
        return true;
    }

    bool has_card(const std::string& reader) const {
        return services_.readers.reader(reader).state.card != CardPresence::absent;
    }

    CheckRequest request_for(const Entry& entry) {
        CheckRequest request;
        request.id = entry.view.id;
        request.owner = entry.view.owner;
        request.reader = entry.view.reader.empty() ? entry.question->reader : std::optional{entry.view.reader};
        request.check = card_check_for(*entry.question);
        request.use = [self = shared_from_this(), id = entry.view.id, question = entry.question, party = entry.party](
                          const CardCheckResult& found, const Knowledge& knowledge) {
            std::string answer = self->answer(id, *question, *party, found.verdict, knowledge);
            const std::lock_guard lock(self->mutex_);
            if (const auto mine = self->entries_.find(id); mine != self->entries_.end())
                mine->second.view.answer = std::move(answer);
        };
        return request;
    }

    std::string answer(const std::string& id, const IdentityQuestion& question, const ServedParty& party,
                       const Verdict& verdict, const Knowledge& knowledge) const {
        if (aborted(verdict))
            throw Conflict("identity_check.aborted", "the card went away before the check was done",
                           "Leave the card in the reader, and ask anew.");
        if (question.consent.method == Consent::Method::pin && !pin_was_right(verdict))
            throw NotPermitted("identity_check.no_consent", "the PIN that was to be the holder's consent was not taken",
                               "Ask the holder again.");
        const IdentityAnswer found = answer_from(verdict, question, knowledge);
        std::string text = sign_answer(found, question, party.pseudonym_key, {id, knowledge.at}, *services_.signer(),
                                       services_.random);
        const Wanted told = consented(question.wanted, question.consent);
        services_.record(
            {id, knowledge.at, question.party, question.purpose, found.decision, told.predicates(), told.attributes,
             question.consent,
             to_hex(digest(DigestAlgorithm::sha256, as_bytes(std::string_view{text}.substr(0, text.find('~')))))});
        return text;
    }

    void time_is_up(const std::string& id) {
        {
            const std::lock_guard lock(mutex_);
            const auto found = entries_.find(id);
            if (found == entries_.end() || found->second.view.state != IdentityState::waiting) return;
            found->second.view.problem = std::make_exception_ptr(Conflict(
                "identity_check.no_card", "no card was put into a reader in time", "Ask the holder, and ask anew."));
            end(found->second, IdentityState::failed);
        }
        tell(id);
    }

    void end(Entry& entry, IdentityState state) {
        entry.view.state = state;
        entry.question.reset();
        ended_.emplace_back(SteadyClock::now(), entry.view.id);
    }

    void tell(std::string_view id) {
        IdentityView view;
        {
            const std::lock_guard lock(mutex_);
            const auto found = entries_.find(id);
            if (found == entries_.end()) return;
            view = found->second.view;
        }
        services_.changed(view);
    }

    bool tell_if_ended(std::string_view id) {
        {
            const std::lock_guard lock(mutex_);
            const auto found = entries_.find(id);
            if (found == entries_.end() || !has_ended(found->second.view.state)) return false;
        }
        tell(id);
        return true;
    }

    Entry& entry(std::string_view id) {
        const auto found = entries_.find(id);
        if (found == entries_.end()) throw not_found();
        return found->second;
    }

    void forget_old() {
        const auto oldest = SteadyClock::now() - limits_.kept_time;
        while (!ended_.empty() && (ended_.size() > limits_.kept || ended_.front().first < oldest)) {
            entries_.erase(ended_.front().second);
            ended_.pop_front();
        }
    }

    const IdentityServices services_;
    const IdentityLimits limits_;

    std::mutex mutex_;
    Admission admission_;
    std::map<std::string, Entry, std::less<>> entries_;
    std::deque<std::pair<SteadyClock::time_point, std::string>> ended_;
    std::uint64_t asked_ = 0;
    std::size_t insertions_ = 0;
    bool stopping_ = false;
};

IdentityChecks::IdentityChecks(IdentityServices services, IdentityLimits limits)
    : state_(std::make_shared<State>(std::move(services), limits)) {}

IdentityChecks::~IdentityChecks() {
    stop();
}

std::string IdentityChecks::start(IdentityQuestion question, uid_t owner) {
    return state_->start(std::move(question), owner, alarms_);
}

IdentityView IdentityChecks::get(std::string_view id) const {
    return state_->get(id);
}

void IdentityChecks::cancel(std::string_view id) {
    state_->cancel(id);
}

void IdentityChecks::card_inserted(const std::string& reader) {
    state_->card_inserted(reader);
}

void IdentityChecks::check_changed(const CheckEvent& event) {
    state_->check_changed(event);
}

void IdentityChecks::stop() {
    state_->stop();
}

}  // namespace tahvil::daemon
