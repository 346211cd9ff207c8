// See sqlite_store.h.  SQLiteCpp throws; every public function turns that into
// an Error.
#include "store/sqlite_store.h"

#include <sqlite3.h>

#include <algorithm>
#include <filesystem>
#include <type_traits>

#include "base/file.h"
#include "store/database.h"
#include "store/event_log.h"
#include "store/job_table.h"

namespace mlb::store {
namespace {

/// A full disk can be mended by the user; anything else is a broken disk.
Error broken(const std::exception& e) {
  const auto* cause = dynamic_cast<const SQLite::Exception*>(&e);
  const bool full = cause != nullptr && cause->getErrorCode() == SQLITE_FULL;
  return {full ? Fault::refused : Fault::data,
          std::string("the store: ") + e.what()};
}

template <class F>
auto guarded(F body) -> Result<std::invoke_result_t<F>> {
  try {
    return body();
  } catch (const std::exception& e) {
    return broken(e);
  }
}

}  // namespace

struct SqliteStore::Impl {
  explicit Impl(const std::string& path) : db(path) {}
  void write(const PutStore& p);
  void write(const PutSpec& p);
  void write(const PutJob& p) { jobs.put(p.row, events.place_for(p.row)); }
  void write(const AppendEvent& a) { events.append(a.row); }
  void write(const PutBlob& p);
  void write(const DeleteBlob& d);
  Loaded load();
  std::optional<SpecRow> spec(JobId job);

  Database db;
  EventLog events{db};
  JobTable jobs{db};
};

void SqliteStore::Impl::write(const PutStore& p) {
  auto& s = db.use("INSERT OR REPLACE INTO store VALUES (1, ?, ?, ?, ?)");
  bind_blob(s, 1, p.row.store.raw);
  bind_blob(s, 2, p.row.timeline.raw);
  bind_number(s, 3, p.row.epoch);
  bind_number(s, 4, p.row.last_order);
  s.exec();
}

void SqliteStore::Impl::write(const PutSpec& p) {
  auto& s = db.use("INSERT INTO spec (job, spec, source) VALUES (?, ?, ?)");
  bind_blob(s, 1, p.job.raw);
  bind_blob(s, 2, p.spec);
  s.bind(3, p.source);
  s.exec();
}

void SqliteStore::Impl::write(const PutBlob& p) {
  auto& s = db.use("INSERT OR REPLACE INTO blob VALUES (?, ?, ?)");
  bind_blob(s, 1, p.row.digest.raw);
  bind_number(s, 2, p.row.bytes);
  s.bind(3, static_cast<std::int64_t>(p.row.leased_until.count()));
  s.exec();
}

void SqliteStore::Impl::write(const DeleteBlob& d) {
  auto& s = db.use("DELETE FROM blob WHERE digest = ?");
  bind_blob(s, 1, d.digest.raw);
  s.exec();
}

Loaded SqliteStore::Impl::load() {
  Loaded out;
  auto& store = db.use("SELECT store, timeline, epoch, last_order FROM store");
  if (store.executeStep()) {
    out.store = {id_of<StoreId>(store.getColumn(0)),
                 id_of<TimelineId>(store.getColumn(1)),
                 number_of(store.getColumn(2)), number_of(store.getColumn(3))};
  }
  store.reset();
  out.store.last_order = std::max(out.store.last_order, jobs.last_order());
  out.unfinished = jobs.unfinished();
  auto& blob =
      db.use("SELECT digest, bytes, leased_until FROM blob ORDER BY digest");
  while (blob.executeStep()) {
    out.blobs.push_back({id_of<Digest>(blob.getColumn(0)),
                         number_of(blob.getColumn(1)),
                         Millis(blob.getColumn(2).getInt64())});
  }
  blob.reset();
  return out;
}

std::optional<SpecRow> SqliteStore::Impl::spec(JobId job) {
  auto& s = db.use("SELECT spec, source FROM spec WHERE job = ?");
  bind_blob(s, 1, job.raw);
  std::optional<SpecRow> out;
  if (s.executeStep()) {
    const ByteView bytes = blob_of(s.getColumn(0));
    out = SpecRow{{bytes.begin(), bytes.end()}, s.getColumn(1).getString()};
  }
  s.reset();
  return out;
}

SqliteStore::SqliteStore(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
SqliteStore::~SqliteStore() = default;
SqliteStore::SqliteStore(SqliteStore&&) noexcept = default;
SqliteStore& SqliteStore::operator=(SqliteStore&&) noexcept = default;

Result<SqliteStore> SqliteStore::open(const std::string& path) {
  auto impl = guarded([&] { return std::make_unique<Impl>(path); });
  if (!impl) return std::move(impl).context(path);
  // The file itself is durable only when its name is.
  const auto parent = std::filesystem::path(path).parent_path().string();
  auto synced = sync_directory(parent.empty() ? "." : parent);
  if (!synced) return std::move(synced).fail();
  return SqliteStore(std::move(*impl));
}

Result<> SqliteStore::commit(std::span<const Record> records) {
  try {
    SQLite::Transaction transaction(impl_->db.handle());
    for (const auto& record : records) {
      std::visit([&](const auto& r) { impl_->write(r); }, record);
    }
    impl_->events.flush();
    transaction.commit();
    return {};
  } catch (const std::exception& e) {
    impl_->events.forget();
    return broken(e);
  }
}

Result<Loaded> SqliteStore::load() {
  return guarded([&] { return impl_->load(); });
}

Result<std::optional<JobRow>> SqliteStore::job(JobId id) {
  return guarded([&] { return impl_->jobs.find(id); });
}

Result<std::optional<JobId>> SqliteStore::job_of_key(const UserId& user,
                                                     const std::string& key,
                                                     std::uint32_t document) {
  return guarded([&] { return impl_->jobs.of_key(user, key, document); });
}

Result<std::vector<JobRow>> SqliteStore::jobs(const UserId& owner,
                                              const ListJobs& query) {
  return guarded([&] { return impl_->jobs.page(owner, query); });
}

Result<std::vector<EventRow>> SqliteStore::events(JobId job, std::uint64_t from,
                                                  std::uint64_t upto,
                                                  std::size_t max_bytes) {
  return guarded(
      [&] { return impl_->events.read(job, from, upto, max_bytes); });
}

Result<std::optional<SpecRow>> SqliteStore::spec(JobId job) {
  return guarded([&] { return impl_->spec(job); });
}

}  // namespace mlb::store
