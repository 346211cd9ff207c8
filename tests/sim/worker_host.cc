// See worker_host.h.
#include "worker_host.h"

#include <algorithm>
#include <utility>

#include "wire/wire.h"

namespace mlb::sim {
namespace {

constexpr Millis kTick{250};

worker::Settings settings(const std::string& place, const WorkerPlan& plan) {
  worker::Settings out;
  out.name = place;
  out.host = place;
  out.slots = std::uint32_t(plan.slots);
  out.memory = plan.memory;
  out.beat = 1000ms;
  out.resend = 1000ms;
  out.hard_after = 1500ms;
  out.window = 4;
  return out;
}

}  // namespace

WorkerHost::WorkerHost(Loop& loop, Dice& dice, Network& network, Judges& judges,
                       Trace& trace, std::string place, WorkerPlan plan,
                       Upload upload, Figures& figures)
    : loop_(loop),
      dice_(dice),
      network_(network),
      judges_(judges),
      trace_(trace),
      place_(std::move(place)),
      plan_(plan),
      upload_(std::move(upload)),
      figures_(figures),
      peer_(network.add_peer(
          [this](const Bytes& f, bool official) { receive(f, official); })) {}

void WorkerHost::start() {
  if (retired_) return;
  ++life_;
  ++disk_.counter;
  stopped_ = false;
  mono_ = dice_.between(0ms, 100000ms);
  disk_free_ = loop_.now();
  std::vector<worker::Recovered> outbox;
  for (auto it = disk_.dirs.begin(); it != disk_.dirs.end();) {
    if (it->second.outcome) {
      outbox.push_back({it->first, it->second.spool.size()});
      ++it;
    } else {
      it = disk_.dirs.erase(it);
    }
  }
  const Session self{disk_.id, disk_.counter, dice_.rng().next()};
  agent_.emplace(disk_.store.is_nil()
                     ? session::PeerSession(self)
                     : session::PeerSession(self, disk_.store, disk_.epoch),
                 settings(place_, plan_), outbox);
  ++figures_.lives;
  trace_.say(place_, " starts, session ", disk_.counter);
  network_.open(peer_);
  ticks(life_);
}

void WorkerHost::kill() {
  if (!is_up()) return;
  trace_.say(place_, " is gone");
  network_.close(peer_);
  ++life_;
  for (const auto& [attempt, process] : processes_) {
    judges_.process_ends(place_, attempt);
  }
  processes_.clear();
  inbox_.clear();
  waiting_.clear();
  waking_ = false;
  agent_.reset();
}

void WorkerHost::drain() {
  if (is_up()) step(worker::Drain{});
}

void WorkerHost::fill(bool full) {
  if (is_up()) step(worker::DiskFull{full});
}

void WorkerHost::later(Millis wait, std::function<void()> what) {
  loop_.after(wait, [this, life = life_, what = std::move(what)] {
    if (life == life_) what();
  });
}

void WorkerHost::on_disk(std::function<void()> what) {
  disk_free_ = std::max(disk_free_, loop_.now()) + dice_.between(1ms, 10ms);
  later(disk_free_ - loop_.now(), std::move(what));
}

void WorkerHost::ticks(int life) {
  loop_.after(kTick, [this, life] {
    if (life != life_) return;
    step(worker::Tick{});
    ticks(life);
  });
}

void WorkerHost::receive(const Bytes& frame, bool official) {
  inbox_.push_back({frame, official});
  wake();
}

void WorkerHost::take(const Incoming& in) {
  auto message = wire::decode(in.frame);
  if (!message) throw Violation("codec: " + message.error().message);
  const auto* taken = std::get_if<ProgressTaken>(&message->body);
  if (in.official && taken != nullptr) {
    judges_.items_taken(taken->attempt, taken->upto);
  }
  do_step(worker::FromBroker{std::move(*message)});
}

void WorkerHost::wake() {
  if (std::exchange(waking_, true)) return;
  later(std::max(Millis(0), stalled_until_ - loop_.now()), [this] {
    waking_ = false;
    if (stalled_until_ > loop_.now()) return wake();
    while (is_up() && (!inbox_.empty() || !waiting_.empty())) {
      if (!waiting_.empty()) {
        const worker::Event event = std::move(waiting_.front());
        waiting_.pop_front();
        do_step(event);
        continue;
      }
      const Incoming in = std::move(inbox_.front());
      inbox_.pop_front();
      take(in);
    }
  });
}

void WorkerHost::step(const worker::Event& event) {
  if (!is_up()) return;
  if (stalled_until_ <= loop_.now() && waiting_.empty()) return do_step(event);
  if (!std::holds_alternative<worker::Tick>(event)) waiting_.push_back(event);
  wake();
}

void WorkerHost::do_step(const worker::Event& event) {
  const Time now{loop_.now() + mono_, loop_.now()};
  const auto actions = agent_->step(now, event);
  agent_->check();
  const bool dies = !actions.empty() && std::exchange(armed_, false);
  auto left = dies ? dice_.between(0, std::int64_t(actions.size()))
                   : std::int64_t(actions.size());
  for (const auto& action : actions) {
    if (!is_up() || left-- == 0) break;
    std::visit([&](const auto& a) { act(a); }, action);
  }
  if (dies && is_up()) {
    stopped_ = true;  // a service manager starts it again
    kill();
  }
}

void WorkerHost::send(const Message& message) {
  trace_.message((place_ + " ->").c_str(), "broker", message);
  auto frame = wire::encode(message);
  if (!frame) throw Violation("codec: " + frame.error().message);
  network_.send_up(peer_, std::move(*frame));
}

void WorkerHost::act(const worker::SendBeat& a) {
  send({agent_->stamp(), a.beat});
}

void WorkerHost::act(const worker::SendItems& a) {
  const auto& spool = disk_.dirs.at(a.attempt).spool;
  if (a.from == 0 || a.upto > spool.size()) {
    throw Violation("the agent sends items that are not on disk");
  }
  send({agent_->stamp(), Progress{a.attempt,
                                  {spool.begin() + std::ptrdiff_t(a.from - 1),
                                   spool.begin() + std::ptrdiff_t(a.upto)}}});
  agent_->items_sent(a.attempt, a.upto);
}

void WorkerHost::act(const worker::SendFinished& a) {
  const AttemptDir& dir = disk_.dirs.at(a.attempt);
  if (!dir.outcome) throw Violation("the agent reports an end that is none");
  send({agent_->stamp(), Finished{a.attempt, *dir.outcome, dir.spool.size()}});
}

void WorkerHost::act(const worker::Upload& a) {
  deliver(a.attempt);
}

void WorkerHost::act(const worker::Forget& a) {
  judges_.forgotten(a.attempt);
  disk_.dirs.erase(a.attempt);
  processes_.erase(a.attempt);
}

void WorkerHost::act(const worker::Remember& a) {
  disk_.store = a.store;
  disk_.epoch = a.epoch;
}

void WorkerHost::act(const worker::Warn& a) {
  trace_.say(place_, " warns: ", a.text);
}

void WorkerHost::act(const worker::Stop& a) {
  trace_.say(place_, " stops: ", a.reason);
  stopped_ = true;
  kill();
}

void WorkerHost::act(const worker::Launch& a) {
  const Attempt attempt = a.start.attempt;
  if (a.start.spec.size() != 3) throw Violation("a Start without its spec");
  Process process;
  process.cpus = a.start.envelope.resources.cpus;
  process.epochs = a.start.spec[0];
  const auto ending = Ending(a.start.spec[1]);
  process.error = ending == Ending::error;
  process.endless = ending == Ending::endless;
  process.signal = ending == Ending::signal ||
                   (ending == Ending::signal_once && attempt.number == 1);
  judges_.process_begins({.place = place_,
                          .id = disk_.id,
                          .plan = plan_,
                          .attempt = attempt,
                          .needs = a.start.envelope.resources,
                          .spec = a.start.spec});
  processes_[attempt] = process;
  disk_.dirs[attempt] = {};
  later(dice_.between(1ms, 30ms), [this, attempt] {
    step(worker::Launched{attempt, 1});
    run(attempt);
  });
}

void WorkerHost::run(const Attempt& attempt) {
  const auto it = processes_.find(attempt);
  if (it == processes_.end() || it->second.gone) return;
  Process& process = it->second;
  const int half = process.epochs / 2;
  const bool dies = process.signal && process.made >= half;
  const bool done = process.made >= process.epochs;
  if (done && process.endless) return;
  if (dies || done) return exit(attempt);
  make_item(attempt, process);
  later(dice_.between(1ms, 250ms), [this, attempt] { run(attempt); });
}

void WorkerHost::make_item(const Attempt& attempt, Process& process) {
  Item item;
  item.number = std::uint64_t(++process.made);
  // The judges read the number back from what is stored.
  if (is_checkpoint(item.number)) {
    const std::string text = attempt.job.text() +
                             std::to_string(attempt.number) + "/" +
                             std::to_string(item.number);
    item.type = ItemType::checkpoint;
    item.checkpoint = {std::uint32_t(item.number), item.number, "file", 1,
                       sha256(view_of(text))};
    (void)upload_(item.checkpoint.digest);  // else the broker goes without
  } else if (item.number % 3 == 0) {
    item.type = ItemType::log;
    item.log.offset = item.number;
  } else {
    item.point.epoch = std::uint32_t(item.number);
  }
  on_disk([this, attempt, item] {
    disk_.dirs.at(attempt).spool.push_back(item);
    step(worker::Spooled{attempt, item.number});
  });
}

Outcome WorkerHost::outcome_of(const Attempt& attempt,
                               const Process& process) const {
  Outcome out;
  out.metrics["attempt"] = attempt.number;
  out.metrics["items"] = process.made;
  out.success = process.ending.empty() && !process.signal && !process.error;
  if (!process.ending.empty()) {
    out.failure = process.ending == "timeout" ? FailureClass::timeout
                                              : FailureClass::cancelled;
    out.reason = process.ending;
  } else if (process.signal) {
    out.failure = FailureClass::signal;
    out.signal = 11;
  } else if (process.error) {
    out.failure = FailureClass::error;
  } else {
    out.artefacts.push_back(
        {.name = "model",
         .file = "model.mlm",
         .bytes = 1,
         .digest = sha256(
             view_of(attempt.job.text() + std::to_string(attempt.number)))});
  }
  return out;
}

/// The process is gone: its outcome goes to disk, its files to the broker.
void WorkerHost::exit(const Attempt& attempt) {
  Process& process = processes_.at(attempt);
  if (std::exchange(process.gone, true)) return;
  judges_.process_ends(place_, attempt);
  if (process.ending == "drain") {
    return on_disk([this, attempt] { step(worker::GivenBack{attempt}); });
  }
  on_disk([this, attempt, outcome = outcome_of(attempt, process)] {
    disk_.dirs.at(attempt).outcome = outcome;
    judges_.outcome_kept(attempt);
    deliver(attempt);
  });
}

void WorkerHost::deliver(const Attempt& attempt) {
  later(dice_.between(1ms, 60ms), [this, attempt] {
    const auto dir = disk_.dirs.find(attempt);
    if (dir == disk_.dirs.end()) return;
    bool done = true;
    for (const auto& a : dir->second.outcome->artefacts) {
      done = upload_(a.digest) && done;
    }
    if (agent_->holds(attempt)) {
      step(worker::Ended{attempt});
    } else if (done) {
      step(worker::Uploaded{attempt});
    }
  });
}

void WorkerHost::act(const worker::EndProcess& a) {
  const auto it = processes_.find(a.attempt);
  if (it == processes_.end() || it->second.gone) return;
  it->second.ending = a.reason;
  // A process may be deaf to a polite signal.
  if (!a.hard && dice_.chance(0.2)) return;
  const Millis wait = a.hard ? 0ms : dice_.between(1ms, 400ms);
  later(wait, [this, attempt = a.attempt] {
    const auto process = processes_.find(attempt);
    if (process != processes_.end() && !process->second.gone) exit(attempt);
  });
}

}  // namespace mlb::sim
