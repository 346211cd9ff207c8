// See agent.h.
#include "worker/agent.h"

#include <algorithm>
#include <utility>

#include "base/check.h"

namespace mlb::worker {
namespace {

template <class... F>
struct Overloaded : F... {
  using F::operator()...;
};
template <class... F>
Overloaded(F...) -> Overloaded<F...>;

/// State messages that an older one must not undo.
bool dropped_when_stale(const Body& body) {
  return std::holds_alternative<Start>(body) ||
         std::holds_alternative<Kill>(body) ||
         std::holds_alternative<Taken>(body);
}

}  // namespace

Agent::Agent(session::PeerSession session, Settings settings,
             const std::vector<Recovered>& outbox)
    : session_(std::move(session)),
      settings_(std::move(settings)),
      remembered_epoch_(session_.epoch()),
      remembered_store_(session_.store()) {
  for (const auto& r : outbox) {
    Held& held = attempts_[r.attempt];
    held.ended = true;
    held.spooled = r.items;
  }
}

Agent::Held* Agent::find(const Attempt& attempt) {
  const auto it = attempts_.find(attempt);
  return it == attempts_.end() ? nullptr : &it->second;
}

bool Agent::holds(const Attempt& attempt) const {
  const auto it = attempts_.find(attempt);
  return it != attempts_.end() && !it->second.ended;
}

bool Agent::all_taken(const Attempt& attempt) const {
  const auto it = attempts_.find(attempt);
  return it == attempts_.end() || it->second.taken >= it->second.spooled;
}

std::vector<Action> Agent::step(Time now, const Event& event) {
  now_ = now;
  const auto with = [&](const Attempt& attempt, auto change) {
    if (Held* held = find(attempt)) change(*held);
  };
  std::visit(Overloaded{
                 [&](const FromBroker& m) { message(m.message); },
                 [&](const Launched& l) {
                   with(l.attempt, [&](Held& held) {
                     held.pid = l.pid;
                     changed_ = true;
                   });
                 },
                 [&](const Spooled& s) {
                   with(s.attempt, [&](Held& held) {
                     held.spooled = std::max(held.spooled, s.upto);
                     push(s.attempt, held);
                   });
                 },
                 [&](const LiveChanged& l) {
                   with(l.attempt, [&](Held& held) {
                     held.live = l.live;
                     live_changed_ = true;
                   });
                 },
                 [&](const Ended& e) {
                   with(e.attempt, [&](Held& held) {
                     held.ended = true;
                     changed_ = true;
                   });
                 },
                 [&](const GivenBack& g) {
                   attempts_.erase(g.attempt);
                   changed_ = true;
                 },
                 [&](const Uploaded& u) {
                   with(u.attempt, [&](Held& held) {
                     if (held.ended) {
                       out_.push_back(SendFinished{u.attempt, held.spooled});
                     }
                   });
                 },
                 [&](const DiskFull& d) {
                   changed_ |= full_ != d.full;
                   full_ = d.full;
                 },
                 [&](const Drain&) {
                   draining_ = true;
                   changed_ = true;
                   for (auto& [attempt, held] : attempts_) {
                     if (!held.ended) kill(attempt, "drain");
                   }
                 },
                 [&](const Tick&) { tick(); },
             },
             event);
  beat();
  return std::exchange(out_, {});
}

void Agent::message(const Message& m) {
  const auto verdict = session_.accept(m.header);
  if (verdict == session::Verdict::misaddressed) return;
  // Who we belong to may not answer otherwise than by name.
  if (const auto* r = std::get_if<Refused>(&m.body)) return refused(*r);
  if (const auto* s = std::get_if<Superseded>(&m.body)) {
    if (s->counter > session_.self().counter) {
      out_.push_back(Stop{"a newer process serves this worker's directory"});
    }
    return;
  }
  if (verdict == session::Verdict::foreign_store) {
    out_.push_back(Warn{"a broker with another store answers; not obeyed"});
    return;
  }
  if (verdict == session::Verdict::old_epoch) return;
  if (verdict == session::Verdict::stale && dropped_when_stale(m.body)) return;
  heard_ = now_.mono;
  if (session_.epoch() != remembered_epoch_ ||
      session_.store() != remembered_store_) {
    remembered_epoch_ = session_.epoch();
    remembered_store_ = session_.store();
    out_.push_back(Remember{remembered_store_, remembered_epoch_});
    changed_ = true;
  }
  std::visit(Overloaded{
                 [&](const Start& s) { started(s); },
                 [&](const Kill& k) { kill(k.attempt, k.reason); },
                 [&](const ProgressTaken& p) { taken(p); },
                 [&](const Need& n) { need(n); },
                 [&](const Taken& t) { forget(t.attempt); },
                 [](const auto&) {},
             },
             m.body);
}

void Agent::refused(const Refused& r) {
  if (r.code == "cloned") {
    out_.push_back(Stop{r.text});
  } else {
    out_.push_back(Warn{"the broker refuses: " + r.text});
  }
}

void Agent::started(const Start& s) {
  if (find(s.attempt) != nullptr || draining_) return;
  Held& held = attempts_[s.attempt];
  held.resources = s.envelope.resources;
  held.started = now_.mono;
  held.resumed_from = s.checkpoint.epoch;
  held.live.stage = "fetch";
  changed_ = true;
  out_.push_back(Launch{s});
}

void Agent::kill(const Attempt& attempt, const std::string& reason) {
  Held* held = find(attempt);
  if (held == nullptr || held->ended || !held->ending.empty()) return;
  held->ending = reason;
  held->ending_since = now_.mono;
  out_.push_back(EndProcess{attempt, reason, false});
}

void Agent::taken(const ProgressTaken& p) {
  Held* held = find(p.attempt);
  if (held == nullptr) return;
  held->taken = std::min(p.upto, held->spooled);
  held->sent = std::max(held->sent, held->taken);
  // The broker lacks what we thought was under way: go back.
  if (p.upto < held->sent && held->sent_at + settings_.resend <= now_.mono) {
    held->sent = held->taken;
  }
  push(p.attempt, *held);
}

void Agent::need(const Need& n) {
  Held* held = find(n.attempt);
  if (held == nullptr || !held->ended) return;
  if (!n.digests.empty()) {
    out_.push_back(Upload{n.attempt, n.digests});
    return;
  }
  if (n.from_item > 0) {
    held->taken = std::min(n.from_item - 1, held->spooled);
    held->sent = held->taken;
  } else {
    held->taken = held->spooled;
  }
  held->want_finish = true;
  push(n.attempt, *held);
}

void Agent::forget(const Attempt& attempt) {
  Held* held = find(attempt);
  if (held == nullptr || !held->ended) return;
  attempts_.erase(attempt);
  out_.push_back(Forget{attempt});
  changed_ = true;
}

/// Sends what the window allows: at once when nothing is under way.
void Agent::push(const Attempt& attempt, Held& held) {
  if (held.want_finish && held.taken >= held.spooled) {
    held.want_finish = false;
    out_.push_back(SendFinished{attempt, held.spooled});
    return;
  }
  if (held.sent > held.taken || held.spooled == held.sent) return;
  const std::uint64_t upto =
      std::min(held.spooled, held.taken + settings_.window);
  out_.push_back(SendItems{attempt, held.sent + 1, upto});
}

void Agent::items_sent(const Attempt& attempt, std::uint64_t upto) {
  if (Held* held = find(attempt)) {
    held->sent = std::max(held->sent, upto);
    held->sent_at = now_.mono;
  }
}

void Agent::tick() {
  for (auto& [attempt, held] : attempts_) {
    if (held.sent > held.taken &&
        held.sent_at + settings_.resend <= now_.mono) {
      held.sent = held.taken;
      push(attempt, held);
    } else if (held.sent == held.taken && held.spooled > held.sent) {
      push(attempt, held);
    }
    if (held.ended) continue;
    if (held.ending.empty() &&
        held.started + held.resources.timeout <= now_.mono) {
      kill(attempt, "timeout");
    }
    if (!held.ending.empty() && !held.hard &&
        held.ending_since + settings_.hard_after <= now_.mono) {
      held.hard = true;
      out_.push_back(EndProcess{attempt, held.ending, true});
    }
  }
}

void Agent::beat() {
  const bool due = !beaten_ || *beaten_ + settings_.beat <= now_.mono;
  const bool live =
      live_changed_ && beaten_ && *beaten_ + settings_.live_every <= now_.mono;
  if (!due && !changed_ && !live) return;
  Heartbeat h{.name = settings_.name,
              .host = settings_.host,
              .pid = settings_.pid,
              .build = settings_.build,
              .slots = settings_.slots,
              .memory = settings_.memory,
              .labels = settings_.labels,
              .full = full_,
              .draining = draining_,
              .held = {},
              .ended = {}};
  for (const auto& [attempt, held] : attempts_) {
    if (held.ended) {
      h.ended.push_back({attempt, held.spooled});
    } else {
      h.held.push_back(
          {attempt, held.pid, held.spooled, held.resumed_from, held.live});
    }
  }
  h.full |= attempts_.size() + settings_.slots > settings_.outbox;
  out_.push_back(SendBeat{std::move(h)});
  beaten_ = now_.mono;
  changed_ = false;
  live_changed_ = false;
}

void Agent::check() const {
  for (const auto& [attempt, held] : attempts_) {
    CHECK(attempt.number > 0);
    CHECK(held.taken <= held.spooled);
    CHECK(held.taken <= held.sent || held.want_finish || held.ended);
    CHECK(held.sent <= held.spooled);
  }
}

}  // namespace mlb::worker
