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

// Columns that end in _index are blind indexes; `personal`, `why`, `reason` and `sealed` are sealed. See
// crypto/sealed.h.
constexpr std::string_view kDeliveries = R"(
CREATE TABLE manifest (
    id          INTEGER PRIMARY KEY,
    digest      BLOB NOT NULL UNIQUE,
    signer      TEXT NOT NULL,
    imported_at INTEGER NOT NULL,
    cards       INTEGER NOT NULL
);
CREATE TABLE delivery_counter (
    terminal TEXT PRIMARY KEY,
    last     INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE delivery (
    id             TEXT NOT NULL UNIQUE,
    custodian      TEXT NOT NULL,
    stage          INTEGER NOT NULL,
    since          INTEGER NOT NULL,
    manifest       INTEGER NOT NULL REFERENCES manifest (id),
    batch          TEXT NOT NULL,
    office         TEXT NOT NULL,
    fee            INTEGER NOT NULL,
    card_signer    TEXT NOT NULL,
    personal       BLOB NOT NULL,
    tracking_index BLOB UNIQUE,
    national_index BLOB,
    identity_index BLOB,
    serial_index   BLOB,
    name_index     BLOB,
    family_index   BLOB
);
CREATE INDEX delivery_by_stage    ON delivery (stage, since, id);
CREATE INDEX delivery_by_national ON delivery (national_index, id);
CREATE INDEX delivery_by_identity ON delivery (identity_index, id);
CREATE INDEX delivery_by_serial   ON delivery (serial_index, id);
CREATE INDEX delivery_by_name     ON delivery (name_index, id);
CREATE INDEX delivery_by_family   ON delivery (family_index, id);
CREATE TABLE delivery_move (
    delivery   TEXT NOT NULL REFERENCES delivery (id),
    journal    INTEGER NOT NULL REFERENCES journal_entry (position),
    from_stage INTEGER NOT NULL,
    to_stage   INTEGER NOT NULL,
    act        TEXT NOT NULL,
    actor      TEXT NOT NULL,
    at         INTEGER NOT NULL,
    why        BLOB NOT NULL,
    PRIMARY KEY (delivery, journal)
) WITHOUT ROWID;
CREATE TABLE delivery_salt (
    journal  INTEGER NOT NULL,
    field    TEXT NOT NULL,
    delivery TEXT NOT NULL REFERENCES delivery (id),
    salt     BLOB NOT NULL,
    PRIMARY KEY (journal, field)
) WITHOUT ROWID;
CREATE INDEX delivery_salt_by_delivery ON delivery_salt (delivery);
)";

constexpr std::string_view kHandovers = R"(
CREATE TABLE handover_item (
    delivery      TEXT NOT NULL REFERENCES delivery (id),
    item          INTEGER NOT NULL,
    state         INTEGER NOT NULL,
    method        TEXT NOT NULL,
    reason        BLOB NOT NULL,
    actor         TEXT NOT NULL,
    second_person TEXT NOT NULL,
    at            INTEGER NOT NULL,
    PRIMARY KEY (delivery, item)
) WITHOUT ROWID;
CREATE TABLE handover_verdict (
    delivery TEXT PRIMARY KEY REFERENCES delivery (id),
    digest   TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE receipt (
    id       TEXT NOT NULL UNIQUE,
    delivery TEXT NOT NULL UNIQUE REFERENCES delivery (id),
    journal  INTEGER NOT NULL REFERENCES journal_entry (position),
    sealed   BLOB NOT NULL
);
CREATE TABLE handover_key (
    key      BLOB PRIMARY KEY,
    delivery TEXT NOT NULL REFERENCES delivery (id)
) WITHOUT ROWID;
)";

// arrived_at is when the card was checked in, noticed the last NoticeKind that was raised since. Stages 2 and 3 are
// those in which a card waits for its holder.
constexpr std::string_view kUncollected = R"(
ALTER TABLE delivery ADD COLUMN arrived_at INTEGER;
ALTER TABLE delivery ADD COLUMN noticed INTEGER NOT NULL DEFAULT 0;
UPDATE delivery SET arrived_at = since WHERE stage IN (2, 3, 4);
CREATE INDEX delivery_by_arrival ON delivery (arrived_at, id) WHERE stage IN (2, 3);
CREATE INDEX delivery_by_notice  ON delivery (noticed, arrived_at, id) WHERE stage IN (2, 3);
CREATE TABLE notice (
    id        INTEGER PRIMARY KEY,
    delivery  TEXT NOT NULL REFERENCES delivery (id),
    kind      INTEGER NOT NULL,
    state     INTEGER NOT NULL,
    raised_at INTEGER NOT NULL,
    next_try  INTEGER,
    tries     INTEGER NOT NULL,
    problem   TEXT NOT NULL,
    reference TEXT NOT NULL
);
CREATE INDEX notice_due         ON notice (next_try, id) WHERE next_try IS NOT NULL;
CREATE INDEX notice_by_state    ON notice (state, id);
CREATE INDEX notice_by_delivery ON notice (delivery, id);
CREATE TABLE shipment (
    id        TEXT NOT NULL UNIQUE,
    at        INTEGER NOT NULL,
    cards     INTEGER NOT NULL,
    journal   INTEGER NOT NULL REFERENCES journal_entry (position),
    key       BLOB NOT NULL UNIQUE,
    requested BLOB NOT NULL,
    sealed    BLOB NOT NULL
);
)";

// What requests with an Idempotency-Key made: `digest` is a blind index of the body's, `result` an id.
constexpr std::string_view kRequests = R"(
CREATE TABLE request (
    caller  INTEGER NOT NULL,
    key     BLOB NOT NULL,
    digest  BLOB NOT NULL,
    result  TEXT NOT NULL,
    expires INTEGER NOT NULL,
    PRIMARY KEY (caller, key)
) WITHOUT ROWID;
CREATE INDEX request_by_expiry ON request (expires);
CREATE INDEX delivery_by_manifest ON delivery (manifest, stage);
)";

constexpr std::array kSchema{Migration{1, kJournal}, Migration{2, kDeliveries}, Migration{3, kHandovers},
                             Migration{4, kUncollected}, Migration{5, kRequests}};

}  // namespace

std::span<const Migration> store_schema() {
    return kSchema;
}

}  // namespace tahvil::daemon
