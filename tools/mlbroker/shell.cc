// See shell.h.
#include "shell.h"

#include <unistd.h>

#include <algorithm>
#include <iterator>
#include <utility>
#include <variant>

#include "answers.h"
#include "log/log.h"
#include "test_crash.h"
#include "wire/wire.h"

namespace mlb::tool {
namespace {

constexpr int kMostMessages = 1000;
constexpr std::size_t kMostBytes = 4u << 20;
constexpr Millis kLongestDrain = 5ms;
constexpr Millis kTick = 100ms;
/// A pause of this length shifts leases and must reach the core at once.
constexpr Millis kStall = 1s;

bool is_of_worker(const Body& body) {
  return std::holds_alternative<Heartbeat>(body) ||
         std::holds_alternative<Progress>(body) ||
         std::holds_alternative<Finished>(body);
}

/// What happened to jobs, one line an event; points and logs are no news.
void tell(const std::vector<Record>& records) {
  for (const auto& record : records) {
    const auto* event = std::get_if<AppendEvent>(&record);
    if (event == nullptr) continue;
    const EventRow& row = event->row;
    if (row.type == EventType::point || row.type == EventType::log) continue;
    const bool unusual = row.type == EventType::retry;
    const LogLevel level = unusual ? LogLevel::info : LogLevel::debug;
    if (!is_logged(level)) continue;
    std::string text = "job " + row.job.text() + " " +
                       std::string(name_of(row.type)) + ", attempt " +
                       std::to_string(row.attempt) + ", " +
                       std::string(name_of(row.state));
    if (!row.text.empty()) text += ": " + row.text;
    log(level, text);
  }
}

template <class T>
void move_to(std::vector<T>& from, std::vector<T>& to) {
  to.insert(to.end(), std::make_move_iterator(from.begin()),
            std::make_move_iterator(from.end()));
}

}  // namespace

void Shell::step(Time now, const broker::Event& event, Batch& batch) {
  auto effects = core_.step(now, event);
  move_to(effects.records, batch.records);
  move_to(effects.messages, batch.messages);
  move_to(effects.reads, batch.reads);
}

Result<> Shell::turn() {
  const Millis began = read_clock().mono;
  longest_gap_ = std::max(longest_gap_, began - turn_began_);
  turn_began_ = began;
  Batch batch;
  for (const auto& event : std::exchange(pending_, {})) {
    step(read_clock(), event, batch);
  }
  auto done = take_messages(batch);
  if (!done) return done;
  tick(batch);
  test_crash("before_commit", batch.records.size());
  if (!batch.records.empty()) {
    done = store_.commit(batch.records);
    if (!done) return std::move(done).context("cannot commit");
  }
  test_crash("after_commit", batch.records.size());
  core_.committed();
  for (const Digest& digest : deleted_blobs(batch.records)) {
    const auto removed = blobs_.remove(digest);
    if (!removed) log(LogLevel::error, removed.error().message);
  }
  tell(batch.records);
  done = speak(batch);
  if (!done) return done;
  return speak_pages();
}

Result<> Shell::take_messages(Batch& batch) {
  std::size_t bytes = 0;
  drained_ = false;
  for (int i = 0; i < kMostMessages && bytes < kMostBytes; ++i) {
    if (read_clock().mono - turn_began_ > kLongestDrain) return {};
    const auto in = router_.receive();
    if (!in) {
      drained_ = true;
      return {};
    }
    bytes += in->frame.size();
    auto taken = take(*in, batch);
    if (!taken) return taken;
  }
  return {};
}

Result<> Shell::take(const transport::Incoming& in, Batch& batch) {
  auto message = wire::decode(in.frame);
  if (!message) {
    log(LogLevel::warning, "a message was refused: " + message.error().message);
    const StoreRow row = core_.store_row();
    const Header header{.store = row.store,
                        .timeline = row.timeline,
                        .epoch = row.epoch,
                        .session = {}};
    refuse(in.from, header, {}, "bad_message", message.error().message);
    return {};
  }
  const Time now = read_clock();
  if (!is_of_worker(message->body)) client_heard_ = now.mono;
  auto received = look_up({.from = in.from,
                           .user = UserId{"local"},
                           .message = std::move(*message),
                           .known = {},
                           .key_job = {},
                           .blobs = {}});
  if (!received) return std::move(received).fail();
  step(now, std::move(*received), batch);
  return {};
}

/// Adds what the core wants to know of jobs, keys and blobs on disk.
Result<broker::Received> Shell::look_up(broker::Received received) {
  auto wants = core_.wants(received.message, received.user);
  if (wants.key) {
    const auto& [key, document] = *wants.key;
    const auto bound = store_.job_of_key(received.user, key, document);
    if (!bound) return bound.error();
    received.key_job = *bound;
    if (*bound) wants.jobs.push_back(**bound);
  }
  for (const JobId id : wants.jobs) {
    auto row = store_.job(id);
    if (!row) return std::move(row).fail();
    received.known.push_back({id, std::move(*row)});
  }
  for (const auto& digest : wants.digests) {
    const auto bytes = blobs_.size(digest);
    if (!bytes) continue;
    received.blobs.push_back(
        {.digest = digest, .bytes = *bytes, .leased_until = Millis(0)});
  }
  return received;
}

void Shell::tick(Batch& batch) {
  const Time now = read_clock();
  if (now.mono - ticked_ < kTick && longest_gap_ < kStall) return;
  ticked_ = now.mono;
  step(now,
       broker::Tick{.drained = drained_,
                    .gap = std::exchange(longest_gap_, Millis(0))},
       batch);
}

Result<> Shell::speak(Batch& batch) {
  for (auto& out : batch.messages) {
    auto whole = complete(out.message);
    if (!whole) return whole;
    send(out.to, out.message);
  }
  for (const auto& read : batch.reads) {
    auto message = answer(core_, store_, read);
    if (!message) return std::move(message).context("cannot read the store");
    if (!std::holds_alternative<broker::JobPage>(read.what)) {
      send(read.to, *message);
      continue;
    }
    const auto page = encode_page(std::move(*message));
    if (page) router_.send(read.to, page->frame);
  }
  return {};
}

Result<> Shell::speak_pages() {
  paging_ = false;
  for (const auto& page : core_.take_pages()) {
    auto events = event_page(core_, store_, page);
    if (!events) return std::move(events).context("cannot read the store");
    const auto fitted =
        encode_page({core_.stamp(page.peer), Body(std::move(*events))});
    if (!fitted) {
      log(LogLevel::error, "job " + page.job.text() + ": an event is too " +
                               "large to be sent: " + fitted.error().message);
      continue;
    }
    // What a slow watcher did not get stays owed: it asks again.
    if (router_.send(page.to, fitted->frame) != transport::Sent::sent) continue;
    const auto& sent = std::get<Events>(fitted->message.body);
    core_.watch_sent(page.peer, page.job, sent.next);
    paging_ = paging_ || sent.next > page.next;
  }
  return {};
}

/// Adds what the core leaves out: the bytes of a spec, who we are.
Result<> Shell::complete(Message& message) {
  if (auto* start = std::get_if<Start>(&message.body)) {
    auto row = store_.spec(start->attempt.job);
    if (!row) return std::move(row).context("cannot read a spec");
    CHECK(row->has_value());
    start->spec = std::move((*row)->spec);
  }
  if (auto* welcome = std::get_if<Welcome>(&message.body)) {
    welcome->build = identity_.build;
    welcome->broker_pid = std::uint64_t(::getpid());
    welcome->machine = identity_.machine;
    welcome->transfer = identity_.transfer;
    welcome->blob_dir = identity_.blob_dir;
  }
  return {};
}

void Shell::send(const broker::Route& to, const Message& message) {
  const auto frame = wire::encode(message);
  if (frame) {
    // Nothing said here is said only once: a lost answer is asked for again,
    // a lost Start shows in the next heartbeat.
    router_.send(to, *frame);
    return;
  }
  log(LogLevel::error, "an answer cannot be sent: " + frame.error().message);
  if (!std::holds_alternative<Refused>(message.body)) {
    refuse(to, message.header, {}, "too_large", frame.error().message);
  }
}

void Shell::refuse(const broker::Route& to, const Header& header, JobId job,
                   const std::string& code, const std::string& text) {
  send(to, Message{header, Refused{job, code, text}});
}

void Shell::ping_workers() {
  for (const auto& ping : core_.pings()) {
    const auto frame = wire::encode(ping.message);
    if (!frame) continue;
    if (router_.send(ping.to, *frame) == transport::Sent::gone) {
      add(broker::PeerGone{ping.peer});
    }
  }
}

}  // namespace mlb::tool
