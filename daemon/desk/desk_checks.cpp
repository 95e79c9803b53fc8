#include "daemon/desk/desk_checks.h"

#include <utility>

#include "apdu/error.h"
#include "crypto/protocol/mrz_information.h"
#include "daemon/error.h"

namespace tahvil::daemon {

namespace {

/// A date as the MRZ has it, YYMMDD.
std::string mrz_date(Date date) {
    const std::string iso = to_iso(date);
    return iso.substr(2, 2) + iso.substr(5, 2) + iso.substr(8, 2);
}

/// What the manifest says of opening a card.
AccessSecrets access_of(const ExpectedCard& card) {
    AccessSecrets secrets;
    if (!card.access.can.empty()) secrets.can = card.access.can;
    if (!card.access.document_number.empty() && card.access.expires && card.birth_date)
        secrets.mrz_information =
            mrz_information(card.access.document_number, mrz_date(*card.birth_date), mrz_date(*card.access.expires));
    return secrets;
}

bool was_not_opened(const std::exception_ptr& problem) {
    try {
        std::rethrow_exception(problem);
    } catch (const AccessDenied&) {
        return true;
    } catch (...) {
        return false;
    }
}

}  // namespace

std::string_view name(DeskPurpose purpose) {
    return purpose == DeskPurpose::check_in ? "check_in" : "handover";
}

CheckRequest DeskChecks::prepared(DeskPurpose purpose, const std::string& delivery, CheckRequest request) {
    // On arrival the record decides whose the card is, so that another's is not taken for a forgery.
    request.check.purpose = purpose == DeskPurpose::handover ? Purpose::handover : Purpose::identity_check;
    request.check.want = {Part::document, Part::holder};  // what the desk compares with the record
    if (delivery.empty()) return request;
    const Delivery record = desk_->work([&](OpenDesk& desk) {
        Delivery found = desk.deliveries.get(delivery);
        if (purpose == DeskPurpose::handover) desk.handover.checklist(delivery);
        return found;
    });
    AccessSecrets& given = request.check.access;
    if (!given.can && !given.mrz_information) {
        AccessSecrets known = access_of(record.card);
        given.can = std::move(known.can);
        given.mrz_information = std::move(known.mrz_information);
    }
    if (purpose == DeskPurpose::handover) request.check.expected.national_code = record.card.national_code;
    return request;
}

std::string DeskChecks::start(DeskPurpose purpose, const std::string& delivery, CheckRequest request, const Act& act) {
    request = prepared(purpose, delivery, std::move(request));
    // Held until the check is known here: it may end at once, on another thread.
    const std::lock_guard lock(mutex_);
    const uid_t owner = request.owner;
    const std::string id = checks_->start(std::move(request));
    entries_[id] = {{id, purpose, delivery, owner, CheckState::queued, {}, {}, {}}, act};
    return id;
}

void DeskChecks::enter(Entry& entry, const CheckView& view) {
    DeskCheck& check = entry.check;
    check.state = view.state;
    check.problem = view.problem;
    Act act = entry.act;
    act.at = desk_->now();
    try {
        if (view.result) {
            const Verdict& verdict = view.result->verdict;
            check.decision = verdict.decision;
            desk_->work([&](OpenDesk& desk) {
                if (check.purpose == DeskPurpose::check_in)
                    check.checked_in =
                        check_in(desk.database, desk.deliveries, desk.journal, verdict, check.delivery, act);
                else
                    desk.handover.enter_verdict(check.delivery, verdict, act);
            });
        } else if (check.purpose == DeskPurpose::check_in && view.problem && was_not_opened(view.problem)) {
            check.checked_in = desk_->work(
                [&](OpenDesk& desk) { return set_aside_unopened(desk.database, desk.journal, check.delivery, act); });
            check.state = CheckState::finished;
            check.problem = nullptr;
        }
    } catch (...) {
        check.state = CheckState::failed;
        check.problem = std::current_exception();
    }
    if (check.checked_in && check.checked_in->set_aside.empty()) check.delivery = check.checked_in->delivery;
}

void DeskChecks::ended(const CheckView& view) {
    Entry entry;
    {
        const std::lock_guard lock(mutex_);
        const auto found = entries_.find(view.id);
        if (found == entries_.end()) return;
        entry = found->second;
    }
    enter(entry, view);
    const bool arrived = entry.check.checked_in && entry.check.checked_in->set_aside.empty();
    {
        const std::lock_guard lock(mutex_);
        ended_.push_back(view.id);
        entries_[view.id] = entry;
        if (ended_.size() > kKept) {
            entries_.erase(ended_.front());
            ended_.pop_front();
        }
    }
    if (arrived) changed_(entry.check.delivery);
}

DeskCheck DeskChecks::get(std::string_view id) const {
    DeskCheck check;
    {
        const std::lock_guard lock(mutex_);
        const auto found = entries_.find(id);
        if (found == entries_.end())
            throw NotFound("check.not_found", "there is no such check, or it is no longer kept", "Start a new one.");
        check = found->second.check;
    }
    // Once a check has ended, what it says is what the desk made of it; until then it is not done.
    if (check.state == CheckState::queued) {
        const CheckState state = checks_->get(id).state;
        check.state = state == CheckState::queued ? state : CheckState::running;
    }
    return check;
}

}  // namespace tahvil::daemon
