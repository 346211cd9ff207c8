// See database.h.
#include "store/database.h"

#include "store/migrations.h"

namespace mlb::store {
namespace {

constexpr int kBusyMillis = 5000;

}  // namespace

Database::Database(const std::string& path)
    : db_(path, SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE, kBusyMillis) {
  db_.exec("PRAGMA journal_mode=WAL");
  db_.exec("PRAGMA synchronous=FULL");
  migrate();
  // What a crash left in the log is in the database, and synced, before
  // anything is answered from it.
  db_.exec("PRAGMA wal_checkpoint(TRUNCATE)");
}

void Database::migrate() {
  const auto steps = migrations();
  const int version = db_.execAndGet("PRAGMA user_version").getInt();
  if (version > static_cast<int>(steps.size())) {
    throw SQLite::Exception("it was written by a newer version of mlbatch");
  }
  for (auto i = static_cast<std::size_t>(version); i < steps.size(); ++i) {
    SQLite::Transaction transaction(db_);
    db_.exec(steps[i]);
    db_.exec("PRAGMA user_version = " + std::to_string(i + 1));
    transaction.commit();
  }
}

SQLite::Statement& Database::use(const std::string& sql) {
  auto& statement = statements_[sql];
  if (!statement) statement = std::make_unique<SQLite::Statement>(db_, sql);
  statement->reset();
  statement->clearBindings();
  return *statement;
}

}  // namespace mlb::store
