// The frame of the core: judging who speaks, handing each message to its
// rule, applying records.  See core.h.
#include "broker/core.h"

#include <algorithm>
#include <utility>

#include "base/check.h"

namespace mlb::broker {
namespace {

template <class... F>
struct Overloaded : F... {
  using F::operator()...;
};
template <class... F>
Overloaded(F...) -> Overloaded<F...>;

/// Only full-state messages are dropped when they come out of order; the
/// others carry numbers of their own or may be repeated at will.
bool dropped_when_stale(const Body& body) {
  return std::holds_alternative<Heartbeat>(body);
}

}  // namespace

Core::Core(const store::Loaded& loaded, const Limits& limits, Time now)
    : limits_(limits),
      store_(loaded.store),
      sessions_(loaded.store.store, loaded.store.timeline, loaded.store.epoch),
      now_(now) {
  for (const auto& blob : loaded.blobs) apply(PutBlob{blob});
  for (const auto& row : loaded.unfinished) {
    apply(PutJob{row});
    Job& job = jobs_.at(row.id);
    job.lease = now.mono + limits.grace;
    // The wall clock may have been set: never longer than it was meant.
    job.ready = now.mono + std::clamp(row.not_before - now.wall, Millis(0),
                                      backoff(row.envelope.retry, row.retries));
  }
}

Effects Core::step(Time now, const Event& event) {
  now_ = now;
  out_ = {};
  std::visit(
      Overloaded{
          [&](const Received& m) { received(m); },
          [&](const Tick& t) { tick(t); },
          [&](const PeerGone& gone) {
            const auto it = workers_.find(gone.peer);
            if (it != workers_.end() && !it->second.gone_since) {
              it->second.gone_since = now_.mono;
            }
          },
          [&](const BlobStored& b) {
            record(PutBlob{{.digest = b.digest,
                            .bytes = b.bytes,
                            .leased_until = now_.wall + limits_.blob_lease}});
          },
          [&](const DiskState& d) { disk_low_ = d.low; },
      },
      event);
  assign();
  return std::exchange(out_, {});
}

void Core::record(Record r) {
  apply(r);
  out_.records.push_back(std::move(r));
}

void Core::send(PeerId peer, Body body) {
  const auto* entry = sessions_.find(peer);
  if (entry == nullptr) return;
  const Route route = entry->route;
  out_.messages.push_back(
      {route, peer, {sessions_.stamp(peer), std::move(body)}});
}

void Core::refuse(const Received& m, JobId job, std::string code,
                  std::string text) {
  out_.messages.push_back({m.from,
                           m.message.header.session.peer,
                           {sessions_.stamp_stranger(m.message.header.session),
                            Refused{job, std::move(code), std::move(text)}}});
}

bool Core::obey(const Received& m, session::Verdict verdict) {
  const Session& speaker = m.message.header.session;
  switch (verdict) {
    case session::Verdict::fresh: return true;
    case session::Verdict::stale: return !dropped_when_stale(m.message.body);
    case session::Verdict::superseded:
      out_.messages.push_back(
          {m.from,
           speaker.peer,
           {sessions_.stamp_stranger(speaker),
            Superseded{sessions_.find(speaker.peer)->session.counter}}});
      return false;
    case session::Verdict::misaddressed: return false;
    case session::Verdict::cloned:
      refuse(m, {}, "cloned",
             "another process with the same identity is being served: its "
             "directory was copied; give this one a directory of its own");
      return false;
    case session::Verdict::foreign_store:
      refuse(m, {}, "foreign_store",
             "this is another broker store than the one you belong to");
      return false;
    case session::Verdict::old_epoch:
      refuse(m, {}, "epoch",
             "this broker's data is older than what you have seen of it: was "
             "it restored from a backup?");
      return false;
  }
  return false;
}

void Core::received(const Received& m) {
  const auto verdict = sessions_.accept(m.message.header, m.from, now_.mono);
  if (!obey(m, verdict)) return;
  const PeerId peer = m.message.header.session.peer;
  // The way back: a worker's newest heartbeat, a client's newest message.
  const bool is_worker = workers_.count(peer) > 0;
  const bool beats = std::holds_alternative<Heartbeat>(m.message.body);
  if (verdict == session::Verdict::fresh && (beats || !is_worker)) {
    sessions_.answer_to(peer, m.from);
  }
  if (is_worker) {
    workers_.at(peer).gone_since.reset();
    for (const JobId id : running_[peer]) {
      Job& job = jobs_.at(id);
      job.lease = std::max(job.lease, now_.mono + limits_.lease);
    }
  }
  dispatch(m);
}

void Core::dispatch(const Received& m) {
  std::visit(
      Overloaded{
          [&](const Ping&) { send(m.message.header.session.peer, welcome()); },
          [&](const Submit& s) { submit(m, s); },
          [&](const Cancel& c) { cancel(m, c); },
          [&](const Watch& w) { watch(m, w); },
          [&](const Have& h) { have(m, h); },
          [&](const ListJobs& l) {
            const PeerId peer = m.message.header.session.peer;
            out_.reads.push_back(
                {m.from, sessions_.stamp(peer), JobPage{m.user, l}});
          },
          [&](const GetJobs& g) { get_jobs(m, g); },
          [&](const GetSpec& g) {
            const PeerId peer = m.message.header.session.peer;
            out_.reads.push_back(
                {m.from, sessions_.stamp(peer), SpecPage{m.user, g.job}});
          },
          [&](const ListWorkers&) { list_workers(m); },
          [&](const FindBlobs& f) { find_blobs(m, f); },
          [&](const RemoveBlobs& r) { remove_blobs(m, r); },
          [&](const Heartbeat& h) { heartbeat(m, h); },
          [&](const Progress& p) { progress(m, p); },
          [&](const Finished& f) { finished(m, f); },
          [&](const auto&) {
            refuse(m, {}, "bad_message", "that is for a broker to say");
          },
      },
      m.message.body);
}

Wants Core::wants(const Message& message, const UserId& user) const {
  Wants out;
  const auto want_job = [&](JobId id) {
    if (!id.is_nil() && jobs_.count(id) == 0) out.jobs.push_back(id);
  };
  const auto want_blob = [&](const Digest& digest) {
    if (blobs_.count(digest) == 0) out.digests.push_back(digest);
  };
  std::visit(Overloaded{
                 [&](const Submit& s) {
                   want_job(s.job);
                   for (const auto& d : s.envelope.digests) want_blob(d);
                   want_job(s.envelope.retry_of);
                   if (s.idempotency_key.empty()) return;
                   const Key key{user, s.idempotency_key, s.document};
                   if (keys_.count(key) == 0) {
                     out.key = {s.idempotency_key, s.document};
                   }
                 },
                 [&](const Cancel& c) { want_job(c.job); },
                 [&](const Watch& w) { want_job(w.job); },
                 [&](const Have& h) {
                   for (const auto& d : h.digests) want_blob(d);
                 },
                 [&](const FindBlobs& f) {
                   for (const auto& d : f.digests) want_blob(d);
                 },
                 [&](const RemoveBlobs& r) {
                   for (const auto& d : r.digests) want_blob(d);
                 },
                 [&](const Progress& p) {
                   want_job(p.attempt.job);
                   for (const auto& item : p.items) {
                     if (item.type != ItemType::checkpoint) continue;
                     want_blob(item.checkpoint.digest);
                     want_job(repeated_by(p.attempt.job));
                   }
                 },
                 [&](const Heartbeat& h) {
                   for (const auto& a : h.held) want_job(a.attempt.job);
                   for (const auto& a : h.ended) want_job(a.attempt.job);
                 },
                 [&](const Finished& f) {
                   want_job(f.attempt.job);
                   want_job(repeated_by(f.attempt.job));
                   for (const auto& a : f.outcome.artefacts) {
                     want_blob(a.digest);
                   }
                 },
                 [](const auto&) {},
             },
             message.body);
  return out;
}

const JobRow* Core::known(const Received& m, JobId id) {
  for (const auto& k : m.known) {
    if (k.id == id && k.row) return &*k.row;
  }
  return nullptr;
}

const JobRow* Core::find(JobId id) const {
  const auto it = jobs_.find(id);
  return it == jobs_.end() ? nullptr : &it->second.row;
}

void Core::append(JobRow& row, EventType type, std::string text,
                  const Point& point) {
  record(AppendEvent{
      {.job = row.id,
       .number = ++row.events,
       .attempt = row.attempts.empty() ? 0 : row.attempts.back().number,
       .time = now_.wall,
       .type = type,
       .state = row.state,
       .point = point,
       .log = {},
       .text = std::move(text)}});
}

void Core::apply(const Record& r) {
  std::visit(Overloaded{
                 [&](const PutStore& p) { store_ = p.row; },
                 [&](const PutSpec&) {},
                 [&](const PutJob& p) { put_row(p.row); },
                 [&](const AppendEvent& a) { note_event(a.row); },
                 [&](const PutBlob& p) { blobs_[p.row.digest] = p.row; },
                 [&](const DeleteBlob& d) { blobs_.erase(d.digest); },
             },
             r);
}

void Core::put_row(const JobRow& row) {
  const auto [it, is_new] = jobs_.try_emplace(row.id);
  Job& job = it->second;
  if (!is_new) {
    check_that(
        job.row.state == row.state || may_follow(job.row.state, row.state),
        "states follow the transition table");
    queue_.erase({-job.row.envelope.priority, job.row.order, row.id});
    if (job.row.state == JobState::running) {
      running_[job.row.attempts.back().worker].erase(row.id);
    }
    count_needs(job.row, -1);
  } else if (!row.idempotency_key.empty()) {
    keys_[{row.owner, row.idempotency_key, row.document}] = row.id;
  }
  store_.last_order = std::max(store_.last_order, row.order);
  job.row = row;
  count_needs(row, +1);
  if (row.state == JobState::queued) {
    queue_.insert({-row.envelope.priority, row.order, row.id});
  }
  if (row.state == JobState::running) {
    running_[row.attempts.back().worker].insert(row.id);
  }
  if (is_terminal(row.state)) ended_.push_back(row.id);
}

void Core::note_event(const EventRow& row) {
  for (auto it = watched_.lower_bound({row.job, PeerId{}});
       it != watched_.end() && it->first == row.job; ++it) {
    const std::pair key{it->second, row.job};
    watchers_.at(key).events = row.number;
    owed_.insert(key);
  }
}

void Core::committed() {
  for (const JobId id : ended_) {
    const auto it = jobs_.find(id);
    if (it == jobs_.end()) continue;
    const JobRow& row = it->second.row;
    keys_.erase({row.owner, row.idempotency_key, row.document});
    jobs_.erase(it);
  }
  ended_.clear();
}

void Core::tick(const Tick& t) {
  const bool stalled = t.gap >= limits_.stall;
  if (stalled) {
    for (auto& [id, job] : jobs_) job.lease += t.gap;
  }
  if (t.drained && !stalled) expire_leases(t.gap);
  for (auto it = watchers_.begin(); it != watchers_.end();) {
    if (it->second.heard + limits_.watcher_silence < now_.mono) {
      watched_.erase({it->first.second, it->first.first});
      owed_.erase(it->first);
      it = watchers_.erase(it);
    } else {
      ++it;
    }
  }
  forget_clients();
}

/// A client says no farewell, and each run of a program is another client.
/// One that comes back goes on: nothing that it says depends on our count.  A
/// worker would drop what is numbered anew, so workers stay.
void Core::forget_clients() {
  std::vector<PeerId> silent;
  for (const auto& [id, peer] : sessions_.all()) {
    const bool is_worker = workers_.count(id) > 0;
    if (!is_worker && peer.heard + limits_.client_silence < now_.mono) {
      silent.push_back(id);
    }
  }
  for (const PeerId id : silent) sessions_.forget(id);
}

}  // namespace mlb::broker
