#pragma once

#include "apdu/emulator/function.h"

namespace tahvil::emulator {

/// SELECT, READ BINARY and GET DATA (ISO/IEC 7816-4, 11.2.2, 11.3.3, 11.4.3).
class FileCommands final : public Function {
public:
    std::optional<Response> answer(const Command& command, Session& session, Tally& tally) override;
};

}  // namespace tahvil::emulator
