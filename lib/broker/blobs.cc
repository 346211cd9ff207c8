// What users ask about blobs: which are here, and away with them.
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
