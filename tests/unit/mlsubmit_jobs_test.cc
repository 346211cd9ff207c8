// Which job an argument names, asked of a real broker with a few jobs.
#include <catch2/catch.hpp>

#include <atomic>
#include <optional>
#include <thread>

#include "blob_folder.h"
#include "jobs.h"
#include "shell.h"
#include "store/memory_store.h"

using namespace mlb;
using namespace mlb::submit;

namespace {

/// Serves in a thread of its own until it is destroyed.
class Broker {
 public:
  explicit Broker(store::MemoryDisk disk) : disk_(std::move(disk)) {
    core_.emplace(*store_.load(), broker::Limits{}, read_clock());
    shell_.emplace(*core_, store_, router_, blobs_,
                   tool::Identity{"build", "machine", "ipc:///t", "/blobs"});
    thread_ = std::thread([this] { serve(); });
  }
  Broker(const Broker&) = delete;
  Broker& operator=(const Broker&) = delete;
  ~Broker() {
    stop_ = true;
    thread_.join();
  }
  std::string url() const { return "ipc://" + folder_.at("s"); }

 private:
  void serve() {
    while (!stop_) {
      transport::PollItem item{.socket = &router_.socket(), .fd = -1};
      transport::poll({&item, 1}, 20ms);
      if (!shell_->turn()) return;
    }
  }

  blob::Folder folder_;
  store::MemoryDisk disk_;
  store::MemoryStore store_{disk_};
  std::optional<broker::Core> core_;
  blob::Cas blobs_ = *blob::Cas::open(folder_.at("blobs"));
  transport::Context context_;
  transport::Router router_ = *transport::Router::bind(context_, url());
  std::optional<tool::Shell> shell_;
  std::atomic<bool> stop_ = false;
  std::thread thread_;
};

JobId id_of(const std::string& head) {
  return *JobId::parse(head + "-0000-4000-8000-000000000001");
}

const JobId kOldest = id_of("aaaaaa11");
const JobId kTwin = id_of("aaaaaa22");
const JobId kNewest = id_of("0bcdef33");

void add(store::MemoryDisk& disk, JobId id, const std::string& name) {
  JobRow row;
  row.id = id;
  row.owner = {"local"};
  row.envelope.name = name;
  row.state = JobState::succeeded;
  row.order = disk.jobs.size() + 1;
  disk.jobs[id] = row;
}

struct World {
  std::optional<Broker> broker;
  std::unique_ptr<Connection> connection;

  World() {
    store::MemoryDisk disk;
    disk.store.store = StoreId::random();
    disk.store.timeline = TimelineId::random();
    disk.store.epoch = 1;
    add(disk, kOldest, "titanic");
    add(disk, kTwin, "titanic");
    add(disk, kNewest, "iris");
    broker.emplace(std::move(disk));
    Globals globals;
    globals.broker = broker->url();
    auto opened = Connection::open(globals);
    if (!opened) FAIL(opened.error().message);
    connection = std::move(*opened);
  }
  /// The jobs' first eight digits, or what is wrong.
  std::string resolve(const std::vector<std::string>& arguments) {
    auto ids = submit::resolve(*connection, arguments);
    if (!ids) {
      return std::to_string(exit_code(ids.error().fault)) + ": " +
             ids.error().message;
    }
    std::string out;
    for (const auto& id : *ids) {
      out += (out.empty() ? "" : " ") + id.text().substr(0, 8);
    }
    return out;
  }
};

}  // namespace

TEST_CASE("a UUID names its job without asking") {
  World w;
  CHECK(w.resolve({kOldest.text()}) == "aaaaaa11");
  CHECK(w.resolve({id_of("99999999").text()}) == "99999999");
}

TEST_CASE("six digits or more that only one job begins with name it") {
  World w;
  CHECK(w.resolve({"0bcdef"}) == "0bcdef33");
  CHECK(w.resolve({"0BCDEF33-00"}) == "0bcdef33");
  CHECK(w.resolve({"aaaaaa1"}) == "aaaaaa11");
  CHECK(w.resolve({"aaaaaa"}) == "6: ambiguous: aaaaaa begins " + kTwin.text() +
                                     " and " + kOldest.text());
  CHECK(w.resolve({"abcabc"}) == "6: no such job: abcabc");
  CHECK(w.resolve({"0bcde"}).starts_with("2: '0bcde' names no job"));
  CHECK(w.resolve({"titanic"}).starts_with("2: 'titanic' names no job"));
}

TEST_CASE("@last counts back from the newest job") {
  World w;
  CHECK(w.resolve({"@last"}) == "0bcdef33");
  CHECK(w.resolve({"@last~0"}) == "0bcdef33");
  CHECK(w.resolve({"@last~2"}) == "aaaaaa11");
  CHECK(w.resolve({"@last~3"}) == "6: no such job: @last~3");
  CHECK(w.resolve({"@last~900"}) == "6: no such job: @last~900");
  for (const char* bad : {"@last~", "@last~x", "@last~1x", "@last-1",
                          "@last~-1", "@last~901", "@lastly"}) {
    CAPTURE(bad);
    CHECK(w.resolve({bad}) ==
          "2: '" + std::string(bad) + "': want @last or @last~N");
  }
}

TEST_CASE("a name is that of its newest job, and only the whole name") {
  World w;
  CHECK(w.resolve({"name:titanic"}) == "aaaaaa22");
  CHECK(w.resolve({"name:iris"}) == "0bcdef33");
  CHECK(w.resolve({"name:titan"}) == "6: no such job: name:titan");
}

TEST_CASE("several arguments name each job once, in their order") {
  World w;
  CHECK(w.resolve({"name:titanic", "@last", "aaaaaa22", kOldest.text()}) ==
        "aaaaaa22 0bcdef33 aaaaaa11");
  CHECK(w.resolve({"@last", "abcabc"}) == "6: no such job: abcabc");
  CHECK(w.resolve({}) == "2: no job is named");
}

TEST_CASE("rows come in the order asked for, and an unknown job is named") {
  World w;
  auto rows = views(*w.connection, {kNewest, kOldest});
  REQUIRE(rows);
  REQUIRE(rows->size() == 2);
  CHECK((*rows)[0].row.envelope.name == "iris");
  CHECK((*rows)[1].row.id == kOldest);
  rows = views(*w.connection, {kNewest, id_of("99999999")});
  REQUIRE_FALSE(rows);
  CHECK(rows.error().fault == Fault::not_found);
  CHECK(rows.error().message == "no such job: " + id_of("99999999").text());
}

TEST_CASE("a list over several pages has no job twice") {
  World w;
  ListJobs query;
  query.limit = 2;
  auto jobs = list_jobs(*w.connection, query);
  REQUIRE(jobs);
  REQUIRE(jobs->size() == 2);
  CHECK((*jobs)[0].row.id == kNewest);
  query.limit = 1000;
  jobs = list_jobs(*w.connection, query);
  REQUIRE(jobs);
  CHECK(jobs->size() == 3);
}
