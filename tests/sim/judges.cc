// See judges.h.  The numbers are those of docs/testing.md.
#include "judges.h"

#include <algorithm>

#include "job/state.h"
#include "wire/wire.h"

namespace mlb::sim {
namespace {

/// What a simulated job writes into its outcome, to be recognised by.
double told(const Outcome& outcome, const std::string& name) {
  const auto it = outcome.metrics.find(name);
  return it == outcome.metrics.end() ? -1 : it->second;
}

/// Who follows states hears the life of the job, who follows a log its
/// pieces, too (docs/protocol.md, "Watching").
bool passes(WatchFilter filter, EventType type) {
  switch (type) {
    case EventType::accepted:
    case EventType::started:
    case EventType::retry:
    case EventType::cancel:
    case EventType::ended: return true;
    case EventType::log: return filter != WatchFilter::states;
    case EventType::point:
    case EventType::message: return filter == WatchFilter::all;
  }
  return false;
}

}  // namespace

Judges::Judges(const Schedule& schedule) : schedule_(schedule) {
  for (const auto& worker : schedule.workers) all_slots_ += worker.slots;
}

void Judges::fail(int judge, const JobId& job, const std::string& text) {
  throw Violation("judge " + std::to_string(judge) + ", job " + job.id8() +
                  ": " + text);
}

void Judges::process_begins(const Beginning& b) {
  const auto job = jobs_.find(b.attempt.job);
  const std::size_t number = b.attempt.number;
  if (job == jobs_.end() || number == 0 ||
      job->second.row.attempts.size() < number ||
      job->second.row.attempts[number - 1].worker != b.id) {
    fail(3, b.attempt.job, "an attempt begins that was never committed");
  }
  if (specs_[b.attempt.job] != b.spec) {
    fail(1, b.attempt.job, "is run with another spec than it came with");
  }
  const auto [given, is_new] = given_.emplace(b.attempt, b.place);
  // Two copies of one directory that never meet cannot be told apart.
  const bool copied = schedule_.has(Fault::clone_worker);
  if (!is_new && !(copied && given->second != b.place)) {
    fail(3, b.attempt.job,
         "attempt " + std::to_string(number) + " begins again");
  }
  Resources used = b.needs;
  for (const auto& [other, process] : running_) {
    if (process.place != b.place) continue;
    used.cpus += process.uses.cpus;
    used.memory += process.uses.memory;
  }
  // A copy that a new broker meets first is believed to be the worker.
  if (used.cpus > b.plan.slots && !copied) {
    fail(6, b.attempt.job, "more cpus in use than there are");
  }
  if (used.memory > b.plan.memory && !copied) {
    fail(6, b.attempt.job, "more memory in use than there is");
  }
  running_[b.attempt] = {b.place, b.needs};
}

void Judges::process_ends(const std::string& place, const Attempt& attempt) {
  const auto it = running_.find(attempt);
  if (it != running_.end() && it->second.place == place) running_.erase(it);
}

void Judges::forgotten(const Attempt& attempt) const {
  const auto it = jobs_.find(attempt.job);
  if (it == jobs_.end()) fail(4, attempt.job, "is unknown, but forgotten");
  const JobRow& row = it->second.row;
  if (is_terminal(row.state) || attempt.number < row.attempts.size()) return;
  if (attempt.number > row.attempts.size() ||
      !row.attempts.back().has_outcome) {
    fail(4, attempt.job, "an outcome is deleted before it is recorded");
  }
}

void Judges::items_taken(const Attempt& attempt, std::uint64_t upto) const {
  const auto it = jobs_.find(attempt.job);
  if (it == jobs_.end()) fail(4, attempt.job, "items of no job are taken");
  const JobRow& row = it->second.row;
  if (is_terminal(row.state) || attempt.number < row.attempts.size()) return;
  const auto items = it->second.items.find(attempt.number);
  const std::uint64_t durable =
      items == it->second.items.end() ? 0 : items->second;
  if (upto > durable) {
    fail(4, attempt.job,
         "items up to " + std::to_string(upto) + " are taken, " +
             std::to_string(durable) + " are durable");
  }
}

void Judges::disk_is_low(std::span<const Record> records) const {
  for (const auto& record : records) {
    const auto* spec = std::get_if<PutSpec>(&record);
    if (spec != nullptr) fail(6, spec->job, "is taken in on a full disk");
  }
}

void Judges::committed(std::span<const Record> records, const Blobs& blobs) {
  for (const auto& record : records) {
    if (const auto* p = std::get_if<PutJob>(&record)) {
      put(p->row);
      outcome(p->row, blobs);
    }
    if (const auto* a = std::get_if<AppendEvent>(&record)) append(a->row);
    if (const auto* s = std::get_if<PutSpec>(&record)) {
      if (!specs_.emplace(s->job, s->spec).second) {
        fail(2, s->job, "was taken in twice");
      }
    }
    if (const auto* b = std::get_if<PutBlob>(&record)) {
      blobs_[b->row.digest] = b->row;
    }
    if (const auto* d = std::get_if<DeleteBlob>(&record)) {
      blobs_.erase(d->digest);
      removed(d->digest);
    }
  }
}

/// Unfinished jobs go on from their checkpoints.
void Judges::removed(const Digest& blob) const {
  for (const auto& [id, job] : jobs_) {
    if (is_terminal(job.row.state) || job.row.checkpoint.digest != blob) {
      continue;
    }
    fail(4, id, "its checkpoint is removed");
  }
}

/// What the latest attempt left must be here, and its end must be its own.
void Judges::outcome(const JobRow& row, const Blobs& blobs) const {
  if (row.attempts.empty() || !row.attempts.back().has_outcome) return;
  const Outcome& last = row.attempts.back().outcome;
  for (const auto& artefact : last.artefacts) {
    if (blobs.count(artefact.digest) == 0) {
      fail(4, row.id, "its " + artefact.name + " is not on the disk");
    }
  }
  if (last.failure == FailureClass::cancelled && !row.cancel_asked) {
    fail(4, row.id, "was ended though nobody asked");
  }
}

void Judges::put(const JobRow& row) {
  const auto [it, is_new] = jobs_.try_emplace(row.id);
  Durable& job = it->second;
  if (!is_new) {
    if (job.row.order != row.order) fail(2, row.id, "was taken in twice");
    if (job.row.state != row.state && !may_follow(job.row.state, row.state)) {
      fail(2, row.id,
           "went from " + std::string(name_of(job.row.state)) + " to " +
               std::string(name_of(row.state)));
    }
    put_attempts(job.row, row);
    given_up(job.row, row);
  } else if (row.order <= last_order_) {
    fail(5, row.id, "has an order that another job had");
  }
  last_order_ = std::max(last_order_, row.order);
  if (!row.idempotency_key.empty()) {
    const auto [key, first] = keys_.emplace(row.idempotency_key, row.id);
    if (!first && key->second != row.id) {
      fail(1, row.id, "shares the key of job " + key->second.id8());
    }
  }
  // Of a checkpoint only the row tells that it was taken.
  if (!row.attempts.empty()) {
    const AttemptRow& last = row.attempts.back();
    std::uint64_t& newest = job.items[last.number];
    const bool next = last.items == newest + 1;
    if (next && is_checkpoint(last.items)) newest = last.items;
  }
  const bool ends = !is_terminal(job.row.state) && is_terminal(row.state);
  job.row = row;
  if (ends) ended(job);
}

void Judges::put_attempts(const JobRow& before, const JobRow& row) const {
  for (std::size_t i = 0; i < before.attempts.size(); ++i) {
    if (i >= row.attempts.size() ||
        before.attempts[i].worker != row.attempts[i].worker ||
        before.attempts[i].number != row.attempts[i].number) {
      fail(3, row.id, "an attempt was given to another worker");
    }
    if (before.attempts[i].has_outcome &&
        wire::encode_outcome(before.attempts[i].outcome) !=
            wire::encode_outcome(row.attempts[i].outcome)) {
      fail(4, row.id, "an outcome was recorded twice");
    }
  }
  for (std::size_t i = 0; i < row.attempts.size(); ++i) {
    const AttemptRow& attempt = row.attempts[i];
    if (!attempt.has_outcome) continue;
    if (told(attempt.outcome, "attempt") != double(attempt.number)) {
      fail(4, row.id, "the outcome of another attempt was recorded");
    }
    const bool was_known =
        i < before.attempts.size() && before.attempts[i].has_outcome;
    if (!was_known && i + 1 != row.attempts.size()) {
      fail(4, row.id, "an outcome came for an attempt that is not the latest");
    }
  }
}

/// Where messages come through and no worker ends, none is given up.
void Judges::given_up(const JobRow& before, const JobRow& row) const {
  if (!schedule_.workers_are_well() || row.cancel_asked) return;
  for (std::size_t i = 0; i < before.attempts.size(); ++i) {
    if (row.attempts[i].lost && !before.attempts[i].lost) {
      fail(4, row.id, "an attempt is given up though its worker is well");
    }
  }
}

void Judges::append(const EventRow& row) {
  Durable& job = jobs_[row.job];
  if (row.number != job.events.size() + 1) {
    fail(2, row.job,
         "event " + std::to_string(row.number) + " follows " +
             std::to_string(job.events.size()));
  }
  if (job.ends > 0) fail(2, row.job, "something happens after its end");
  job.events.push_back(row);
  switch (row.type) {
    case EventType::accepted:
      if (row.number != 1) fail(2, row.job, "is accepted in its middle");
      break;
    case EventType::started: started(job, row); break;
    case EventType::retry:
      lost(row);
      job.may_start = true;
      break;
    case EventType::ended:
      ++job.ends;
      lost(row);
      break;
    case EventType::point:
    case EventType::log: {
      const std::uint64_t number =
          row.type == EventType::point ? row.point.epoch : row.log.offset;
      std::uint64_t& newest = job.items[row.attempt];
      if (is_checkpoint(++newest)) ++newest;
      if (number != newest) {
        fail(4, row.job,
             "item " + std::to_string(number) + " where " +
                 std::to_string(newest) + " was due");
      }
      break;
    }
    case EventType::cancel:
    case EventType::message: break;
  }
}

void Judges::started(Durable& job, const EventRow& row) {
  if (!job.may_start) {
    fail(3, row.job, "another attempt begins while one is not given up");
  }
  job.may_start = false;
  if (!schedule_.faults.empty()) return;
  for (auto& [id, other] : jobs_) {
    if (other.row.state == JobState::queued && other.row.order > 0 &&
        other.row.order < job.row.order && other.row.attempts.empty() &&
        other.row.envelope.priority >= job.row.envelope.priority &&
        ++other.overtaken > 2 * all_slots_) {
      fail(8, id, "is overtaken for ever");
    }
  }
}

/// A loss that is called proven must be one.
void Judges::lost(const EventRow& row) const {
  const bool proven = row.text == "the worker gave it back" ||
                      row.text == "the worker was restarted";
  if (!proven || schedule_.has(Fault::clone_worker)) return;
  const auto process = running_.find({row.job, row.attempt});
  if (process != running_.end()) {
    fail(4, row.job,
         "attempt " + std::to_string(row.attempt) +
             " is given up while it runs");
  }
  if (kept_.count({row.job, row.attempt}) > 0) {
    fail(4, row.job,
         "attempt " + std::to_string(row.attempt) +
             " is given up though its outcome waits at its worker");
  }
}

void Judges::ended(Durable& job) const {
  const JobRow& row = job.row;
  if (row.attempts.empty()) {
    if (row.state != JobState::cancelled) fail(4, row.id, "ended untried");
    return;
  }
  const AttemptRow& last = row.attempts.back();
  if (row.state == JobState::succeeded &&
      (!last.has_outcome || !last.outcome.success)) {
    fail(4, row.id, "succeeded without a success");
  }
  if (last.has_outcome && last.outcome.success &&
      row.state != JobState::succeeded && !row.cancel_asked) {
    fail(4, row.id, "did not end as its last attempt did");
  }
  if (last.has_outcome &&
      double(job.items[last.number]) != told(last.outcome, "items")) {
    fail(4, row.id,
         "ended with " + std::to_string(job.items[last.number]) + " of " +
             std::to_string(told(last.outcome, "items")) + " items");
  }
}

void Judges::loaded(const store::Loaded& loaded) {
  if (loaded.store.epoch < epoch_) fail(5, {}, "the epoch went back");
  epoch_ = loaded.store.epoch;
  if (loaded.store.last_order < last_order_) {
    fail(5, {}, "the newest order was forgotten");
  }
  if (loaded.blobs.size() != blobs_.size() ||
      !std::equal(loaded.blobs.begin(), loaded.blobs.end(), blobs_.begin(),
                  [](const BlobRow& a, const auto& b) {
                    return a.digest == b.first && a.bytes == b.second.bytes &&
                           a.leased_until == b.second.leased_until;
                  })) {
    fail(5, {}, "other blobs are loaded than were committed");
  }
  std::size_t unfinished = 0;
  for (const auto& [id, job] : jobs_) {
    if (!is_terminal(job.row.state)) ++unfinished;
  }
  if (loaded.unfinished.size() != unfinished) {
    fail(5, {}, "the store does not load what was committed");
  }
  for (const auto& row : loaded.unfinished) {
    const auto it = jobs_.find(row.id);
    if (it == jobs_.end() ||
        wire::encode_job_row(it->second.row) != wire::encode_job_row(row)) {
      fail(5, row.id, "is loaded otherwise than it was committed");
    }
  }
}

void Judges::compare(const broker::Core& core,
                     std::span<const Record> records) const {
  for (const auto& record : records) {
    const auto* put = std::get_if<PutJob>(&record);
    if (put != nullptr) compare(core, jobs_.at(put->row.id));
  }
}

void Judges::compare_all(const broker::Core& core) const {
  std::size_t unfinished = 0;
  for (const auto& [id, job] : jobs_) {
    compare(core, job);
    if (!is_terminal(job.row.state)) ++unfinished;
  }
  if (core.unfinished() != unfinished) {
    fail(5, {}, "memory holds jobs that the store lacks");
  }
}

void Judges::compare(const broker::Core& core, const Durable& job) const {
  const JobRow* memory = core.find(job.row.id);
  if (is_terminal(job.row.state) != (memory == nullptr)) {
    fail(5, job.row.id, "memory and store disagree on whether it has ended");
  }
  if (memory != nullptr &&
      wire::encode_job_row(*memory) != wire::encode_job_row(job.row)) {
    fail(5, job.row.id, "differs between memory and store");
  }
}

void Judges::stored(JobId id, const std::vector<EventRow>& events) const {
  const auto& durable = jobs_.at(id).events;
  if (events.size() != durable.size() ||
      !std::equal(events.begin(), events.end(), durable.begin(),
                  [](const EventRow& a, const EventRow& b) {
                    return wire::encode_event_row(a) ==
                           wire::encode_event_row(b);
                  })) {
    fail(5, id, "the store holds another log than was committed");
  }
}

std::vector<JobId> Judges::jobs() const {
  std::vector<JobId> out;
  for (const auto& [id, job] : jobs_) out.push_back(id);
  return out;
}

void Judges::accepted(const JobPlan& plan, JobId job) {
  accepted_.insert(job);
  const auto it = jobs_.find(job);
  if (it == jobs_.end()) {
    fail(1, job, "was accepted and is not in the store");
  }
  if (plan.key.empty() && job != plan.id) fail(1, job, "has another id");
  if (specs_[job] != spec_of(plan) ||
      wire::encode_envelope(it->second.row.envelope) !=
          wire::encode_envelope(plan.envelope)) {
    fail(1, job, "was accepted for another one");
  }
}

void Judges::refused(const JobPlan& plan, JobId job,
                     const std::string& code) const {
  if (code == "no_such_job" && accepted_.count(job) > 0) {
    fail(1, job, "was accepted and is unknown now");
  }
  if (code != "conflict") return;
  const auto bound = keys_.find(plan.key);
  if (bound == keys_.end() || specs_.at(bound->second) == spec_of(plan)) {
    fail(1, job, "is refused in its own name");
  }
}

void Judges::cancel_taken(JobId job) const {
  const auto it = jobs_.find(job);
  if (it == jobs_.end() ||
      (!it->second.row.cancel_asked && !is_terminal(it->second.row.state))) {
    fail(1, job, "its cancel was taken and is not in the store");
  }
}

void Judges::heard(JobId job, std::uint64_t& next, const EventRow& event,
                   WatchFilter filter) const {
  const auto it = jobs_.find(job);
  if (it == jobs_.end() || it->second.events.size() < event.number) {
    fail(1, job, "a watcher hears what was never committed");
  }
  const auto& events = it->second.events;
  while (next < event.number && !passes(filter, events[next - 1].type)) ++next;
  if (event.number != next) {
    fail(2, job,
         "a watcher hears event " + std::to_string(event.number) + " where " +
             std::to_string(next) + " was due");
  }
  ++next;
  if (wire::encode_event_row(events[event.number - 1]) !=
      wire::encode_event_row(event)) {
    fail(2, job, "a watcher hears another event than the stored one");
  }
}

bool Judges::all_ended() const {
  for (const auto& [id, job] : jobs_) {
    if (!is_terminal(job.row.state)) return false;
  }
  return true;
}

void Judges::at_the_end() const {
  for (const JobId id : accepted_) {
    if (jobs_.count(id) == 0) fail(1, id, "was accepted and is lost");
  }
  for (const auto& [id, job] : jobs_) {
    if (!is_terminal(job.row.state)) {
      fail(7, id, "is still " + std::string(name_of(job.row.state)));
    }
    if (job.ends != 1) {
      fail(2, id, "ended " + std::to_string(job.ends) + " times");
    }
  }
}

void Judges::count(Figures& figures) const {
  figures.jobs += jobs_.size();
  for (const auto& [id, job] : jobs_) {
    figures.attempts += job.row.attempts.size();
  }
}

}  // namespace mlb::sim
