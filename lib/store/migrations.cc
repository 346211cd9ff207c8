// See migrations.h.  A released step is never changed: a new one is added.
#include "store/migrations.h"

#include <array>

namespace mlb::store {
namespace {

// Events carry no unique index on (job, number): the broker numbers them, and
// an append to a table in row order costs a fraction of one into a clustered
// index.  Reading goes by the plain index on the job.
constexpr const char* kFirst = R"sql(
CREATE TABLE store (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  store BLOB NOT NULL, timeline BLOB NOT NULL, epoch INTEGER NOT NULL,
  last_order INTEGER NOT NULL
);
CREATE TABLE job (
  row_order INTEGER PRIMARY KEY, id BLOB NOT NULL, owner TEXT NOT NULL,
  name TEXT NOT NULL, state INTEGER NOT NULL, finished INTEGER NOT NULL,
  ended INTEGER NOT NULL, idempotency_key TEXT NOT NULL,
  document INTEGER NOT NULL, row BLOB NOT NULL
);
CREATE UNIQUE INDEX job_id ON job (id);
CREATE INDEX job_unfinished ON job (row_order) WHERE finished = 0;
CREATE INDEX job_key ON job (owner, idempotency_key, document)
  WHERE idempotency_key <> '';
CREATE TABLE spec (job BLOB PRIMARY KEY, spec BLOB NOT NULL,
                   source TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE event (place INTEGER PRIMARY KEY, job INTEGER NOT NULL,
                    number INTEGER NOT NULL, row BLOB NOT NULL);
CREATE INDEX event_job ON event (job, number);
CREATE TABLE blob (digest BLOB PRIMARY KEY, bytes INTEGER NOT NULL,
                   leased_until INTEGER NOT NULL) WITHOUT ROWID;
)sql";

constexpr std::array kSteps{kFirst};

}  // namespace

std::span<const char* const> migrations() {
  return kSteps;
}

}  // namespace mlb::store
