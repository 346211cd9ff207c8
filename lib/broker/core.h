// The scheduling core: what the broker knows and decides.  Pure: it sees time
// and events, and returns what must be made durable, then what must be said.
// State that matters changes only in apply(); a restart replays the same rows
// through the same function.  docs/protocol.md numbers the rules.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <variant>
#include <vector>

#include "base/time.h"
#include "job/messages.h"
#include "job/record.h"
#include "session/session.h"
#include "store/store.h"

namespace mlb::broker {

/// An address of the transport: opaque, compared and passed on only.
using Route = std::string;

struct Limits {
  Millis lease{10000};        ///< without a sign of life: lost
  Millis grace{30000};        ///< the same, after a start of the broker
  Millis gone_after{1500};    ///< unreachable for so long: lost
  Millis final_loss{600000};  ///< before a loss without retries is final
  Millis watcher_silence{10000};
  Millis client_silence{60000};
  Millis stall{1000};            ///< a longer pause of ours shifts leases
  Millis blob_lease{172800000};  ///< renewed when half of it is over
  Millis max_backoff{3600000};
  std::uint64_t points = 100000;  ///< stored a job
  std::size_t needs = 64;         ///< outcomes asked for in one heartbeat
};

/// What the store says of a job that the core does not hold.
struct Known {
  JobId id;
  std::optional<JobRow> row;
};

/// What the shell must look up before it steps a message.
struct Wants {
  std::vector<JobId> jobs;
  std::optional<std::tuple<std::string, std::uint32_t>> key;
  std::vector<Digest> digests;
};

// ---- events ----
struct Received {
  Route from;
  UserId user;
  Message message;
  std::vector<Known> known;      ///< for Wants::jobs
  std::optional<JobId> key_job;  ///< for Wants::key
  std::vector<BlobRow> blobs;    ///< of Wants::digests, those on disk
};
struct Tick {
  bool drained = true;  ///< the socket was empty when the turn ended
  Millis gap{0};        ///< since the turn before began
};
struct PeerGone {
  PeerId peer;
};  ///< the transport has no way to it
struct BlobStored {
  Digest digest;
  std::uint64_t bytes = 0;
};
struct DiskState {
  bool low = false;
};

using Event = std::variant<Received, Tick, PeerGone, BlobStored, DiskState>;

// ---- effects ----
/// To be sent after the commit.  A Start comes without its spec, a Welcome
/// without what only the shell knows: the shell adds both.
struct Outgoing {
  Route to;
  PeerId peer;
  Message message;
};
/// An answer that the shell composes from the store after the commit.
struct JobPage {
  UserId owner;
  ListJobs query;
};
struct JobRows {
  UserId owner;
  std::vector<JobId> jobs;
};
struct SpecPage {
  UserId owner;
  JobId job;
};
struct Read {
  Route to;
  Header header;
  std::variant<JobPage, JobRows, SpecPage> what;
};
struct Effects {
  std::vector<Record> records;
  std::vector<Outgoing> messages;
  std::vector<Read> reads;
};
/// Events that a watcher is owed, see take_pages().
struct EventPage {
  Route to;
  PeerId peer;
  JobId job;
  std::uint64_t next = 1;
  std::uint64_t upto = 0;
  WatchFilter filter = WatchFilter::all;
};

class Core {
 public:
  /// `loaded` must hold this start's epoch already committed.
  Core(const store::Loaded& loaded, const Limits& limits, Time now);

  Wants wants(const Message& message, const UserId& user) const;
  Effects step(Time now, const Event& event);
  /// The only place where durable state changes.
  void apply(const Record& record);
  /// All records of the steps so far are durable: ended jobs leave memory.
  void committed();

  /// Watchers that are owed events, each once.  Read them from the store,
  /// send, and tell watch_sent(); what was not sent is owed again.
  std::vector<EventPage> take_pages();
  Header stamp(PeerId peer) { return sessions_.stamp(peer); }
  void watch_sent(PeerId peer, JobId job, std::uint64_t next);

  /// A row with what only memory knows: live values, why it waits.
  JobView view(const JobRow& row) const;
  /// Ended jobs are not here.
  const JobRow* find(JobId id) const;
  /// Live values of a running job.
  Live live(JobId id) const;
  std::size_t unfinished() const { return jobs_.size(); }
  /// Workers, and clients heard of lately.
  std::size_t peers() const { return sessions_.all().size(); }
  /// Workers heard of lately, to be pinged.
  std::vector<Outgoing> pings();
  StoreRow store_row() const { return store_; }

  /// Breaks the process when an invariant does not hold.
  void check() const;

