// The vocabulary of the store's tests: jobs and events in few words, and the
// two stores that must behave alike.
#pragma once

#include <stdlib.h>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "store/memory_store.h"
#include "store/sqlite_store.h"

namespace mlb::store {

/// A directory that is gone at the end.
class Folder {
 public:
  Folder() {
    std::string name =
        (std::filesystem::temp_directory_path() / "mlb-store-XXXXXX").string();
    path_ = ::mkdtemp(name.data());
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  std::string file(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

inline JobId job_id(std::uint64_t number) {
  Rng rng(number);
  return JobId::random(rng);
}

inline JobRow job_row(std::uint64_t order, JobState state = JobState::queued,
                      const std::string& owner = "ann") {
  JobRow row;
  row.id = job_id(order);
  row.owner = {owner};
  row.order = order;
  row.state = state;
  row.submitted = Millis(1000 + static_cast<std::int64_t>(order));
  return row;
}

inline EventRow event(std::uint64_t order, std::uint64_t number,
                      const std::string& text = "") {
  EventRow row;
  row.job = job_id(order);
  row.number = number;
  row.text = text;
  return row;
}

/// One store that can be closed and opened again.
struct World {
  virtual ~World() = default;
  virtual Store& store() = 0;
  virtual void reopen() = 0;

  void put(std::vector<Record> records) {
    const auto done = store().commit(records);
    if (!done) throw std::runtime_error(done.error().message);
  }
  std::vector<std::uint64_t> orders(const ListJobs& query,
                                    const std::string& owner = "ann") {
    std::vector<std::uint64_t> out;
    const auto rows = store().jobs({owner}, query);
    for (const auto& row : *rows) out.push_back(row.order);
    return out;
  }
  std::vector<std::uint64_t> numbers(std::uint64_t order, std::uint64_t from,
                                     std::uint64_t upto = 0,
                                     std::size_t bytes = 1u << 30) {
    std::vector<std::uint64_t> out;
    const auto rows = store().events(job_id(order), from, upto, bytes);
    for (const auto& row : *rows) out.push_back(row.number);
    return out;
  }
};

struct MemoryWorld final : World {
  MemoryDisk disk;
  std::unique_ptr<MemoryStore> memory = std::make_unique<MemoryStore>(disk);
  Store& store() override { return *memory; }
  void reopen() override { memory = std::make_unique<MemoryStore>(disk); }
};

struct SqliteWorld final : World {
  Folder folder;
  std::unique_ptr<SqliteStore> sqlite;
  SqliteWorld() { reopen(); }
  Store& store() override { return *sqlite; }
  void reopen() override {
    sqlite.reset();
    auto opened = SqliteStore::open(folder.file("test.db"));
    if (!opened) throw std::runtime_error(opened.error().message);
    sqlite = std::make_unique<SqliteStore>(std::move(*opened));
  }
};

}  // namespace mlb::store
