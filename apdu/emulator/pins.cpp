#include "apdu/emulator/pins.h"

#include <algorithm>

#include "crypto/error.h"

namespace tahvil::emulator {

namespace {

constexpr std::uint8_t kVerify = 0x20;
constexpr std::uint8_t kChangeReferenceData = 0x24;
constexpr std::uint8_t kResetRetryCounter = 0x2C;

constexpr std::uint8_t kOldAndNew = 0x00;  // P1 of CHANGE REFERENCE DATA and RESET RETRY COUNTER
constexpr std::uint8_t kOldOnly = 0x01;    // P1 of RESET RETRY COUNTER

Response refused(unsigned left) {
    if (left == 0) return status_only(sw::authentication_method_blocked);
    return status_only({static_cast<std::uint16_t>(0x63C0U | std::min(left, 15U))});
}

}  // namespace

Pins::Pins(std::vector<Pin> pins) {
    for (Pin& pin : pins) {
        const unsigned tries = pin.tries;
        const unsigned unblocking_tries = pin.unblocking_tries;
        entries_.push_back({std::move(pin), tries, unblocking_tries});
    }
}

std::optional<Response> Pins::answer(const Command& command, Session& session, Tally& tally) {
    if (command.ins() != kVerify && command.ins() != kChangeReferenceData && command.ins() != kResetRetryCounter)
        return std::nullopt;
    const auto entry = std::ranges::find_if(entries_, [&](const Entry& e) { return e.pin.reference == command.p2(); });
    if (entry == entries_.end()) return status_only(sw::referenced_data_not_found);
    if (command.ins() == kVerify) return verify(*entry, command, session, tally);
    if (command.ins() == kChangeReferenceData) return change(*entry, command, session, tally);
    return unblock(*entry, command, session, tally);
}

Pins::State Pins::state(std::uint8_t reference) const {
    const auto entry = std::ranges::find_if(entries_, [&](const Entry& e) { return e.pin.reference == reference; });
    if (entry == entries_.end()) throw InvalidInput("input.range", "the card has no PIN of that reference");
    if (entry->left == 0) return State::blocked;
    return entry->pin.transport ? State::inactive : State::active;
}

bool Pins::matches(const SecretBytes& stored, ByteView given, unsigned& left, unsigned tries) {
    if (left == 0 || stored.empty()) return false;
    --left;  // before the comparison, so that a loss of power in between costs the try
    if (!equal_in_constant_time(stored.view(), given)) return false;
    left = tries;
    return true;
}

Response Pins::verify(Entry& entry, const Command& command, Session& session, Tally& tally) {
    const Rights right = right::pin(entry.pin.reference);
    if (command.p1() != 0) return status_only(sw::wrong_parameters);
    if (command.data().empty() && !entry.pin.query_costs_a_try) {
        ++tally.verify_queries;
        if (entry.pin.transport) return status_only(sw::reference_data_not_usable);
        return (session.verified & right) != 0 ? status_only(sw::ok) : refused(entry.left);
    }
    ++tally.verify_tries;
    if (entry.pin.transport) return status_only(sw::reference_data_not_usable);
    if (!command.data().empty() && command.data().size() != entry.pin.block.size())
        return status_only(sw::wrong_length);
    session.verified &= ~right;
    if (!matches(entry.pin.block, command.data(), entry.left, entry.pin.tries)) return refused(entry.left);
    session.verified |= right;
    return status_only(sw::ok);
}

Response Pins::change(Entry& entry, const Command& command, Session& session, Tally& tally) {
    ++tally.pin_changes;
    const std::size_t size = entry.pin.block.size();
    if (command.p1() != kOldAndNew) return status_only(sw::wrong_parameters);
    if (command.data().size() != 2 * size) return status_only(sw::wrong_length);
    session.verified &= ~right::pin(entry.pin.reference);
    if (!matches(entry.pin.block, command.data().first(size), entry.left, entry.pin.tries)) return refused(entry.left);
    entry.pin.block = SecretBytes(command.data().last(size));
    entry.pin.transport = false;
    return status_only(sw::ok);
}

Response Pins::unblock(Entry& entry, const Command& command, Session& session, Tally& tally) {
    ++tally.pin_unblockings;
    const std::size_t size = entry.pin.unblocking.size();
    const bool with_new = command.p1() == kOldAndNew;
    if (!with_new && command.p1() != kOldOnly) return status_only(sw::wrong_parameters);
    if (size == 0) return status_only(sw::conditions_not_satisfied);
    if (command.data().size() != size + (with_new ? entry.pin.block.size() : 0)) return status_only(sw::wrong_length);
    session.verified &= ~right::pin(entry.pin.reference);
    if (!matches(entry.pin.unblocking, command.data().first(size), entry.unblocking_left, entry.pin.unblocking_tries))
        return refused(entry.unblocking_left);
    if (with_new) {
        entry.pin.block = SecretBytes(command.data().subspan(size));
        entry.pin.transport = false;
    }
    entry.left = entry.pin.tries;
    return status_only(sw::ok);
}

}  // namespace tahvil::emulator
