// See broker_host.h.
#include "broker_host.h"

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <utility>

#include "answers.h"
#include "store/sqlite_store.h"
#include "wire/wire.h"

namespace mlb::sim {
namespace {

constexpr Millis kTick{200};
constexpr Millis kPing{1000};
constexpr std::uint64_t kLookEvery = 16;  // turns, at all that memory holds
constexpr double kNoRoom = 0.05;          // of events to a slow watcher

template <class T>
void move_to(std::vector<T>& from, std::vector<T>& to) {
  to.insert(to.end(), std::make_move_iterator(from.begin()),
            std::make_move_iterator(from.end()));
}

/// Nothing outside the schedule fails in a simulation.
template <class T>
T sure(Result<T> result) {
  if (!result) throw Violation("the store: " + result.error().message);
  return std::move(*result);
}

std::unique_ptr<store::Store> open(BrokerDisk& disk) {
  if (disk.path.empty()) {
    return std::make_unique<store::MemoryStore>(disk.memory);
  }
  return std::make_unique<store::SqliteStore>(
      sure(store::SqliteStore::open(disk.path)));
}

}  // namespace

BrokerDisk BrokerDisk::copy_to(const std::string& other_path) const {
  BrokerDisk out = *this;
  if (path.empty()) return out;
  out.path = other_path;
  std::filesystem::copy_file(path, other_path,
                             std::filesystem::copy_options::overwrite_existing);
  return out;
}

broker::Limits limits() {
  return {.lease = 4000ms,
          .grace = 6000ms,
          .gone_after = 600ms,
          .final_loss = 12000ms,
          .watcher_silence = 4000ms,
          .stall = 1000ms};
}

BrokerHost::BrokerHost(Loop& loop, Dice& dice, Network& network, Judges& judges,
                       Trace& trace, double partial_drain, Figures& figures)
    : loop_(loop),
      dice_(dice),
      network_(network),
      judges_(judges),
      trace_(trace),
      partial_drain_(partial_drain),
      figures_(figures) {}

Time BrokerHost::time() const {
  return {loop_.now() + mono_, loop_.now() + wall_};
}

void BrokerHost::start(BrokerDisk& disk, bool judged) {
  disk_ = &disk;
  judged_ = judged;
  ++life_;
  mono_ = dice_.between(0ms, 100000ms);
  store_ = open(disk);
  store::Loaded loaded = sure(store_->load());
  if (loaded.store.store.is_nil()) {
    loaded.store.store = StoreId::random(dice_.rng());
    loaded.store.timeline = TimelineId::random(dice_.rng());
  }
  ++loaded.store.epoch;
  const Record begun = PutStore{loaded.store};
  if (!store_->commit({&begun, 1})) throw Violation("the first commit failed");
  disk.started(loaded.store.epoch);
  if (judged_) judges_.loaded(loaded);
  core_.emplace(loaded, limits(), time());
  core_->check();
  if (judged_) judges_.compare_all(*core_);
  ++figures_.lives;
  told_low_ = false;
  inbox_.clear();
  pending_.clear();
  waking_ = false;
  turn_began_ = ticked_ = pinged_ = loop_.now();
  longest_gap_ = Millis(0);
  if (disk_low_) pending_.push_back(broker::DiskState{true});
  trace_.say("broker starts, epoch ", loaded.store.epoch,
             judged ? "" : ", on another store");
  network_.broker_begins(judged_);
  ticks(life_);
}

void BrokerHost::crash() {
  if (!is_up()) return;
  trace_.say("broker is gone");
  core_.reset();
  store_.reset();
  ++life_;
  network_.broker_ends();
}

void BrokerHost::heal() {
  armed_.reset();
  stalled_until_ = loop_.now();
  partial_drain_ = 0;
  low_disk(false);
}

void BrokerHost::low_disk(bool low) {
  disk_low_ = low;
  if (is_up()) pending_.push_back(broker::DiskState{low});
}

void BrokerHost::compare_all() {
  judges_.compare_all(*core_);
  judges_.loaded(sure(store_->load()));
  for (const JobId id : judges_.jobs()) {
    std::vector<EventRow> all;
    for (;;) {
      const auto page = sure(store_->events(id, all.size() + 1, 0, 1 << 20));
      if (page.empty()) break;
      all.insert(all.end(), page.begin(), page.end());
    }
    judges_.stored(id, all);
  }
}

bool BrokerHost::upload(const Digest& digest) {
  if (!is_up()) return false;
  disk_->blobs[digest] = 1;
  pending_.push_back(broker::BlobStored{digest, 1});
  wake();
  return true;
}

void BrokerHost::receive(const broker::Route& from, const Bytes& frame) {
  if (!is_up()) return;
  inbox_.push_back({from, frame});
  wake();
}

void BrokerHost::wake() {
  if (std::exchange(waking_, true)) return;
  const Millis wait =
      std::max(dice_.between(0ms, 3ms), stalled_until_ - loop_.now());
  loop_.after(wait, [this, life = life_] {
    if (life != life_) return;
    waking_ = false;
    turn();
  });
}

void BrokerHost::ticks(int life) {
  loop_.after(kTick, [this, life] {
    if (life != life_) return;
    wake();
    ticks(life);
  });
}

bool BrokerHost::is_armed(Fault fault, bool matters) {
  if (armed_ != fault || !matters) return false;
  armed_.reset();
  return true;
}

void BrokerHost::step(const broker::Event& event, Batch& batch) {
  auto effects = core_->step(time(), event);
  core_->check();
  if (const auto* d = std::get_if<broker::DiskState>(&event)) {
    told_low_ = d->low;
  }
  if (judged_ && told_low_) judges_.disk_is_low(effects.records);
  move_to(effects.records, batch.records);
  move_to(effects.messages, batch.messages);
  move_to(effects.reads, batch.reads);
}

void BrokerHost::turn() {
  longest_gap_ = std::max(longest_gap_, loop_.now() - turn_began_);
  turn_began_ = loop_.now();
  Batch batch;
  for (const auto& event : std::exchange(pending_, {})) step(event, batch);
  while (!inbox_.empty() && !dice_.chance(partial_drain_)) {
    const Incoming in = std::move(inbox_.front());
    inbox_.pop_front();
    take(in, batch);
  }
  if (loop_.now() - ticked_ >= kTick || longest_gap_ >= limits().stall) {
    ticked_ = loop_.now();
    step(broker::Tick{.drained = inbox_.empty(),
                      .gap = std::exchange(longest_gap_, Millis(0))},
         batch);
  }
  if (!commit(batch)) return crash();
  core_->committed();
  if (judged_) {
    judges_.compare(*core_, batch.records);
    if (++turns_ % kLookEvery == 0) judges_.compare_all(*core_);
  }
  if (!speak(batch)) return crash();
  speak_pages();
  if (loop_.now() - pinged_ >= kPing) ping();
  if (!inbox_.empty()) wake();
}

void BrokerHost::take(const Incoming& in, Batch& batch) {
  auto message = wire::decode(in.frame);
  if (!message) throw Violation("codec: " + message.error().message);
  trace_.message("broker <-", in.from, *message);
  broker::Received m{.from = in.from,
                     .user = UserId{"local"},
                     .message = std::move(*message),
                     .known = {},
                     .key_job = {},
                     .blobs = {}};
  auto wants = core_->wants(m.message, m.user);
  if (wants.key) {
    const auto& [key, document] = *wants.key;
    m.key_job = sure(store_->job_of_key(m.user, key, document));
    if (m.key_job) wants.jobs.push_back(*m.key_job);
  }
  for (const JobId id : wants.jobs) {
    m.known.push_back({id, sure(store_->job(id))});
  }
  for (const auto& digest : wants.digests) {
    const auto blob = disk_->blobs.find(digest);
    if (blob == disk_->blobs.end()) continue;
    m.blobs.push_back({.digest = digest, .bytes = blob->second});
  }
  step(std::move(m), batch);
}

/// False when this was the broker's last act.
bool BrokerHost::commit(const Batch& batch) {
  if (batch.records.empty()) return true;
  if (is_armed(Fault::crash_before_commit, true)) return false;
  // A disk may fail before or after it has written.
  const bool fails = is_armed(Fault::fail_commit, true);
  if (fails && dice_.chance(0.5)) return false;
  if (!store_->commit(batch.records)) throw Violation("a commit failed");
  ++figures_.commits;
  if (judged_) judges_.committed(batch.records, disk_->blobs);
  if (fails || is_armed(Fault::crash_after_commit, true)) return false;
  for (const Digest& digest : deleted_blobs(batch.records)) {
    disk_->blobs.erase(digest);
  }
  return true;
}

bool BrokerHost::speak(Batch& batch) {
  for (auto& out : batch.messages) {
    if (is_armed(Fault::crash_while_sending, dice_.chance(0.5))) return false;
    if (auto* start = std::get_if<Start>(&out.message.body)) {
      const Digest& from = start->checkpoint.digest;
      if (!from.is_none() && disk_->blobs.count(from) == 0) {
        throw Violation("a Start names a checkpoint that is gone");
      }
      start->spec = sure(store_->spec(start->attempt.job)).value().spec;
    }
    send(out.to, out.message);
  }
  for (const auto& read : batch.reads) {
    send(read.to, sure(tool::answer(*core_, *store_, read)));
  }
  return true;
}

void BrokerHost::speak_pages() {
  for (const auto& page : core_->take_pages()) {
    auto events = sure(tool::event_page(*core_, *store_, page));
    const std::uint64_t next = events.next;
    const Message message{core_->stamp(page.peer), Body(std::move(events))};
    if (dice_.chance(kNoRoom)) continue;
    send(page.to, message);
    core_->watch_sent(page.peer, page.job, next);
  }
}

void BrokerHost::send(const broker::Route& to, const Message& message) {
  trace_.message("broker ->", to, message);
  network_.send_down(to, sure(wire::encode(message)));
}

void BrokerHost::ping() {
  pinged_ = loop_.now();
  for (const auto& ping : core_->pings()) {
    if (network_.send_down(ping.to, sure(wire::encode(ping.message)))) continue;
    pending_.push_back(broker::PeerGone{ping.peer});
  }
}

}  // namespace mlb::sim
