#pragma once

#include <cstdint>
#include <deque>
#include <exception>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "daemon/check/check_service.h"
#include "daemon/delivery/check_in.h"
#include "daemon/desk/desk.h"

namespace tahvil::daemon {

enum class DeskPurpose : std::uint8_t { check_in, handover };

std::string_view name(DeskPurpose purpose);

/// A check of a card for the desk, and what the desk made of it.
struct DeskCheck {
    std::string id;  ///< of the check
    DeskPurpose purpose{};
    std::string delivery;  ///< that was asked for, or that the card was found to be for; empty when none
    uid_t owner = 0;
    CheckState state = CheckState::queued;
    std::optional<CheckedIn> checked_in;  ///< of a check-in that is finished
    std::optional<Decision> decision;     ///< of the verdict, when finished
    std::exception_ptr problem;           ///< when the check failed, or the desk could not take what it found
};

/// What is to be told when a delivery came to another stage.
using DeliveryListener = std::function<void(const std::string& delivery)>;

/// Has cards checked for the desk, and enters what was found as soon as a check ends: an arrival into its record, a
/// verdict into the handover that is under way. Every function may be called from any thread.
class DeskChecks {
public:
    static constexpr std::size_t kKept = 256;  ///< results, the oldest go first

    /// All must outlive this.
    DeskChecks(Desk& desk, CheckService& checks, DeliveryListener changed)
        : desk_(&desk), checks_(&checks), changed_(std::move(changed)) {}

    /// Begins to read the card in a reader. `delivery` may be empty for a card of a tray. A card whose access is not
    /// given is opened with what the manifest says. Answers with the id. Throws NotFound "delivery.unknown"; Conflict
    /// "handover.not_begun" for a handover that was not begun; what CheckService::start() throws.
    std::string start(DeskPurpose purpose, const std::string& delivery, CheckRequest request, const Act& act);

    /// Hears of the end of every check, and takes those that are its own.
    void ended(const CheckView& check);

    /// Throws NotFound "check.not_found".
    DeskCheck get(std::string_view id) const;

private:
    struct Entry {
        DeskCheck check;
        Act act;
    };

    CheckRequest prepared(DeskPurpose purpose, const std::string& delivery, CheckRequest request);
    void enter(Entry& entry, const CheckView& check);

    Desk* desk_;
    CheckService* checks_;
    DeliveryListener changed_;
    mutable std::mutex mutex_;
    std::map<std::string, Entry, std::less<>> entries_;
    std::deque<std::string> ended_;
};

}  // namespace tahvil::daemon
