// The broker's loop over real sockets: what is said is saved before.
#include <catch2/catch.hpp>

#include <array>
#include <chrono>
#include <optional>

#include "blob_folder.h"
#include "shell.h"
#include "store/memory_store.h"
#include "wire/wire.h"

using namespace mlb;
using namespace mlb::tool;

namespace {

/// A broker in this thread, and one peer.
struct World {
  blob::Folder folder;
  store::MemoryDisk disk;
  store::MemoryStore store{disk};
  std::optional<broker::Core> core;
  blob::Cas blobs = *blob::Cas::open(folder.at("blobs"));
  transport::Context context;
  transport::Router router =
      *transport::Router::bind(context, "ipc://" + folder.at("s"));
  std::optional<Shell> shell;
  transport::Dealer dealer =
      *transport::Dealer::connect(context, "ipc://" + folder.at("s"));
  session::PeerSession peer{{PeerId::random(), 1, 1}};

  World() {
    const std::array<Record, 1> first{
        PutStore{{.store = StoreId::random(),
                  .timeline = TimelineId::random(),
                  .epoch = 1}}};
    REQUIRE(store.commit(first));
    core.emplace(*store.load(), broker::Limits{}, read_clock());
    shell.emplace(*core, store, router, blobs,
                  Identity{"build", "machine", "ipc:///t", "/blobs"});
  }
  void say(Body body) {
    const auto frame = wire::encode({peer.stamp(), std::move(body)});
    REQUIRE(frame);
    REQUIRE(dealer.send(*frame) == transport::Sent::sent);
  }
  /// Turns until something arrives at the peer.
  std::optional<Message> hear(std::chrono::seconds patience = 10s) {
    const auto end = std::chrono::steady_clock::now() + patience;
    while (std::chrono::steady_clock::now() < end) {
      std::array items{
          transport::PollItem{.socket = &router.socket(), .fd = -1},
          transport::PollItem{.socket = &dealer.socket(), .fd = -1}};
      transport::poll(items, 20ms);
      REQUIRE(shell->turn());
      core->check();
      const auto frame = dealer.receive();
      if (!frame) continue;
      auto message = wire::decode(*frame);
      if (!message) FAIL(message.error().message);
      REQUIRE(message);
      peer.accept(message->header);
      return std::move(*message);
    }
    return std::nullopt;
  }
  template <class T>
  T ask(Body body) {
    say(std::move(body));
    auto message = hear();
    REQUIRE(message);
    REQUIRE(std::holds_alternative<T>(message->body));
    return std::get<T>(message->body);
  }
  Submit submit() {
    Submit out;
    out.job = JobId::random();
    out.spec = bytes_of("the spec");
    out.source = "kind: train";
    return out;
  }
};

}  // namespace

TEST_CASE("a ping is answered with who and where we are") {
  World w;
  const auto welcome = w.ask<Welcome>(Ping{"test"});
  CHECK(welcome.build == "build");
  CHECK(welcome.machine == "machine");
  CHECK(welcome.transfer == "ipc:///t");
  CHECK(welcome.blob_dir == "/blobs");
  CHECK(welcome.broker_pid != 0);
}

TEST_CASE("an accepted job is in the store, once, however often it is sent") {
  World w;
  const auto submit = w.submit();
  CHECK(w.ask<Accepted>(submit).job == submit.job);
  REQUIRE(w.disk.jobs.size() == 1);
  CHECK(w.disk.specs.at(submit.job).source == "kind: train");
  CHECK(w.ask<Accepted>(submit).job == submit.job);
  CHECK(w.disk.jobs.size() == 1);
  CHECK(w.disk.events.at(submit.job).size() == 1);
}

TEST_CASE("a key is known over another submit, also after the job ended") {
  World w;
  auto first = w.submit();
  first.idempotency_key = "k";
  w.ask<Accepted>(first);
  w.ask<CancelTaken>(Cancel{first.job});
  REQUIRE(w.core->find(first.job) == nullptr);
  auto second = w.submit();
  second.idempotency_key = "k";
  CHECK(w.ask<Accepted>(second).job == first.job);
  CHECK(w.disk.jobs.size() == 1);
}

TEST_CASE("a blob that lies on disk is known without an upload message") {
  World w;
  auto submit = w.submit();
  const auto digest = sha256(view_of("data"));
  submit.envelope.digests = {digest};
  const auto need = w.ask<NeedBlobs>(submit);
  CHECK(need.digests == std::vector{digest});
  CHECK(w.disk.jobs.empty());
  REQUIRE(w.blobs.put_bytes(view_of("data")));
  CHECK(w.ask<Accepted>(submit).job == submit.job);
  CHECK(w.disk.blobs.at(digest).bytes == 4);
}

