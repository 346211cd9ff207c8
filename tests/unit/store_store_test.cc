// What every Store promises; each test runs against both implementations.
#include <catch2/catch.hpp>

#include "store_world.h"
#include "wire/wire.h"

namespace mlb::store {
namespace {

using Numbers = std::vector<std::uint64_t>;

TEMPLATE_TEST_CASE("a new store is empty", "", MemoryWorld, SqliteWorld) {
  TestType w;
  const auto loaded = w.store().load();
  REQUIRE(loaded);
  CHECK(loaded->store.store.is_nil());
  CHECK(loaded->store.epoch == 0);
  CHECK(loaded->unfinished.empty());
  CHECK(loaded->blobs.empty());
  CHECK_FALSE(*w.store().job(job_id(1)));
  CHECK_FALSE(*w.store().spec(job_id(1)));
  CHECK(w.store().events(job_id(1), 1, 0, 1000)->empty());
}

TEMPLATE_TEST_CASE("the store's own row survives", "", MemoryWorld,
                   SqliteWorld) {
  TestType w;
  Rng rng(5);
  const StoreRow row{StoreId::random(rng), TimelineId::random(rng), 7, 3};
  w.put({PutStore{row}});
  w.put({PutStore{{row.store, row.timeline, 8, 3}}});
  w.reopen();
  const auto loaded = w.store().load();
  CHECK(loaded->store.store == row.store);
  CHECK(loaded->store.timeline == row.timeline);
  CHECK(loaded->store.epoch == 8);
  CHECK(loaded->store.last_order == 3);
}

TEMPLATE_TEST_CASE("a job comes back whole", "", MemoryWorld, SqliteWorld) {
  TestType w;
  JobRow row = job_row(1, JobState::running);
  row.envelope.name = "penguins";
  row.envelope.tags = {"a", "b"};
  row.attempts.resize(2);
  row.attempts[1].number = 2;
  row.attempts[1].outcome.metrics["test.rmse"] = 0.5;
  w.put({PutJob{row}});
  w.reopen();
  const auto back = w.store().job(row.id);
  REQUIRE(back);
  REQUIRE(*back);
  CHECK(wire::encode_job_row(**back) == wire::encode_job_row(row));
}

TEMPLATE_TEST_CASE("only unfinished jobs are loaded, oldest first", "",
                   MemoryWorld, SqliteWorld) {
  TestType w;
  w.put({PutJob{job_row(3)}, PutJob{job_row(1, JobState::running)},
         PutJob{job_row(2, JobState::failed)},
         PutJob{job_row(4, JobState::waiting)}});
  w.reopen();
  const auto loaded = w.store().load();
  Numbers orders;
  for (const auto& row : loaded->unfinished) orders.push_back(row.order);
  CHECK(orders == Numbers{1, 3, 4});
  CHECK(loaded->store.last_order == 4);
}

TEMPLATE_TEST_CASE("a job that ends leaves the unfinished ones", "",
                   MemoryWorld, SqliteWorld) {
  TestType w;
  w.put({PutJob{job_row(1)}});
  w.put({PutJob{job_row(1, JobState::running)}});
  CHECK(w.store().load()->unfinished.size() == 1);
  w.put({PutJob{job_row(1, JobState::succeeded)}});
  CHECK(w.store().load()->unfinished.empty());
  CHECK((*w.store().job(job_id(1)))->state == JobState::succeeded);
  CHECK(w.store().load()->store.last_order == 1);
}

TEMPLATE_TEST_CASE("spec and source are kept as they are", "", MemoryWorld,
                   SqliteWorld) {
  TestType w;
  w.put({PutSpec{job_id(1), {0, 1, 255}, "kind: train\n"}, PutJob{job_row(1)}});
  w.reopen();
  const auto spec = w.store().spec(job_id(1));
  REQUIRE(*spec);
  CHECK((*spec)->spec == Bytes{0, 1, 255});
  CHECK((*spec)->source == "kind: train\n");
  CHECK_FALSE(*w.store().spec(job_id(2)));
}

TEMPLATE_TEST_CASE("blobs are put, replaced and deleted", "", MemoryWorld,
                   SqliteWorld) {
  TestType w;
  const Digest a = sha256(view_of("a"));
  const Digest b = sha256(view_of("b"));
  w.put({PutBlob{{a, 1, 10ms}}, PutBlob{{b, 2, 20ms}}});
  w.put({PutBlob{{a, 1, 30ms}}, DeleteBlob{b}, DeleteBlob{b}});
  w.reopen();
  const auto blobs = w.store().load()->blobs;
  REQUIRE(blobs.size() == 1);
  CHECK(blobs[0].digest == a);
  CHECK(blobs[0].bytes == 1);
  CHECK(blobs[0].leased_until == 30ms);
}

TEMPLATE_TEST_CASE("a key is bound per user and document", "", MemoryWorld,
                   SqliteWorld) {
  TestType w;
  JobRow row = job_row(1, JobState::succeeded);
  row.idempotency_key = "nightly";
  row.document = 2;
  w.put({PutJob{row}, PutJob{job_row(2)}});
  w.reopen();
  Store& s = w.store();
  CHECK(*s.job_of_key({"ann"}, "nightly", 2) == row.id);
  CHECK_FALSE(*s.job_of_key({"ann"}, "nightly", 1));
  CHECK_FALSE(*s.job_of_key({"ann"}, "weekly", 2));
  CHECK_FALSE(*s.job_of_key({"bob"}, "nightly", 2));
  CHECK_FALSE(*s.job_of_key({"ann"}, "", 0));
}

// ---- events ----

std::vector<Record> log_of(std::uint64_t order, std::uint64_t first,
                           std::uint64_t last) {
  std::vector<Record> out;
  for (auto i = first; i <= last; ++i) {
    out.push_back(AppendEvent{event(order, i, "event " + std::to_string(i))});
  }
  return out;
}

Numbers counted(std::uint64_t first, std::uint64_t last) {
  Numbers out;
  for (auto i = first; i <= last; ++i) out.push_back(i);
  return out;
}

TEMPLATE_TEST_CASE("events are read by number", "", MemoryWorld, SqliteWorld) {
  TestType w;
  auto records = log_of(1, 1, 5);  // before the job's row, as a core writes
  records.push_back(PutJob{job_row(1)});
  records.push_back(PutJob{job_row(2)});
  records.push_back(AppendEvent{event(2, 1, "of another job")});
  w.put(records);
  w.reopen();
  CHECK(w.numbers(1, 1) == counted(1, 5));
  CHECK(w.numbers(1, 0) == counted(1, 5));
  CHECK(w.numbers(1, 4) == counted(4, 5));
  CHECK(w.numbers(1, 2, 3) == counted(2, 3));
  CHECK(w.numbers(1, 6).empty());
  CHECK(w.numbers(2, 1) == counted(1, 1));
  const auto one = w.store().events(job_id(1), 3, 3, 1000);
  REQUIRE(one->size() == 1);
  CHECK(one->front().text == "event 3");
  CHECK(one->front().job == job_id(1));
}

TEMPLATE_TEST_CASE("a page of events is cut, never empty", "", MemoryWorld,
                   SqliteWorld) {
  TestType w;
  w.put({PutJob{job_row(1)}});
  w.put(log_of(1, 1, 50));
  CHECK(w.numbers(1, 1, 0, 1) == counted(1, 1));
  CHECK(w.numbers(1, 7, 0, 0) == counted(7, 7));
  const auto some = w.numbers(1, 1, 0, 3000);
  CHECK(some.size() > 1);
  CHECK(some.size() < 50);
  CHECK(some == counted(1, some.size()));
}

TEMPLATE_TEST_CASE("a long log reads the same at every length", "", MemoryWorld,
                   SqliteWorld) {
  TestType w;
  w.put({PutJob{job_row(1, JobState::running)}});
  std::uint64_t last = 0;
  for (int i = 0; i < 30; ++i) {
    auto records = log_of(1, last + 1, last + 37);
    last += 37;
    records.push_back(PutJob{job_row(1, JobState::running)});
    if (i % 7 == 3) w.reopen();
    w.put(records);
    CHECK(w.numbers(1, 1).size() == last);
    CHECK(w.numbers(1, last - 40) == counted(last - 40, last));
  }
  w.put({AppendEvent{event(1, last + 1)},
         PutJob{job_row(1, JobState::succeeded)}});
  w.reopen();
  CHECK(w.numbers(1, 1) == counted(1, last + 1));
  CHECK(w.numbers(1, 500, 600) == counted(500, 600));
  CHECK(w.numbers(1, last + 1) == counted(last + 1, last + 1));
  CHECK(w.numbers(1, last + 2).empty());
}

TEMPLATE_TEST_CASE("logs of many jobs do not mix", "", MemoryWorld,
                   SqliteWorld) {
  TestType w;
  Rng rng(3);
  std::map<std::uint64_t, std::uint64_t> newest;
  for (std::uint64_t job = 1; job <= 8; ++job) w.put({PutJob{job_row(job)}});
  for (int i = 0; i < 200; ++i) {
    std::vector<Record> records;
    for (int k = 0; k < 10; ++k) {
      const std::uint64_t job = 1 + rng.below(8);
      records.push_back(
          AppendEvent{event(job, ++newest[job], "job " + std::to_string(job))});
    }
    w.put(records);
  }
  for (const auto& [job, last] : newest) {
    const auto rows = w.store().events(job_id(job), 1, 0, 1u << 30);
    REQUIRE(rows->size() == last);
    for (const auto& row : *rows) {
      CHECK(row.text == "job " + std::to_string(job));
    }
  }
}

// ---- lists ----

/// Six jobs of ann, one of bob.
template <class W>
void fill(W& w) {
  std::vector<Record> records;
  for (std::uint64_t i = 1; i <= 6; ++i) {
    JobRow row = job_row(i);
    row.envelope.name = i % 2 == 0 ? "even" : "odd";
    if (i > 3) row.envelope.tags = {"late", "late", "x"};
    records.push_back(PutJob{row});
    if (i < 3) {
      row.state = i == 1 ? JobState::succeeded : JobState::failed;
      row.ended = Millis(static_cast<std::int64_t>(i) * 100);
      records.push_back(PutJob{row});
    }
  }
  records.push_back(PutJob{job_row(7, JobState::queued, "bob")});
  w.put(records);
}

TEMPLATE_TEST_CASE("jobs are listed newest first, each user's own", "",
                   MemoryWorld, SqliteWorld) {
  TestType w;
  fill(w);
  CHECK(w.orders({}) == Numbers{6, 5, 4, 3, 2, 1});
  CHECK(w.orders({}, "bob") == Numbers{7});
  CHECK(w.orders({}, "eve").empty());
}

TEMPLATE_TEST_CASE("pages follow each other by order", "", MemoryWorld,
                   SqliteWorld) {
  TestType w;
  fill(w);
  ListJobs query;
  query.limit = 4;
  CHECK(w.orders(query) == Numbers{6, 5, 4, 3});
  query.before_order = 3;
  CHECK(w.orders(query) == Numbers{2, 1});
  query.before_order = 1;
  CHECK(w.orders(query).empty());
  query = {};
  query.limit = 0;
  CHECK(w.orders(query).empty());
}

TEMPLATE_TEST_CASE("lists are filtered by name, tag, state and end", "",
                   MemoryWorld, SqliteWorld) {
  TestType w;
  fill(w);
  ListJobs query;
  query.name = "even";
  CHECK(w.orders(query) == Numbers{6, 4, 2});
  query.tag = "late";
  CHECK(w.orders(query) == Numbers{6, 4});
  query.limit = 1;
  CHECK(w.orders(query) == Numbers{6});
  query = {};
  query.states = {"failed", "succeeded", "nonsense"};
  CHECK(w.orders(query) == Numbers{2, 1});
  query.ended_since = 150ms;
  CHECK(w.orders(query) == Numbers{2});
  query.states = {};
  CHECK(w.orders(query) == Numbers{6, 5, 4, 3, 2});
  query = {};
  query.states = {"nonsense"};
  CHECK(w.orders(query).empty());
}

TEMPLATE_TEST_CASE("lists are filtered by the beginning of the id", "",
                   MemoryWorld, SqliteWorld) {
  TestType w;
  fill(w);
  for (std::uint64_t i = 1; i <= 6; ++i) {
    for (const std::size_t length : {6u, 8u, 9u, 11u, 36u}) {
      ListJobs query;
      query.prefix = job_id(i).text().substr(0, length);
      CHECK(w.orders(query) == Numbers{i});
    }
  }
  ListJobs query;
  query.prefix = job_id(7).text();
  CHECK(w.orders(query).empty());
  CHECK(w.orders(query, "bob") == Numbers{7});
  for (const char* nonsense : {"zzzzzz", "1234567890-", "%", "'"}) {
    query.prefix = nonsense;
    CHECK(w.orders(query).empty());
  }
  query.prefix = job_id(1).text() + "0";
  CHECK(w.orders(query).empty());
}

}  // namespace
}  // namespace mlb::store
