// See sqlite_store.h.  SQLiteCpp throws; every public function turns that into
// an Error.
#include "store/sqlite_store.h"

#include <SQLiteCpp/SQLiteCpp.h>

#include <algorithm>

#include "store/migrations.h"
#include "store/query.h"
#include "wire/wire.h"

namespace mlb::store {
namespace {

constexpr int kBusyMillis = 5000;

/// Binds bytes as a BLOB.
void bind_blob(SQLite::Statement& s, int at, ByteView bytes) {
  s.bind(at, static_cast<const void*>(bytes.data()),
         static_cast<int>(bytes.size()));
}

ByteView blob_of(const SQLite::Column& column) {
  return {static_cast<const std::uint8_t*>(column.getBlob()),
          static_cast<std::size_t>(column.getBytes())};
}

template <class Id>
Id id_of(const SQLite::Column& column) {
  Id out;
  const ByteView bytes = blob_of(column);
  if (bytes.size() == out.raw.size()) {
    std::copy(bytes.begin(), bytes.end(), out.raw.begin());
  }
  return out;
}

Error broken(const std::exception& e) {
  return {Fault::data, std::string("the store: ") + e.what()};
}

}  // namespace

struct SqliteStore::Impl {
  explicit Impl(const std::string& path)
      : db(path, SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE, kBusyMillis) {
    db.exec("PRAGMA journal_mode=WAL");
    db.exec("PRAGMA synchronous=FULL");
    migrate();
    // What a crash left in the log is in the database, and synced, before
    // anything is answered from it.
    db.exec("PRAGMA wal_checkpoint(TRUNCATE)");
  }
  void migrate();
  void write(const PutStore& p);
  void write(const PutSpec& p);
  void write(const PutJob& p);
  void write(const AppendEvent& a);
  void write(const PutBlob& p);
  void write(const DeleteBlob& d);
  /// A prepared statement, kept for the next time.
  SQLite::Statement& use(const char* sql) {
    auto [it, is_new] = statements.try_emplace(sql);
    if (is_new) it->second = std::make_unique<SQLite::Statement>(db, sql);
    it->second->reset();
    it->second->clearBindings();
    return *it->second;
  }
  std::vector<JobRow> rows(SQLite::Statement& s);

