#pragma once

#include <memory>
#include <optional>

#include "daemon/cli/arguments.h"
#include "daemon/cli/language.h"

namespace CLI {
class App;
}

namespace tahvil::cli {

/// The verbs of the handover desk: terminal, delivery, inquiry, receipt, journal.
class DeskGrammar {
public:
    explicit DeskGrammar(Language language);
    DeskGrammar(const DeskGrammar&) = delete;
    DeskGrammar& operator=(const DeskGrammar&) = delete;
    ~DeskGrammar();

    void add_to(CLI::App& app);

    /// The verb that was given, with its values checked, if it is one of these. Throws InvalidInput.
    std::optional<Verb> chosen() const;

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace tahvil::cli
