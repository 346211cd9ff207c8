// See judges.h.  The numbers are those of docs/testing.md.
#include "judges.h"

#include "job/state.h"
#include "wire/wire.h"

namespace mlb::sim {
namespace {

/// What a simulated job writes into its outcome, to be recognised by.
double told(const Outcome& outcome, const std::string& name) {
  const auto it = outcome.metrics.find(name);
  return it == outcome.metrics.end() ? -1 : it->second;
}

}  // namespace

Judges::Judges(const Schedule& schedule) : schedule_(schedule) {
  for (const int slots : schedule.slots) all_slots_ += slots;
}

void Judges::fail(int judge, const JobId& job, const std::string& text) {
  throw Violation("judge " + std::to_string(judge) + ", job " + job.id8() +
                  ": " + text);
}

void Judges::process_begins(const std::string& place, const Attempt& attempt,
                            int cpus, int slots) {
  const auto [given, is_new] = given_.emplace(attempt, place);
  // Two copies of one directory that never meet cannot be told apart.
  const bool copied = schedule_.has(Fault::clone_worker);
  if (!is_new && !(copied && given->second != place)) {
    fail(3, attempt.job,
         "attempt " + std::to_string(attempt.number) + " begins again");
  }
  int used = cpus;
  for (const auto& [other, process] : running_) {
    if (process.place == place) used += process.cpus;
  }
  // A copy that a new broker meets first is believed to be the worker.
  if (used > slots && !copied)
    fail(6, attempt.job, "more cpus in use than there are");
  running_[attempt] = {place, cpus};
}

void Judges::process_ends(const std::string& place, const Attempt& attempt) {
  const auto it = running_.find(attempt);
  if (it != running_.end() && it->second.place == place) running_.erase(it);
}

void Judges::committed(std::span<const Record> records, const Blobs& blobs) {
  for (const auto& record : records) {
    if (const auto* p = std::get_if<PutJob>(&record)) {
      put(p->row);
      outcome(p->row, blobs);
    }
    if (const auto* a = std::get_if<AppendEvent>(&record)) append(a->row);
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
  }
  if (!row.idempotency_key.empty()) {
    const auto [key, first] = keys_.emplace(row.idempotency_key, row.id);
    if (!first && key->second != row.id) {
      fail(1, row.id, "shares the key of job " + key->second.id8());
    }
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
      if (number != ++job.items[row.attempt]) {
        fail(4, row.job,
             "item " + std::to_string(number) + " where " +
                 std::to_string(job.items[row.attempt]) + " was due");
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

void Judges::loaded(const store::Loaded& loaded) const {
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
    if (put == nullptr) continue;
    const JobId id = put->row.id;
    const JobRow& durable = jobs_.at(id).row;
    const JobRow* memory = core.find(id);
    if (is_terminal(durable.state) != (memory == nullptr)) {
      fail(5, id, "memory and store disagree on whether it has ended");
    }
    if (memory != nullptr &&
        wire::encode_job_row(*memory) != wire::encode_job_row(durable)) {
      fail(5, id, "differs between memory and store");
    }
  }
}

void Judges::accepted(const JobPlan& plan, JobId job) {
  accepted_.insert(job);
  if (jobs_.count(job) == 0) {
    fail(1, job, "was accepted and is not in the store");
  }
  if (plan.key.empty() && job != plan.id) fail(1, job, "has another id");
}

void Judges::refused(JobId job, const std::string& code) const {
  if (code == "no_such_job" && accepted_.count(job) > 0) {
    fail(1, job, "was accepted and is unknown now");
  }
}

void Judges::heard(JobId job, std::uint64_t& next,
                   const EventRow& event) const {
  if (event.number != next) {
    fail(2, job,
         "a watcher hears event " + std::to_string(event.number) + " where " +
             std::to_string(next) + " was due");
  }
  ++next;
  const auto it = jobs_.find(job);
  if (it == jobs_.end() || it->second.events.size() < event.number) {
    fail(1, job, "a watcher hears what was never committed");
  }
  const EventRow& durable = it->second.events[event.number - 1];
  if (wire::encode_event_row(durable) != wire::encode_event_row(event)) {
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

}  // namespace mlb::sim
