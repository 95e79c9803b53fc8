#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>

#include "apdu/wire.h"
#include "crypto/bytes.h"
#include "daemon/reader/reader.h"

namespace tahvil::daemon {

/// A card within this process.
struct EmbeddedCard {
    Bytes atr;
    std::shared_ptr<Wire> wire;
    std::function<void()> reset;  ///< as if its power had gone off and on; may be empty
};

/// A reader that is a part of this process, for the demonstration and for tests: needs no PC/SC. Cards are put in and
/// taken out at run time from any thread, in the middle of an exchange too, which then throws CardGone.
class EmbeddedReader : public Reader {
public:
    EmbeddedReader(std::string id, std::string name);
    ~EmbeddedReader() override;

    /// Takes out what is in there first.
    void insert(EmbeddedCard card);
    /// Without effect on an empty reader.
    void remove();
    /// Resets the card as another program would, so that a session under way meets CardReset.
    void reset();

    ReaderState state() const override;
    std::unique_ptr<CardSession> open_session() override;

private:
    class Slot;
    class Session;
    std::shared_ptr<Slot> slot_;
};

}  // namespace tahvil::daemon
