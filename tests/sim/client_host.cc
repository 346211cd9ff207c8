// See client_host.h.
#include "client_host.h"

#include <utility>

#include "wire/wire.h"
#include "worker_host.h"

namespace mlb::sim {
namespace {

constexpr Millis kTick{250};

}  // namespace

ClientHost::ClientHost(Loop& loop, Dice& dice, Network& network, Judges& judges,
                       Trace& trace, const JobPlan& plan, Upload upload)
    : loop_(loop),
      dice_(dice),
      network_(network),
      judges_(judges),
      trace_(trace),
      plan_(plan),
      upload_(std::move(upload)),
      peer_(network.add_peer(
          [this](const Bytes& f, bool official) { receive(f, official); })) {}

void ClientHost::start() {
  ++life_;
  mono_ = dice_.between(0ms, 100000ms);
  next_ = passed_ = 1;
  filter_ = WatchFilter(dice_.between(0, 2));
  cancel_said_ = false;
  client_.emplace(
      Session{PeerId::random(dice_.rng()), 1, dice_.rng().next()},
      client::Settings{
          .ask_again = 500ms, .watch_again = 1500ms, .silence = 2000ms});
  network_.open(peer_);
  if (printed_) {
    accepted(*printed_);
  } else {
    submit();
  }
  ticks(life_);
}

void ClientHost::kill() {
  if (!client_) return;
  network_.close(peer_);
  ++life_;
  client_.reset();
}

void ClientHost::start_again() {
  kill();
  loop_.after(dice_.between(50ms, 600ms), [this, life = life_] {
    if (life == life_ && !done_) start();
  });
}

void ClientHost::later(Millis wait, std::function<void()> what) {
  loop_.after(wait, [this, life = life_, what = std::move(what)] {
    if (life == life_) what();
  });
}

void ClientHost::ticks(int life) {
  loop_.after(kTick, [this, life] {
    if (life != life_) return;
    take(client_->tick(time()));
    if (life == life_) ticks(life);
  });
}

void ClientHost::receive(const Bytes& frame, bool official) {
  const auto message = wire::decode(frame);
  if (!message) throw Violation("codec: " + message.error().message);
  official_ = official;
  const bool last = std::exchange(armed_, false);
  if (last && dice_.chance(0.5)) return start_again();
  const auto output = client_->receive(time(), *message);
  // A backup may tell another story than ours: until it has a timeline of its
  // own, the user must see it and begin anew.
  if (!official && printed_ && client_->next_of(*printed_) != passed_) {
    return start_again();
  }
  take(output);
  if (last && !done_) start_again();
}

void ClientHost::take(const client::Output& output) {
  for (const auto& message : output.send) {
    trace_.message("client ->", "broker", message);
    auto frame = wire::encode(message);
    if (!frame) throw Violation("codec: " + frame.error().message);
    network_.send_up(peer_, std::move(*frame));
  }
  for (const auto& event : output.events) {
    judges_.heard(event.job, next_, event, filter_);
    if (event.type == EventType::ended) {
      done_ = true;
      return kill();
    }
  }
  if (output.reply) reply(*output.reply);
  if (client_ && printed_) passed_ = client_->next_of(*printed_);
}

void ClientHost::submit() {
  Submit s;
  // With a key, each process makes an id of its own.
  s.job = plan_.key.empty() ? plan_.id : JobId::random(dice_.rng());
  s.envelope = plan_.envelope;
  s.spec = spec_of(plan_);
  s.idempotency_key = plan_.key;
  take(client_->ask(time(), s));
}

void ClientHost::reply(const Body& body) {
  if (const auto* a = std::get_if<Accepted>(&body)) {
    if (!official_) return start_again();
    judges_.accepted(plan_, a->job);
    printed_ = a->job;
    return accepted(a->job);
  }
  if (const auto* n = std::get_if<NeedBlobs>(&body)) return upload(*n);
  if (const auto* r = std::get_if<Refused>(&body)) {
    if (official_) judges_.refused(plan_, r->job, r->code);
    // Somebody else's job has this key.
    if (official_ && r->code == "conflict") {
      done_ = true;
      return kill();
    }
    return start_again();
  }
  if (const auto* c = std::get_if<CancelTaken>(&body)) {
    if (!official_) return start_again();
    judges_.cancel_taken(c->job);
    if (plan_.watched) return;
    done_ = true;
    kill();
  }
}

void ClientHost::upload(const NeedBlobs& need) {
  later(dice_.between(1ms, 200ms), [this, digests = need.digests] {
    for (const auto& digest : digests) {
      if (!upload_(digest)) return start_again();
    }
    submit();
  });
}

void ClientHost::accepted(JobId job) {
  if (plan_.watched) {
    take(client_->follow(time(), job, 1, 0, filter_));
  } else if (!plan_.cancel) {
    done_ = true;
    return kill();
  }
  if (plan_.cancel) {
    later(std::max(Millis(0), *plan_.cancel - loop_.now()),
          [this] { maybe_cancel(); });
  }
}

void ClientHost::maybe_cancel() {
  if (std::exchange(cancel_said_, true) || !printed_) return;
  take(client_->ask(time(), Cancel{*printed_}));
}

}  // namespace mlb::sim