  SQLite::Database db;
  std::map<const char*, std::unique_ptr<SQLite::Statement>> statements;
};

void SqliteStore::Impl::migrate() {
  const auto steps = migrations();
  const int version = db.execAndGet("PRAGMA user_version").getInt();
  if (version > static_cast<int>(steps.size())) {
    throw SQLite::Exception("it was written by a newer version of mlbatch");
  }
  for (std::size_t i = static_cast<std::size_t>(version); i < steps.size();
       ++i) {
    SQLite::Transaction transaction(db);
    db.exec(steps[i]);
    db.exec("PRAGMA user_version = " + std::to_string(i + 1));
    transaction.commit();
  }
}

void SqliteStore::Impl::write(const PutStore& p) {
  auto& s = use("INSERT OR REPLACE INTO store VALUES (1, ?, ?, ?, ?)");
  bind_blob(s, 1, p.row.store.raw);
  bind_blob(s, 2, p.row.timeline.raw);
  s.bind(3, static_cast<std::int64_t>(p.row.epoch));
  s.bind(4, static_cast<std::int64_t>(p.row.last_order));
  s.exec();
}

void SqliteStore::Impl::write(const PutSpec& p) {
  auto& s = use("INSERT OR REPLACE INTO spec VALUES (?, ?, ?)");
  bind_blob(s, 1, p.job.raw);
  bind_blob(s, 2, p.spec);
  s.bind(3, p.source);
  s.exec();
}

void SqliteStore::Impl::write(const PutJob& p) {
  auto& s =
      use("INSERT OR REPLACE INTO job VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
  const JobRow& row = p.row;
  const Bytes encoded = wire::encode_job_row(row);
  s.bind(1, static_cast<std::int64_t>(row.order));
  bind_blob(s, 2, row.id.raw);
  s.bind(3, row.owner.name);
  s.bind(4, row.envelope.name);
  s.bind(5, static_cast<int>(row.state));
  s.bind(6, is_terminal(row.state) ? 1 : 0);
  s.bind(7, static_cast<std::int64_t>(row.ended.count()));
  s.bind(8, row.idempotency_key);
  s.bind(9, static_cast<std::int64_t>(row.document));
  bind_blob(s, 10, encoded);
  s.exec();
}

void SqliteStore::Impl::write(const AppendEvent& a) {
  auto& s =
      use("INSERT INTO event (job, number, row) VALUES "
          "((SELECT row_order FROM job WHERE id = ?), ?, ?)");
  const Bytes encoded = wire::encode_event_row(a.row);
  bind_blob(s, 1, a.row.job.raw);
  s.bind(2, static_cast<std::int64_t>(a.row.number));
  bind_blob(s, 3, encoded);
  s.exec();
}

void SqliteStore::Impl::write(const PutBlob& p) {
  auto& s = use("INSERT OR REPLACE INTO blob VALUES (?, ?, ?)");
  bind_blob(s, 1, p.row.digest.raw);
  s.bind(2, static_cast<std::int64_t>(p.row.bytes));
  s.bind(3, static_cast<std::int64_t>(p.row.leased_until.count()));
  s.exec();
}

void SqliteStore::Impl::write(const DeleteBlob& d) {
  auto& s = use("DELETE FROM blob WHERE digest = ?");
  bind_blob(s, 1, d.digest.raw);
  s.exec();
}

std::vector<JobRow> SqliteStore::Impl::rows(SQLite::Statement& s) {
  std::vector<JobRow> out;
  while (s.executeStep()) {
    auto row = wire::decode_job_row(blob_of(s.getColumn(0)));
    if (!row) throw SQLite::Exception("a job row: " + row.error().message);
    out.push_back(std::move(*row));
  }
  s.reset();
  return out;
}

SqliteStore::SqliteStore(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
SqliteStore::~SqliteStore() = default;
SqliteStore::SqliteStore(SqliteStore&&) noexcept = default;
SqliteStore& SqliteStore::operator=(SqliteStore&&) noexcept = default;

Result<SqliteStore> SqliteStore::open(const std::string& path) {
  try {
    return SqliteStore(std::make_unique<Impl>(path));
  } catch (const std::exception& e) {
    return broken(e).context(path);
  }
}

Result<> SqliteStore::commit(std::span<const Record> records) {
  try {
    SQLite::Transaction transaction(impl_->db);
    for (const auto& record : records) {
      std::visit([&](const auto& r) { impl_->write(r); }, record);
    }
    transaction.commit();
    return {};
  } catch (const std::exception& e) {
    return broken(e);
  }
}

Result<Loaded> SqliteStore::load() {
  try {
    Loaded out;
    auto& store = impl_->use("SELECT store, timeline, epoch FROM store");
    if (store.executeStep()) {
      out.store.store = id_of<StoreId>(store.getColumn(0));
      out.store.timeline = id_of<TimelineId>(store.getColumn(1));
      out.store.epoch =
          static_cast<std::uint64_t>(store.getColumn(2).getInt64());
    }
    store.reset();
    auto& order = impl_->use("SELECT ifnull(max(row_order), 0) FROM job");
    order.executeStep();
    out.store.last_order =
        static_cast<std::uint64_t>(order.getColumn(0).getInt64());
    order.reset();
    out.unfinished = impl_->rows(impl_->use(
        "SELECT row FROM job WHERE finished = 0 ORDER BY row_order"));
    auto& blob = impl_->use("SELECT digest, bytes, leased_until FROM blob");
    while (blob.executeStep()) {
      out.blobs.push_back(
          {id_of<Digest>(blob.getColumn(0)),
           static_cast<std::uint64_t>(blob.getColumn(1).getInt64()),
           Millis(blob.getColumn(2).getInt64())});
    }
    blob.reset();
    return out;
  } catch (const std::exception& e) {
    return broken(e);
  }
}

Result<std::optional<JobRow>> SqliteStore::job(JobId id) {
  try {
    auto& s = impl_->use("SELECT row FROM job WHERE id = ?");
    bind_blob(s, 1, id.raw);
    auto rows = impl_->rows(s);
    if (rows.empty()) return std::optional<JobRow>();
    return std::optional(std::move(rows.front()));
  } catch (const std::exception& e) {
    return broken(e);
  }
}

Result<std::optional<JobId>> SqliteStore::job_of_key(const UserId& user,
                                                     const std::string& key,
                                                     std::uint32_t document) {
  try {
    auto& s = impl_->use(
        "SELECT id FROM job WHERE owner = ? AND idempotency_key = ? AND "
        "document = ? AND idempotency_key <> ''");
    s.bind(1, user.name);
    s.bind(2, key);
    s.bind(3, static_cast<std::int64_t>(document));
    std::optional<JobId> out;
    if (s.executeStep()) out = id_of<JobId>(s.getColumn(0));
    s.reset();
    return out;
  } catch (const std::exception& e) {
    return broken(e);
  }
}

Result<std::vector<JobRow>> SqliteStore::jobs(const UserId& owner,
                                              const ListJobs& query) {
  try {
    const std::size_t limit = std::min(query.limit, kMaxPage);
    auto& s = impl_->use(
        "SELECT row FROM job WHERE owner = ? AND row_order < ? AND "
        "(? = '' OR name = ?) ORDER BY row_order DESC");
    s.bind(1, owner.name);
    s.bind(2, query.before_order == 0
                  ? INT64_MAX
                  : static_cast<std::int64_t>(query.before_order));
    s.bind(3, query.name);
    s.bind(4, query.name);
    std::vector<JobRow> out;
    while (out.size() < limit && s.executeStep()) {
      auto row = wire::decode_job_row(blob_of(s.getColumn(0)));
      if (!row) return std::move(row).context("a job row");
      if (matches(query, *row)) out.push_back(std::move(*row));
    }
    s.reset();
    return out;
  } catch (const std::exception& e) {
    return broken(e);
  }
}

Result<std::vector<EventRow>> SqliteStore::events(JobId job, std::uint64_t from,
                                                  std::uint64_t upto,
                                                  std::size_t max_bytes) {
  try {
    auto& s = impl_->use(
        "SELECT row FROM event WHERE job = (SELECT row_order FROM job WHERE "
        "id = ?) AND number >= ? AND number <= ? ORDER BY number");
    bind_blob(s, 1, job.raw);
    s.bind(2, static_cast<std::int64_t>(from));
    s.bind(3, upto == 0 ? INT64_MAX : static_cast<std::int64_t>(upto));
    std::vector<EventRow> out;
    std::size_t bytes = 0;
    while (s.executeStep()) {
      const ByteView encoded = blob_of(s.getColumn(0));
      bytes += encoded.size();
      if (!out.empty() && bytes > max_bytes) break;
      auto row = wire::decode_event_row(encoded);
      if (!row) return std::move(row).context("an event row");
      out.push_back(std::move(*row));
    }
    s.reset();
    return out;
  } catch (const std::exception& e) {
    return broken(e);
  }
}

Result<std::optional<SpecRow>> SqliteStore::spec(JobId job) {
  try {
    auto& s = impl_->use("SELECT spec, source FROM spec WHERE job = ?");
    bind_blob(s, 1, job.raw);
    std::optional<SpecRow> out;
    if (s.executeStep()) {
      const ByteView bytes = blob_of(s.getColumn(0));
      out = SpecRow{{bytes.begin(), bytes.end()}, s.getColumn(1).getString()};
    }
    s.reset();
    return out;
  } catch (const std::exception& e) {
    return broken(e);
  }
}

}  // namespace mlb::store
