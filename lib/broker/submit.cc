// Taking jobs in, and cancelling them (protocol rules 7-11, 16, 27).
#include <algorithm>

#include "broker/core.h"

namespace mlb::broker {
namespace {

/// The newest event of the job carries its text: a state for the log.
JobRow row_of(const UserId& owner, const Submit& s, Time now,
              std::uint64_t order) {
  JobRow row;
  row.id = s.job;
  row.owner = owner;
  row.submit_digest = s.body;
  row.idempotency_key = s.idempotency_key;
  row.document = s.document;
  row.envelope = s.envelope;
  row.state = JobState::queued;
  row.order = order;
  row.submitted = now.wall;
  return row;
}

}  // namespace

std::vector<Digest> Core::missing(const std::vector<Digest>& digests) const {
  std::vector<Digest> out;
  for (const auto& digest : digests) {
    if (blobs_.count(digest) == 0) out.push_back(digest);
  }
  return out;
}

void Core::lease_blobs(const Received& m) {
  for (BlobRow blob : m.blobs) {
    if (blobs_.count(blob.digest) > 0) continue;
    blob.leased_until = now_.wall + limits_.blob_lease;
    record(PutBlob{blob});
  }
}

void Core::have(const Received& m, const Have& h) {
  if (disk_low_) {
    refuse(m, {}, "disk_low", "the broker's disk is nearly full");
    return;
  }
  lease_blobs(m);
  for (const auto& digest : h.digests) {
    const auto blob = blobs_.find(digest);
    if (blob == blobs_.end()) continue;
    // A yes holds for half a lease at least; a commit each time would cost.
    BlobRow row = blob->second;
    if (row.leased_until >= now_.wall + limits_.blob_lease / 2) continue;
    row.leased_until = now_.wall + limits_.blob_lease;
    record(PutBlob{row});
  }
  send(m.message.header.session.peer, NeedBlobs{{}, missing(h.digests)});
}

bool Core::answer_repeat(const Received& m, const Submit& s) {
  const PeerId peer = m.message.header.session.peer;
  const JobRow* row = find(s.job);
  if (row == nullptr) row = known(m, s.job);
  if (row != nullptr) {
    if (row->owner != m.user) {
      refuse(m, s.job, "no_such_job", "no such job");
    } else if (row->submit_digest != s.body) {
      refuse(m, s.job, "conflict",
             "this job id was submitted before with another body");
    } else {
      send(peer, Accepted{s.job, s.job});
    }
    return true;
  }
  if (s.idempotency_key.empty()) return false;
  const auto key = keys_.find({m.user, s.idempotency_key, s.document});
  const std::optional<JobId> bound =
      key != keys_.end() ? std::optional(key->second) : m.key_job;
  if (!bound) return false;
  const JobRow* other = find(*bound);
  if (other == nullptr) other = known(m, *bound);
  if (other == nullptr || other->submit_digest != s.body) {
    refuse(m, s.job, "conflict",
           "the idempotency key '" + s.idempotency_key +
               "' was used before for another job: " + bound->text());
  } else {
    send(peer, Accepted{s.job, *bound});
  }
  return true;
}

/// A retry whose job's checkpoint is among its blobs goes on from it; a worker
/// gets that apart from what is input.  False: there is no such job.
bool Core::take_up(const Received& m, JobRow& row) const {
  if (row.envelope.retry_of.is_nil()) return true;
  const JobRow* old = find(row.envelope.retry_of);
  if (old == nullptr) old = known(m, row.envelope.retry_of);
  if (old == nullptr || old->owner != m.user) return false;
  auto& digests = row.envelope.digests;
  const auto found =
      std::find(digests.begin(), digests.end(), old->checkpoint.digest);
  if (old->checkpoint.digest.is_none() || found == digests.end()) return true;
  digests.erase(found);
  row.checkpoint = old->checkpoint;
  return true;
}

void Core::submit(const Received& m, const Submit& s) {
  if (answer_repeat(m, s)) return;
  if (s.job.is_nil() || s.envelope.resources.cpus < 1) {
    refuse(m, s.job, "bad_message", "a job needs an id and at least one cpu");
    return;
  }
  if (disk_low_) {
    refuse(m, s.job, "disk_low",
           "the broker's disk is nearly full; nothing was submitted");
    return;
  }
  lease_blobs(m);
  const auto lacking = missing(s.envelope.digests);
  const PeerId peer = m.message.header.session.peer;
  if (!lacking.empty()) {
    send(peer, NeedBlobs{s.job, lacking});
    return;
  }
  JobRow row = row_of(m.user, s, now_, store_.last_order + 1);
  if (!take_up(m, row)) {
    refuse(m, s.job, "no_such_job",
           "the job that this one repeats is not there");
    return;
  }
  record(PutSpec{s.job, s.spec, s.source});
  record(PutJob{row});
  append(row, EventType::accepted);
  record(PutJob{row});
  send(peer, Accepted{s.job, s.job});
}

void Core::cancel(const Received& m, const Cancel& c) {
  const PeerId peer = m.message.header.session.peer;
  const JobRow* found = find(c.job);
  if (found == nullptr) found = known(m, c.job);
  if (found == nullptr || found->owner != m.user) {
    refuse(m, c.job, "no_such_job", "no such job");
    return;
  }
  if (is_terminal(found->state) || found->cancel_asked) {
    send(peer, CancelTaken{c.job, found->state});
    return;
  }
  JobRow row = *found;
  row.cancel_asked = true;
  if (row.state == JobState::running) {
    append(row, EventType::cancel);
    record(PutJob{row});
    const auto& attempt = row.attempts.back();
    send(attempt.worker, Kill{{row.id, attempt.number}, "cancelled"});
  } else {
    end_job(row, JobState::cancelled, FailureClass::cancelled,
            "cancelled before it ran");
  }
  send(peer, CancelTaken{c.job, jobs_.at(c.job).row.state});
}

}  // namespace mlb::broker