 private:
  struct Job {
    JobRow row;
    std::uint64_t start_n = 0;  ///< counter of its newest Start; 0: unknown
    bool held = false;          ///< the worker has named it since then
    Millis lease{0};            ///< mono: lost when this passes
    Millis ready{0};            ///< mono: backoff ends
    std::uint32_t pid = 0;
    Live live;
  };
  struct Worker {
    Session session;
    Heartbeat beat;
    std::map<Attempt, Resources> holds;  ///< in `beat`, also of ended jobs
    bool heard_us = false;        ///< `beat` came after a message of this life
    std::uint64_t beat_seen = 0;  ///< what of ours `beat` knows of
    std::uint64_t given_up = 0;   ///< newest Start whose attempt was given up
    std::optional<Millis> gone_since;  ///< mono
  };
  struct Watcher {
    std::uint64_t next = 1;
    std::uint64_t upto = 0;
    WatchFilter filter = WatchFilter::all;
    std::uint64_t events = 0;  ///< newest event of the job
    Millis heard{0};           ///< mono
    bool owed = false;
    bool live_owed = false;
  };
  using Key = std::tuple<UserId, std::string, std::uint32_t>;
  struct Free {
    int cpus = 0;
    std::int64_t memory = 0;
  };

  // core.cc
  void record(Record record);
  void send(PeerId peer, Body body);
  void refuse(const Received& m, JobId job, std::string code, std::string text);
  void received(const Received& m);
  void dispatch(const Received& m);
  bool obey(const Received& m, session::Verdict verdict);
  void append(JobRow& row, EventType type, std::string text = {},
              const Point& point = {});
  void tick(const Tick& t);
  void forget_clients();
  static const JobRow* known(const Received& m, JobId id);
  void put_row(const JobRow& row);
  void note_event(const EventRow& row);

  // submit.cc
  void submit(const Received& m, const Submit& s);
  bool answer_repeat(const Received& m, const Submit& s);
  bool take_up(const Received& m, JobRow& row) const;
  std::vector<Digest> missing(const std::vector<Digest>& digests) const;
  void lease_blobs(const Received& m);
  void have(const Received& m, const Have& h);
  void cancel(const Received& m, const Cancel& c);

  // blobs.cc
  void find_blobs(const Received& m, const FindBlobs& f);
  void remove_blobs(const Received& m, const RemoveBlobs& r);
  std::map<Digest, const JobRow*> needed_blobs() const;
  JobId repeated_by(JobId job) const;
  void count_needs(const JobRow& row, int by);
  void release_checkpoint(const Received& m, const JobRow& row,
                          const Digest& digest);

  // heartbeat.cc
  void heartbeat(const Received& m, const Heartbeat& h);
  void meet_session(const Worker& worker);
  void held(const Received& m, const HeldAttempt& h);
  void ended(const Received& m, const EndedAttempt& e, std::size_t& asked);
  void absent(PeerId worker, const Heartbeat& h);
  void readopt(Job& job);

  // attempts.cc
  void progress(const Received& m, const Progress& p);
  void take_item(JobRow& row, const Item& item);
  void finished(const Received& m, const Finished& f);
  std::optional<Need> need_before(const JobRow& row, const Finished& f) const;
  void end_attempt(JobRow row, const Outcome& outcome);
  void end_job(JobRow row, JobState state, FailureClass why,
               std::string reason);
  void requeue(JobRow row, FailureClass why, const std::string& reason);
  void lose(JobId id, const std::string& reason, bool proven);
  /// The wait before retry number `count`, from 1.
  Millis backoff(const Retry& retry, std::uint32_t count) const;
  Job* job_of(PeerId worker, const Attempt& attempt);
  void expire_leases(Millis gap);

  // assign.cc
  void assign();
  Free free_of(PeerId worker) const;
  std::optional<PeerId> place(const Job& job,
                              const std::map<PeerId, Free>& free,
                              const std::set<PeerId>& reserved) const;
  void start(Job& job, PeerId worker);
  void send_start(Job& job);
  bool serves(PeerId id, const Worker& worker) const;

  // watch.cc, views.cc
  void watch(const Received& m, const Watch& w);
  void wake_watchers(JobId job, bool live_only);
  void get_jobs(const Received& m, const GetJobs& g);
  void list_workers(const Received& m);
  Welcome welcome() const;
  std::vector<std::pair<std::string, std::string>> reasons(
      const Job& job) const;

  Limits limits_;
  StoreRow store_;
  session::BrokerSessions sessions_;
  std::map<JobId, Job> jobs_;  ///< unfinished, and ended but not committed
  std::set<std::tuple<int, std::uint64_t, JobId>> queue_;  ///< -priority, order
  std::map<Key, JobId> keys_;
  std::map<PeerId, Worker> workers_;
  std::map<PeerId, std::set<JobId>> running_;  ///< by worker
  std::map<std::pair<PeerId, JobId>, Watcher> watchers_;
  std::set<std::pair<JobId, PeerId>> watched_;  ///< the same, by job
  std::set<std::pair<PeerId, JobId>> owed_;
  std::map<Digest, BlobRow> blobs_;
  std::map<Digest, int> needs_;  ///< by how many unfinished jobs, each digest
  std::vector<JobId> ended_;     ///< leave memory at committed()
  bool disk_low_ = false;
  Time now_;
  Effects out_;
};

}  // namespace mlb::broker
