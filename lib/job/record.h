// Records: what the broker makes durable.  Rows are whole images; the same
// records come back from load(), and Core::apply() is the only way in.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "base/bytes.h"
#include "base/digest.h"
#include "base/ids.h"
#include "base/time.h"
#include "job/spec.h"
#include "job/state.h"

namespace mlb {

/// The part of a spec that the broker reads.
struct Envelope {
  std::string kind = "train";
  std::string name;
  std::string description;
  std::vector<std::string> tags;
  std::map<std::string, std::string> labels;
  int priority = 0;
  std::uint64_t seed = 0;
  std::string data;  ///< what `job.data` shows: path and digest as text
  Resources resources;
  Retry retry;
  std::vector<Digest> digests;  ///< blobs that the job needs
  JobId retry_of;               ///< nil: none
};

struct AttemptRow {
  std::uint32_t number = 0;
  PeerId worker;
  std::uint64_t session = 0;  ///< the worker's session counter when assigned
  std::string host;
  std::uint32_t pid = 0;
  Millis started{0};               ///< wall; when assigned
  Millis ended{0};                 ///< wall; 0: not ended
  std::uint64_t items = 0;         ///< newest accepted item number
  std::uint32_t resumed_from = 0;  ///< epoch of the checkpoint; 0: scratch
  bool lost = false;  ///< given up by the broker; may still come back
  bool has_outcome = false;
  Outcome outcome;
};

struct JobRow {
  JobId id;
  UserId owner;
  Digest submit_digest;  ///< of the canonical Submit
  std::string idempotency_key;
  std::uint32_t document = 0;
  Envelope envelope;
  JobState state = JobState::queued;
  bool cancel_asked = false;
  std::uint64_t order = 0;         ///< of acceptance, from 1
  std::uint64_t events = 0;        ///< newest event number; events are 1..this
  std::uint64_t points = 0;        ///< points stored, all attempts
  std::uint32_t retries = 0;       ///< counted against retry.max
  Millis not_before{0};            ///< wall; backoff of the next attempt
  Millis submitted{0};             ///< wall
  Millis started{0};               ///< wall, first attempt; 0: not yet
  Millis ended{0};                 ///< wall; 0: not yet
  Point last_point;                ///< for lists; epoch 0: none yet
  CheckpointMark checkpoint = {};  ///< the newest whose blob is here
  FailureClass failure = FailureClass::none;
  std::string reason;
  std::vector<AttemptRow> attempts;  ///< by number; back() is the latest
};

enum class EventType {
  accepted,
  started,
  point,
  log,
  message,
  retry,
  cancel,
  ended
};
std::string_view name_of(EventType type);

/// One line of a job's log, numbered by the broker: 1, 2, ... no gap.
struct EventRow {
  JobId job;
  std::uint64_t number = 0;
  std::uint32_t attempt = 0;
  Millis time{0};  ///< wall
  EventType type = EventType::accepted;
  JobState state = JobState::queued;  ///< of the job after this event
  Point point;                        ///< type point
  LogPiece log;                       ///< type log
  std::string text;                   ///< message, reason, worker host
};

struct BlobRow {
  Digest digest;
  std::uint64_t bytes = 0;
  Millis leased_until{0};  ///< wall; may be deleted later if unreferenced
};

/// One row for the whole store.
struct StoreRow {
  StoreId store;
  TimelineId timeline;
  std::uint64_t epoch = 0;  ///< starts of the broker
  std::uint64_t last_order = 0;
};

// ---- records, in the order of a transaction ----
struct PutStore {
  StoreRow row;
};
struct PutSpec {  ///< once a job, with its first PutJob
  JobId job;
  Bytes spec;          ///< wire-encoded JobSpec
  std::string source;  ///< resolved YAML
};
struct PutJob {
  JobRow row;
};
struct AppendEvent {
  EventRow row;
};
struct PutBlob {
  BlobRow row;
};
struct DeleteBlob {
  Digest digest;
};

using Record =
    std::variant<PutStore, PutSpec, PutJob, AppendEvent, PutBlob, DeleteBlob>;

/// The blobs whose files go once the store has forgotten them: not what a later
/// record of the same transaction puts back.
std::set<Digest> deleted_blobs(std::span<const Record> records);

}  // namespace mlb
