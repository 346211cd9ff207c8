// See migrations.h.  A released step is never changed: a new one is added.
#include "store/migrations.h"

#include <array>

namespace mlb::store {
namespace {

// job_list answers every list from the index alone; name and tag have their
// own, so that no page reads rows that it does not return.  Events: see
// event_log.h.
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
  document INTEGER NOT NULL, last_event INTEGER NOT NULL, row BLOB NOT NULL
);
CREATE UNIQUE INDEX job_id ON job (id);
CREATE INDEX job_list ON job (owner, row_order, state, ended);
CREATE INDEX job_name ON job (owner, name, row_order);
CREATE INDEX job_unfinished ON job (row_order) WHERE finished = 0;
CREATE UNIQUE INDEX job_key ON job (owner, idempotency_key, document)
  WHERE idempotency_key <> '';
CREATE TABLE job_tag (owner TEXT NOT NULL, tag TEXT NOT NULL,
                      row_order INTEGER NOT NULL,
                      PRIMARY KEY (owner, tag, row_order)) WITHOUT ROWID;
CREATE TABLE spec (place INTEGER PRIMARY KEY, job BLOB NOT NULL,
                   spec BLOB NOT NULL, source TEXT NOT NULL);
CREATE UNIQUE INDEX spec_job ON spec (job);
CREATE TABLE event (place INTEGER PRIMARY KEY, previous INTEGER NOT NULL,
                    number INTEGER NOT NULL, row BLOB NOT NULL);
CREATE TABLE event_pack (place INTEGER PRIMARY KEY, job INTEGER NOT NULL,
                         last INTEGER NOT NULL, rows BLOB NOT NULL);
CREATE UNIQUE INDEX event_pack_job ON event_pack (job, last);
CREATE TABLE blob (digest BLOB PRIMARY KEY, bytes INTEGER NOT NULL,
                   leased_until INTEGER NOT NULL) WITHOUT ROWID;
)sql";

constexpr std::array kSteps{kFirst};

}  // namespace

std::span<const char* const> migrations() {
  return kSteps;
}

}  // namespace mlb::store
