#include "daemon/store/schema.h"

#include <array>

namespace tahvil::daemon {

namespace {

constexpr std::string_view kJournal = R"(
CREATE TABLE journal_entry (
    position INTEGER PRIMARY KEY,
    body     TEXT NOT NULL
);
CREATE TABLE journal_node (
    level INTEGER NOT NULL,
    idx   INTEGER NOT NULL,
    hash  BLOB NOT NULL,
    PRIMARY KEY (level, idx)
) WITHOUT ROWID;
CREATE TABLE journal_checkpoint (
    size INTEGER PRIMARY KEY,
    note TEXT NOT NULL
);
)";

constexpr std::array kSchema{Migration{1, kJournal}};

}  // namespace

std::span<const Migration> store_schema() {
    return kSchema;
}

}  // namespace tahvil::daemon
