#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "apdu/wire.h"
#include "daemon/reader/reader_pool.h"

namespace tahvil::daemon {

/// The card of another reader, held for as long as this lives. Its commands go out on that reader's own thread; nobody
/// else's come in between.
class LentCard final : public Wire {
public:
    /// Throws ProviderFailed "provider.unreachable" where the reader or its card is not there or not free within
    /// `answer_time`. The pool outlives this object.
    LentCard(ReaderPool& readers, const std::string& reader, std::chrono::milliseconds answer_time);
    ~LentCard() override;

    WireLimits limits() const override;

    /// Throws ProviderFailed: "provider.time_out" after `answer_time`, "provider.died" when the card is taken out.
    std::size_t exchange(ByteView command, std::span<std::uint8_t> response) override;

private:
    class State;
    std::shared_ptr<State> state_;
    std::shared_ptr<JobTicket> ticket_;
    std::chrono::milliseconds answer_time_;
};

}  // namespace tahvil::daemon
