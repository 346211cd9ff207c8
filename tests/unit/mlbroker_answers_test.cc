// Pages of jobs and events: each fits a frame, together nothing is missing.
#include <catch2/catch.hpp>

#include "answers.h"
#include "store/memory_store.h"
#include "wire/wire.h"

using namespace mlb;
using namespace mlb::tool;

namespace {

const UserId kLocal{"local"};

/// A store with jobs, and a core that serves it.
struct World {
  store::MemoryDisk disk;
  store::MemoryStore store{disk};
  Rng rng{1};

  World() {
    put(PutStore{{.store = StoreId::random(rng),
                  .timeline = TimelineId::random(rng),
                  .epoch = 1}});
  }
  void put(Record record) {
    const Record records[]{std::move(record)};
    REQUIRE(store.commit(records));
  }
  JobRow job(const std::string& description = {}) {
    JobRow row;
    row.id = JobId::random(rng);
    row.owner = kLocal;
    row.order = disk.jobs.size() + 1;
    row.envelope.description = description;
    put(PutSpec{row.id, bytes_of("spec"), "source"});
    put(PutJob{row});
    return row;
  }
  void event(JobRow& row, EventType type, const std::string& text = {}) {
    EventRow out;
    out.job = row.id;
    out.number = ++row.events;
    out.type = type;
    out.log.text = text;
    put(AppendEvent{out});
    put(PutJob{row});
  }
  broker::Core core() {
    return broker::Core(*store.load(), broker::Limits{}, Time{});
  }
  template <class T>
  Body ask(T what) {
    const auto served = core();
    auto message = answer(served, store, {"route", {}, std::move(what)});
    REQUIRE(message);
    return message->body;
  }
};

}  // namespace

TEST_CASE("a log of megabytes arrives in frames that fit, without a gap") {
  World w;
  auto row = w.job();
  for (int i = 0; i < 100; ++i) {
    w.event(row, EventType::log, std::string(kLogPiece, 'x'));
  }
  const auto core = w.core();
  std::uint64_t next = 1;
  int pages = 0;
  while (next <= 100) {
    const auto page = event_page(
        core, w.store, {"route", {}, row.id, next, 0, WatchFilter::all});
    REQUIRE(page);
    const auto fitted = encode_page({{}, Body(*page)});
    REQUIRE(fitted);
    CHECK(fitted->frame.size() <= wire::kFrameLimit);
    const auto& events = std::get<Events>(fitted->message.body);
    REQUIRE_FALSE(events.events.empty());
    for (const auto& event : events.events) CHECK(event.number == next++);
    CHECK(events.next == next);
    ++pages;
  }
  CHECK(pages >= 4);
  CHECK(pages <= 8);
}

TEST_CASE("a filter thins events and still says where to go on") {
  World w;
  auto row = w.job();
  w.event(row, EventType::accepted);
  w.event(row, EventType::log, "hello");
  w.event(row, EventType::point);
  w.event(row, EventType::ended);
  w.event(row, EventType::log, "last");
  const auto core = w.core();
  const auto numbers = [&](WatchFilter filter, std::uint64_t upto) {
    const auto page =
        event_page(core, w.store, {"route", {}, row.id, 1, upto, filter});
    REQUIRE(page);
    CHECK(page->first == 1);
    std::vector<std::uint64_t> out;
    for (const auto& event : page->events) out.push_back(event.number);
    out.push_back(page->next);
    return out;
  };
  using Numbers = std::vector<std::uint64_t>;
  CHECK(numbers(WatchFilter::all, 0) == Numbers{1, 2, 3, 4, 5, 6});
  CHECK(numbers(WatchFilter::states, 0) == Numbers{1, 4, 6});
  CHECK(numbers(WatchFilter::log, 0) == Numbers{1, 2, 4, 5, 6});
  CHECK(numbers(WatchFilter::log, 3) == Numbers{1, 2, 4});
}

TEST_CASE("a page past the end is empty and keeps its place") {
  World w;
  auto row = w.job();
  w.event(row, EventType::accepted);
  const auto core = w.core();
  const auto page =
      event_page(core, w.store, {"route", {}, row.id, 2, 0, WatchFilter::all});
  REQUIRE(page);
  CHECK(page->events.empty());
  CHECK(page->next == 2);
  CHECK(page->state == JobState::queued);
}

TEST_CASE("jobs come newest first and say where the next page begins") {
  World w;
  for (int i = 0; i < 5; ++i) w.job();
  const auto body = w.ask(broker::JobPage{
      kLocal, {.prefix = {}, .name = {}, .states = {}, .tag = {}, .limit = 3}});
  const auto& page = std::get<Jobs>(body);
  REQUIRE(page.jobs.size() == 3);
  CHECK(page.jobs[0].row.order == 5);
  CHECK(page.next_before == 3);
  const auto rest = w.ask(broker::JobPage{kLocal,
                                          {.prefix = {},
                                           .name = {},
                                           .states = {},
                                           .tag = {},
                                           .before_order = 3,
                                           .limit = 3}});
  CHECK(std::get<Jobs>(rest).jobs.size() == 2);
  CHECK(std::get<Jobs>(rest).next_before == 0);
}

TEST_CASE("a page of large jobs is cut, not dropped") {
  World w;
  for (int i = 0; i < 40; ++i) w.job(std::string(60'000, 'd'));
  auto body = w.ask(broker::JobPage{kLocal, {}});
  const auto fitted = encode_page({{}, std::move(body)});
  REQUIRE(fitted);
  CHECK(fitted->frame.size() <= wire::kFrameLimit);
  const auto& page = std::get<Jobs>(fitted->message.body);
  CHECK(page.jobs.size() >= 5);
  CHECK(page.next_before == page.jobs.back().row.order);
}

TEST_CASE("jobs of another user are unknown") {
  World w;
  const auto row = w.job();
  const UserId other{"other"};
  const auto rows = w.ask(broker::JobRows{other, {row.id}});
  CHECK(std::get<Jobs>(rows).jobs.empty());
  CHECK(std::get<Jobs>(rows).unknown == std::vector{row.id});
  const auto spec = w.ask(broker::SpecPage{other, row.id});
  CHECK(std::get<Refused>(spec).code == "no_such_job");
  const auto own = w.ask(broker::SpecPage{kLocal, row.id});
  CHECK(std::get<SpecText>(own).spec == bytes_of("spec"));
  CHECK(std::get<SpecText>(own).source == "source");
}
