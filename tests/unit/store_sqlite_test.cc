// What only the file can get wrong: failed commits, crashes, foreign files.
#include <catch2/catch.hpp>

#include <SQLiteCpp/SQLiteCpp.h>
#include <sys/resource.h>

#include <csignal>

#include "base/file.h"
#include "store_world.h"

namespace mlb::store {
namespace {

std::int64_t count(const std::string& path, const std::string& what) {
  SQLite::Database db(path, SQLite::OPEN_READONLY);
  return db.execAndGet("SELECT count(*) FROM " + what).getInt64();
}

/// Everything in the database file and its log, as a crash would leave it.
void copy_crashed(const std::string& from, const std::string& to) {
  for (const char* part : {"", "-wal"}) {
    std::filesystem::copy_file(
        from + part, to + part,
        std::filesystem::copy_options::overwrite_existing);
  }
}

TEST_CASE("a commit is all or nothing") {
  SqliteWorld w;
  w.put({PutJob{job_row(1)}, AppendEvent{event(1, 1)}});
  const std::vector<Record> bad{PutJob{job_row(2)}, AppendEvent{event(1, 2)},
                                AppendEvent{event(1, 9)}};
  const auto done = w.store().commit(bad);
  REQUIRE_FALSE(done);
  CHECK(done.error().message == "the store: event 9 after event 2");
  CHECK_FALSE(*w.store().job(job_id(2)));
  CHECK(w.numbers(1, 1) == std::vector<std::uint64_t>{1});
  // What was remembered of the failed one is forgotten.
  w.put({AppendEvent{event(1, 2)}});
  CHECK(w.numbers(1, 1) == std::vector<std::uint64_t>{1, 2});
}

TEST_CASE("an event of no job fails the commit") {
  SqliteWorld w;
  const std::vector<Record> orphan{AppendEvent{event(5, 1)}};
  CHECK_FALSE(w.store().commit(orphan));
  w.put({AppendEvent{event(5, 1)}, PutJob{job_row(5)}});
  CHECK(w.numbers(5, 1).size() == 1);
}

TEST_CASE("two jobs cannot have one place in the order") {
  SqliteWorld w;
  w.put({PutJob{job_row(1)}});
  JobRow other = job_row(2);
  other.order = 1;
  const std::vector<Record> records{PutJob{other}};
  CHECK_FALSE(w.store().commit(records));
  CHECK(*w.store().job(job_id(1)));
}

TEST_CASE("what was committed survives a crash") {
  SqliteWorld w;
  w.put({PutJob{job_row(1)}, AppendEvent{event(1, 1)}});
  // No close: the log is not folded into the database.
  copy_crashed(w.folder.file("test.db"), w.folder.file("crashed.db"));
  auto store = SqliteStore::open(w.folder.file("crashed.db"));
  REQUIRE(store);
  CHECK(store->load()->unfinished.size() == 1);
  CHECK(store->events(job_id(1), 1, 0, 1000)->size() == 1);
  // Opening folded the log in.
  CHECK(std::filesystem::file_size(w.folder.file("crashed.db-wal")) == 0);
}

TEST_CASE("a torn log loses the last commit, not the store") {
  SqliteWorld w;
  w.put({PutJob{job_row(1)}});
  w.put({PutJob{job_row(2)}});
  const std::string copy = w.folder.file("torn.db");
  copy_crashed(w.folder.file("test.db"), copy);
  std::filesystem::resize_file(copy + "-wal",
                               std::filesystem::file_size(copy + "-wal") - 10);
  auto store = SqliteStore::open(copy);
  REQUIRE(store);
  CHECK(store->load()->unfinished.size() == 1);
}

TEST_CASE("a newer schema is refused") {
  SqliteWorld w;
  w.sqlite.reset();
  {
    SQLite::Database db(w.folder.file("test.db"), SQLite::OPEN_READWRITE);
    db.exec("PRAGMA user_version = 9999");
  }
  auto store = SqliteStore::open(w.folder.file("test.db"));
  REQUIRE_FALSE(store);
  CHECK(store.error().message ==
        w.folder.file("test.db") +
            ": the store: it was written by a newer version of mlbatch");
}

TEST_CASE("a file that is no store is refused") {
  Folder folder;
  auto written =
      write_file_durably(folder.file("x.db"), view_of(std::string(5000, 'x')));
  REQUIRE(written);
  CHECK_FALSE(SqliteStore::open(folder.file("x.db")));
  CHECK_FALSE(SqliteStore::open(folder.file("no/such/folder.db")));
}

TEST_CASE("a damaged row is an error, not a crash") {
  SqliteWorld w;
  w.put({PutJob{job_row(1)}, AppendEvent{event(1, 1)}});
  w.sqlite.reset();
  {
    SQLite::Database db(w.folder.file("test.db"), SQLite::OPEN_READWRITE);
    db.exec("UPDATE job SET row = x'c1'");
    db.exec("UPDATE event SET row = x'c1'");
  }
  w.reopen();
  CHECK_FALSE(w.store().load());
  CHECK_FALSE(w.store().job(job_id(1)));
  CHECK_FALSE(w.store().events(job_id(1), 1, 0, 1000));
  CHECK_FALSE(w.store().jobs({"ann"}, {}));
}

/// While it lives, no file of this process grows beyond `bytes`.
class FileLimit {
 public:
  explicit FileLimit(rlim_t bytes) {
    ::signal(SIGXFSZ, SIG_IGN);
    ::getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit now{bytes, before_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &now);
  }
  ~FileLimit() { ::setrlimit(RLIMIT_FSIZE, &before_); }

 private:
  rlimit before_{};
};

TEST_CASE("a commit that the disk refuses keeps nothing") {
  SqliteWorld w;
  w.put({PutJob{job_row(1)}});
  const std::vector<Record> records{PutJob{job_row(2)},
                                    AppendEvent{event(2, 1)},
                                    PutSpec{job_id(2), Bytes(1u << 20), ""}};
  {
    const FileLimit limit(200'000);
    CHECK_FALSE(w.store().commit(records));
  }
  CHECK_FALSE(*w.store().job(job_id(2)));
  CHECK(*w.store().job(job_id(1)));
  w.put(records);
  w.reopen();
  CHECK((*w.store().spec(job_id(2)))->spec.size() == 1u << 20);
}

TEST_CASE("the events of a job that has ended are packed") {
  SqliteWorld w;
  w.put({PutJob{job_row(1)}, PutJob{job_row(2)}});
  for (std::uint64_t i = 1; i <= 20; ++i) {
    w.put({AppendEvent{event(1, i)}, AppendEvent{event(2, i)},
           PutJob{job_row(1)}, PutJob{job_row(2)}});
  }
  const std::string path = w.folder.file("test.db");
  CHECK(count(path, "event") == 40);
  w.put({AppendEvent{event(1, 21)}, PutJob{job_row(1, JobState::succeeded)}});
  CHECK(count(path, "event") == 20);
  CHECK(count(path, "event_pack") == 1);
  CHECK(w.numbers(1, 1).size() == 21);
  CHECK(w.numbers(2, 1).size() == 20);
}

TEST_CASE("a job without events ends without a pack") {
  SqliteWorld w;
  w.put({PutJob{job_row(1)}});
  w.put({PutJob{job_row(1, JobState::cancelled)}});
  CHECK(count(w.folder.file("test.db"), "event_pack") == 0);
}

}  // namespace
}  // namespace mlb::store
