// See memory_store.h.
#include "store/memory_store.h"

#include <algorithm>

#include "store/query.h"

namespace mlb::store {
namespace {

void write(MemoryDisk& disk, const PutStore& p) {
  disk.store = p.row;
}
void write(MemoryDisk& disk, const PutSpec& p) {
  disk.specs[p.job] = {p.spec, p.source};
}
void write(MemoryDisk& disk, const PutJob& p) {
  disk.jobs[p.row.id] = p.row;
}
void write(MemoryDisk& disk, const AppendEvent& a) {
  disk.events[a.row.job].push_back(a.row);
}
void write(MemoryDisk& disk, const PutBlob& p) {
  disk.blobs[p.row.digest] = p.row;
}
void write(MemoryDisk& disk, const DeleteBlob& d) {
  disk.blobs.erase(d.digest);
}

}  // namespace

Result<> MemoryStore::commit(std::span<const Record> records) {
  if (fail_next_) {
    fail_next_ = false;
    return Error{Fault::data, "the disk failed"};
  }
  for (const auto& record : records) {
    std::visit([&](const auto& r) { write(disk_, r); }, record);
  }
  return {};
}

Result<Loaded> MemoryStore::load() {
  Loaded out;
  out.store = disk_.store;
  for (const auto& [id, row] : disk_.jobs) {
    out.store.last_order = std::max(out.store.last_order, row.order);
    if (!is_terminal(row.state)) out.unfinished.push_back(row);
  }
  std::sort(out.unfinished.begin(), out.unfinished.end(),
            [](const auto& a, const auto& b) { return a.order < b.order; });
  for (const auto& [digest, row] : disk_.blobs) out.blobs.push_back(row);
  return out;
}

Result<std::optional<JobRow>> MemoryStore::job(JobId id) {
  const auto it = disk_.jobs.find(id);
  if (it == disk_.jobs.end()) return std::optional<JobRow>();
  return std::optional(it->second);
}

Result<std::optional<JobId>> MemoryStore::job_of_key(const UserId& user,
                                                     const std::string& key,
                                                     std::uint32_t document) {
  if (key.empty()) return std::optional<JobId>();
  for (const auto& [id, row] : disk_.jobs) {
    if (row.owner == user && row.idempotency_key == key &&
        row.document == document) {
      return std::optional(id);
    }
  }
  return std::optional<JobId>();
}

Result<std::vector<JobRow>> MemoryStore::jobs(const UserId& owner,
                                              const ListJobs& query) {
  std::vector<JobRow> out;
  for (const auto& [id, row] : disk_.jobs) {
    if (row.owner == owner && matches(query, row)) out.push_back(row);
  }
  std::sort(out.begin(), out.end(),
            [](const auto& a, const auto& b) { return a.order > b.order; });
  const std::size_t limit = std::min(query.limit, kMaxPage);
  if (out.size() > limit) out.resize(limit);
  return out;
}

Result<std::vector<EventRow>> MemoryStore::events(JobId job, std::uint64_t from,
                                                  std::uint64_t upto,
                                                  std::size_t max_bytes) {
  std::vector<EventRow> out;
  const auto it = disk_.events.find(job);
  if (it == disk_.events.end()) return out;
  std::size_t bytes = 0;
  // Events are numbered 1, 2, ... without a gap.
  for (std::size_t i = from == 0 ? 0 : from - 1; i < it->second.size(); ++i) {
    const EventRow& row = it->second[i];
    if (upto != 0 && row.number > upto) break;
    bytes += 200 + row.log.text.size() + row.text.size() +
             40 * row.point.metrics.size();
    if (!out.empty() && bytes > max_bytes) break;
    out.push_back(row);
  }
  return out;
}

Result<std::optional<SpecRow>> MemoryStore::spec(JobId job) {
  const auto it = disk_.specs.find(job);
  if (it == disk_.specs.end()) return std::optional<SpecRow>();
  return std::optional(it->second);
}

}  // namespace mlb::store