TEST_CASE("a blob that is removed is neither in the store nor on disk") {
  World w;
  const auto digest = sha256(view_of("data"));
  REQUIRE(w.blobs.put_bytes(view_of("data")));
  auto submit = w.submit();
  submit.envelope.digests = {digest};
  w.ask<Accepted>(submit);
  CHECK(w.ask<BlobsRemoved>(RemoveBlobs{{digest}}).needed ==
        std::vector{std::pair(digest, submit.job)});
  CHECK(w.blobs.has(digest));
  w.ask<CancelTaken>(Cancel{submit.job});
  CHECK(w.ask<BlobsRemoved>(RemoveBlobs{{digest}}).removed ==
        std::vector{digest});
  CHECK_FALSE(w.blobs.has(digest));
  CHECK(w.disk.blobs.count(digest) == 0);
  CHECK(w.ask<Blobs>(FindBlobs{{digest}}).found.empty());
}

TEST_CASE("what is removed and needed again in one turn stays") {
  World w;
  w.ask<Welcome>(Ping{});
  const auto digest = sha256(view_of("data"));
  REQUIRE(w.blobs.put_bytes(view_of("data")));
  auto submit = w.submit();
  submit.envelope.digests = {digest};
  w.say(RemoveBlobs{{digest}});
  w.say(submit);
  w.say(Ping{});
  while (!std::holds_alternative<Welcome>(w.hear()->body)) {
  }
  // Either the job has its data, or it was told to bring them.
  CHECK(w.disk.jobs.size() == (w.blobs.has(digest) ? 1 : 0));
  CHECK(w.disk.blobs.count(digest) == (w.blobs.has(digest) ? 1 : 0));
}

TEST_CASE("when a commit fails nothing is said and the turn tells it") {
  World w;
  w.ask<Welcome>(Ping{});
  w.store.fail_next_commit();
  w.say(w.submit());
  Result<> done;
  const auto end = std::chrono::steady_clock::now() + 10s;
  while (done && std::chrono::steady_clock::now() < end) {
    std::array items{
        transport::PollItem{.socket = &w.router.socket(), .fd = -1}};
    transport::poll(items, 20ms);
    done = w.shell->turn();
  }
  REQUIRE_FALSE(done);
  std::array items{transport::PollItem{.socket = &w.dealer.socket(), .fd = -1}};
  CHECK(transport::poll(items, 200ms) == 0);
  CHECK(w.disk.jobs.empty());
}

TEST_CASE("nonsense is refused by name and the broker goes on") {
  World w;
  REQUIRE(w.dealer.send(view_of("nonsense")) == transport::Sent::sent);
  const auto answer = w.hear();
  REQUIRE(answer);
  CHECK(std::get<Refused>(answer->body).code == "bad_message");
  w.ask<Welcome>(Ping{});
}

TEST_CASE("a start carries the spec that was submitted") {
  World w;
  w.ask<Accepted>(w.submit());
  Heartbeat beat;
  beat.slots = 1;
  beat.memory = 8ull << 30;
  const auto start = w.ask<Start>(beat);
  CHECK(start.spec == bytes_of("the spec"));
  CHECK(start.attempt.number == 1);
}

TEST_CASE("a watcher gets the events and then what happens") {
  World w;
  const auto submit = w.submit();
  w.ask<Accepted>(submit);
  Watch watch;
  watch.job = submit.job;
  const auto first = w.ask<Events>(watch);
  REQUIRE(first.events.size() == 1);
  CHECK(first.events[0].type == EventType::accepted);
  w.say(Cancel{submit.job});
  std::vector<EventType> later;
  JobState state = JobState::queued;
  while (!is_terminal(state)) {
    const auto message = w.hear();
    REQUIRE(message);
    const auto* page = std::get_if<Events>(&message->body);
    if (page == nullptr) continue;
    for (const auto& event : page->events) later.push_back(event.type);
    state = page->state;
  }
  REQUIRE_FALSE(later.empty());
  CHECK(later.back() == EventType::ended);
  CHECK(state == JobState::cancelled);
}

TEST_CASE("a low disk refuses what is submitted next") {
  World w;
  w.shell->add(broker::DiskState{true});
  const auto refused = w.ask<Refused>(w.submit());
  CHECK(refused.code == "disk_low");
  CHECK(w.disk.jobs.empty());
  w.shell->add(broker::DiskState{false});
  w.ask<Accepted>(w.submit());
}

TEST_CASE("a worker whose connection is gone counts as gone") {
  World w;
  w.ask<Accepted>(w.submit());
  Heartbeat beat;
  beat.slots = 1;
  beat.memory = 8ull << 30;
  w.ask<Start>(beat);
  {
    auto leaving = std::move(w.dealer);
    w.dealer =
        *transport::Dealer::connect(w.context, "ipc://" + w.folder.at("s"));
  }
  const auto lost = [&] {
    const auto& row = w.disk.jobs.begin()->second;
    return !row.attempts.empty() && row.attempts.back().lost;
  };
  const auto end = std::chrono::steady_clock::now() + 10s;
  while (!lost() && std::chrono::steady_clock::now() < end) {
    w.shell->ping_workers();
    transport::poll({}, 50ms);
    REQUIRE(w.shell->turn());
  }
  CHECK(lost());
}
