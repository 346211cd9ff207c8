// What users ask about blobs: which are here, and away with them; and the
// checkpoints that nobody will go on from.
#include <algorithm>

#include "broker/core.h"

namespace mlb::broker {
namespace {

/// On disk only, or known?
const BlobRow* on_disk(const Received& m, const Digest& digest) {
  const auto found =
      std::find_if(m.blobs.begin(), m.blobs.end(),
                   [&](const BlobRow& row) { return row.digest == digest; });
  return found == m.blobs.end() ? nullptr : &*found;
}

}  // namespace

void Core::find_blobs(const Received& m, const FindBlobs& f) {
  Blobs out;
  for (const auto& digest : f.digests) {
    const auto known = blobs_.find(digest);
    const BlobRow* row =
        known != blobs_.end() ? &known->second : on_disk(m, digest);
    if (row != nullptr) out.found.emplace_back(digest, row->bytes);
  }
  send(m.message.header.session.peer, std::move(out));
}

/// The blobs that unfinished jobs need, each with the job that came first.
std::map<Digest, const JobRow*> Core::needed_blobs() const {
  std::map<Digest, const JobRow*> out;
  const auto need = [&](const Digest& digest, const JobRow& row) {
    if (digest.is_none()) return;
    const auto [it, is_new] = out.try_emplace(digest, &row);
    if (!is_new && row.order < it->second->order) it->second = &row;
  };
  for (const auto& [id, job] : jobs_) {
    if (is_terminal(job.row.state)) continue;
    for (const auto& digest : job.row.envelope.digests) need(digest, job.row);
    need(job.row.checkpoint.digest, job.row);
  }
  return out;
}

/// Ended jobs need nothing: a user may go on from what they left, or remove it.
void Core::count_needs(const JobRow& row, int by) {
  if (is_terminal(row.state)) return;
  const auto count = [&](const Digest& digest) {
    if (digest.is_none()) return;
    const auto it = needs_.try_emplace(digest, 0).first;
    it->second += by;
    if (it->second == 0) needs_.erase(it);
  };
  for (const auto& digest : row.envelope.digests) count(digest);
  count(row.checkpoint.digest);
}

/// The job that an unfinished one repeats, whose checkpoint it may have begun
/// with; nil: none.
JobId Core::repeated_by(JobId job) const {
  const JobRow* row = find(job);
  return row == nullptr ? JobId{} : row->envelope.retry_of;
}

/// A checkpoint that `row` had and has no more.  It stays when another job
/// needs it, and when it is what the job that this one repeats has left.
void Core::release_checkpoint(const Received& m, const JobRow& row,
                              const Digest& digest) {
  const bool here = blobs_.count(digest) > 0;
  if (!here || digest == row.checkpoint.digest || needs_.count(digest) > 0) {
    return;
  }
  const JobId repeated = row.envelope.retry_of;
  const JobRow* old = find(repeated);
  if (old == nullptr) old = known(m, repeated);
  if (old != nullptr && old->checkpoint.digest == digest) return;
  record(DeleteBlob{digest});
}

/// What is not here is as good as removed: the message may come twice.
void Core::remove_blobs(const Received& m, const RemoveBlobs& r) {
  const auto needed = needed_blobs();
  BlobsRemoved out;
  for (const auto& digest : r.digests) {
    const auto job = needed.find(digest);
    if (job != needed.end()) {
      const bool own = job->second->owner == m.user;
      out.needed.emplace_back(digest, own ? job->second->id : JobId{});
      continue;
    }
    const bool here = blobs_.count(digest) > 0 || on_disk(m, digest) != nullptr;
    if (here) record(DeleteBlob{digest});
    out.removed.push_back(digest);
  }
  send(m.message.header.session.peer, std::move(out));
}

}  // namespace mlb::broker
