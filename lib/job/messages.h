// The messages between client, broker and worker, as plain structs.  lib/wire
// turns them into one msgpack frame each; docs/protocol.md explains the rules.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "base/bytes.h"
#include "base/digest.h"
#include "base/ids.h"
#include "job/record.h"
#include "job/state.h"

namespace mlb {

inline constexpr std::uint32_t kProtocol = 1;

/// Who speaks: a process's life under one peer id.
struct Session {
  PeerId peer;
  std::uint64_t counter = 0;  ///< rises at every start of a worker; client: 1
  std::uint64_t nonce = 0;    ///< tells clones of one worker apart
  auto operator<=>(const Session&) const = default;
};

/// Every body starts with this (protocol rule 2).
struct Header {
  StoreId store;  ///< nil when a peer does not know it yet
  TimelineId timeline;
  std::uint64_t epoch = 0;
  Session session;         ///< of the peer, in both directions
  std::uint64_t n = 0;     ///< counter of this direction
  std::uint64_t seen = 0;  ///< newest n received from the other side
};

// ---- client -> broker ----
struct Ping {
  std::string build;
};  ///< answered by Welcome
struct Submit {
  JobId job;
  Envelope envelope;
  Bytes spec;
  std::string source;
  std::string idempotency_key;
  std::uint32_t document = 0;
  /// SHA-256 of the canonical body without header and job; set by decode().
  Digest body;
};
struct Cancel {
  JobId job;
};
/// Send events next..upto (0: to the end, and go on), see protocol rule 23.
enum class WatchFilter { all, states, log };
struct Watch {
  JobId job;
  std::uint64_t next = 1;
  std::uint64_t upto = 0;
  WatchFilter filter = WatchFilter::all;
};
/// Which blobs must still be uploaded?  A yes is a lease of >= 24 h.
struct Have {
  std::vector<Digest> digests;
};
/// One page of jobs, newest first.
struct ListJobs {
  std::string prefix;               ///< of the UUID text; empty: all
  std::string name;                 ///< exact; empty: all
  std::vector<std::string> states;  ///< empty: all
  std::string tag;                  ///< empty: all
  std::uint64_t before_order = 0;   ///< keyset; 0: from the newest
  std::uint32_t limit = 50;
  Millis ended_since{0};  ///< wall; leaves out jobs that ended earlier
};
/// Whole rows of these jobs, and why each is not running.
struct GetJobs {
  std::vector<JobId> jobs;
};
struct GetSpec {
  JobId job;
};
struct ListWorkers {};
/// Which of these blobs are here, and how large?  Promises nothing.
struct FindBlobs {
  std::vector<Digest> digests;
};
/// Away with these blobs, unless an unfinished job needs them.
struct RemoveBlobs {
  std::vector<Digest> digests;
};

// ---- broker -> client ----
struct Welcome {
  std::string build;
  std::uint64_t broker_pid = 0;
  std::string machine;   ///< id of the broker's machine
  std::string transfer;  ///< endpoint of the blob socket
  std::string blob_dir;  ///< for peers on the same machine
  std::uint32_t workers = 0;
  std::uint32_t slots = 0;
  std::uint32_t queued = 0;
  std::uint32_t running = 0;
};
struct Accepted {
  JobId asked;
  JobId job;
};  ///< differ with a known key
/// What was asked for cannot be had.  `code` is stable: conflict, no_such_job,
/// disk_low, too_large, bad_message, too_many_points, epoch, superseded,
/// cloned, unsupported ...
struct Refused {
  JobId job;  ///< nil when not about a job
  std::string code;
  std::string text;
};
struct NeedBlobs {
  JobId job;
  std::vector<Digest> digests;
};
struct CancelTaken {
  JobId job;
  JobState state = JobState::queued;
};
struct Events {
  JobId job;
  std::uint64_t first = 0;  ///< where the page begins; a filter may thin it
  std::uint64_t next = 1;   ///< what to watch for next
  JobState state = JobState::queued;
  std::vector<EventRow> events;
  Live live;  ///< of a running job
};
struct JobView {
  JobRow row;
  Live live;
  std::vector<std::pair<std::string, std::string>> waiting;  ///< code, text
};
struct Jobs {
  std::vector<JobView> jobs;
  std::uint64_t next_before = 0;  ///< 0: no further page
  std::vector<JobId> unknown;
};
struct SpecText {
  JobId job;
  Bytes spec;
  std::string source;
};
struct WorkerView {
  PeerId id;
  std::string name;
  std::string host;
  std::uint32_t pid = 0;
  std::string state;  ///< ready, busy, silent, full
  std::uint32_t slots = 0;
  std::uint32_t busy = 0;
  std::map<std::string, std::string> labels;
  double last_seen_seconds = 0;
  std::vector<std::pair<Attempt, std::uint32_t>> jobs;  ///< with pid
};
struct Workers {
  std::vector<WorkerView> workers;
};
struct Blobs {
  std::vector<std::pair<Digest, std::uint64_t>> found;  ///< with their bytes
};
struct BlobsRemoved {
  std::vector<Digest> removed;  ///< are not here, now or since before
  /// Stay, with the first job that needs each; nil: another user's.
  std::vector<std::pair<Digest, JobId>> needed;
};

// ---- worker -> broker ----
struct HeldAttempt {
  Attempt attempt;
  std::uint32_t pid = 0;
  std::uint64_t items = 0;  ///< newest item spooled
  std::uint32_t resumed_from = 0;
  Live live;
};
struct EndedAttempt {
  Attempt attempt;
  std::uint64_t items = 0;
};
struct Heartbeat {
  std::string name;
  std::string host;
  std::uint32_t pid = 0;
  std::string build;
  std::uint32_t slots = 0;
  std::uint64_t memory = 0;  ///< bytes it may give to jobs
  std::map<std::string, std::string> labels;
  bool full = false;  ///< takes no new attempt (disk, outbox)
  bool draining = false;
  std::vector<HeldAttempt> held;    ///< starting or running
  std::vector<EndedAttempt> ended;  ///< outcome not yet taken, <= 4096
};
struct Progress {
  Attempt attempt;
  std::vector<Item> items;  ///< consecutive numbers
};
struct Finished {
  Attempt attempt;
  Outcome outcome;
  std::uint64_t last_item = 0;
};

// ---- broker -> worker ----
struct Start {
  Attempt attempt;
  Envelope envelope;
  Bytes spec;
  CheckpointMark checkpoint =
      {};  ///< to go on from; without digest: from scratch
};
struct Kill {
  Attempt attempt;
  std::string reason;
};
struct ProgressTaken {
  Attempt attempt;
  std::uint64_t upto = 0;
};
/// Send what is missing of an ended attempt: items from `from_item` (0:
/// none), these blobs, and then Finished again.
struct Need {
  Attempt attempt;
  std::uint64_t from_item = 0;
  std::vector<Digest> digests;
};
struct Taken {
  Attempt attempt;
};  ///< the worker may forget the attempt
struct Superseded {
  std::uint64_t counter = 0;
};
struct WorkerPing {};  ///< "are you there"; answered by the next heartbeat

using Body = std::variant<
    Ping, Submit, Cancel, Watch, Have, ListJobs, GetJobs, GetSpec, ListWorkers,
    FindBlobs, RemoveBlobs, Welcome, Accepted, Refused, NeedBlobs, CancelTaken,
    Events, Jobs, SpecText, Workers, Blobs, BlobsRemoved, Heartbeat, Progress,
    Finished, Start, Kill, ProgressTaken, Need, Taken, Superseded, WorkerPing>;

struct Message {
  Header header;
  Body body;
};

}  // namespace mlb
