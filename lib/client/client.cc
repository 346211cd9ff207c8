// See client.h.
#include "client/client.h"

#include <algorithm>
#include <utility>

namespace mlb::client {
namespace {

template <class... F>
struct Overloaded : F... {
  using F::operator()...;
};
template <class... F>
Overloaded(F...) -> Overloaded<F...>;

template <class T>
bool is(const Body& body) {
  return std::holds_alternative<T>(body);
}

bool refuses(const Body& body, JobId job) {
  const auto* r = std::get_if<Refused>(&body);
  return r != nullptr && (r->job == job || r->job.is_nil());
}

}  // namespace

Client::Client(Session self, Settings settings)
    : session_(self), settings_(settings) {}

Output Client::ask(Time now, Body request) {
  Output out;
  request_ = std::move(request);
  asked_ = now.mono;
  if (!heard_) heard_ = now.mono;
  out.send.push_back({session_.stamp(), *request_});
  return out;
}

bool Client::answers(const Body& body) const {
  if (!request_) return false;
  return std::visit(
      Overloaded{
          [&](const Ping&) { return is<Welcome>(body) || refuses(body, {}); },
          [&](const Submit& s) {
            const auto* a = std::get_if<Accepted>(&body);
            const auto* n = std::get_if<NeedBlobs>(&body);
            return (a != nullptr && a->asked == s.job) ||
                   (n != nullptr && n->job == s.job) || refuses(body, s.job);
          },
          [&](const Cancel& c) {
            const auto* t = std::get_if<CancelTaken>(&body);
            return (t != nullptr && t->job == c.job) || refuses(body, c.job);
          },
          [&](const Have&) {
            const auto* n = std::get_if<NeedBlobs>(&body);
            return (n != nullptr && n->job.is_nil()) || refuses(body, {});
          },
          [&](const ListJobs&) { return is<Jobs>(body) || refuses(body, {}); },
          [&](const GetJobs&) { return is<Jobs>(body) || refuses(body, {}); },
          [&](const GetSpec& g) {
            const auto* s = std::get_if<SpecText>(&body);
            return (s != nullptr && s->job == g.job) || refuses(body, g.job);
          },
          [&](const ListWorkers&) {
            return is<Workers>(body) || refuses(body, {});
          },
          [&](const FindBlobs&) {
            return is<Blobs>(body) || refuses(body, {});
          },
          [&](const RemoveBlobs&) {
            return is<BlobsRemoved>(body) || refuses(body, {});
          },
          [](const auto&) { return false; },
      },
      *request_);
}

Output Client::follow(Time now, JobId job, std::uint64_t next,
                      std::uint64_t upto, WatchFilter filter) {
  Output out;
  if (!heard_) heard_ = now.mono;
  Followed& f = followed_[job];
  f = {next, upto, filter, now.mono};
  send_watch(now, job, f, out);
  return out;
}

std::uint64_t Client::next_of(JobId job) const {
  const auto it = followed_.find(job);
  return it == followed_.end() ? 1 : it->second.next;
}

void Client::send_watch(Time now, JobId job, Followed& f, Output& out) {
  f.asked = now.mono;
  out.send.push_back({session_.stamp(), Watch{job, f.next, f.upto, f.filter}});
}

Output Client::receive(Time now, const Message& message) {
  Output out;
  const auto verdict = session_.accept(message.header);
  // To an earlier process at this address: its filter was another one.
  if (verdict == session::Verdict::misaddressed) return out;
  if (verdict == session::Verdict::foreign_store ||
      verdict == session::Verdict::old_epoch) {
    // Another broker than ours is at this address, and says so.
    if (std::holds_alternative<Refused>(message.body)) {
      request_.reset();
      followed_.clear();
      out.reply = message.body;
    }
    return out;
  }
  heard_ = now.mono;
  if (silent_) {
    silent_ = false;
    out.reconnected = true;
  }
  if (session_.take_timeline_change()) {
    out.restarted = !followed_.empty();
    for (auto& [job, f] : followed_) {
      f.next = 1;
      send_watch(now, job, f, out);
    }
  }
  if (const auto* e = std::get_if<Events>(&message.body)) {
    take_events(now, *e, out);
  } else if (answers(message.body)) {
    request_.reset();
    out.reply = message.body;
  } else if (const auto* r = std::get_if<Refused>(&message.body);
             r != nullptr && followed_.erase(r->job) > 0) {
    out.reply = message.body;
  }
  return out;
}

void Client::take_events(Time now, const Events& e, Output& out) {
  const auto it = followed_.find(e.job);
  if (it == followed_.end()) return;
  Followed& f = it->second;
  out.live[e.job] = e.live;
  if (e.first > f.next) return send_watch(now, e.job, f, out);
  for (const auto& event : e.events) {
    if (event.number >= f.next) out.events.push_back(event);
  }
  f.next = std::max(f.next, e.next);
}

Output Client::tick(Time now) {
  Output out;
  const bool waiting = request_ || !followed_.empty();
  if (waiting && heard_ && !silent_ &&
      *heard_ + settings_.silence <= now.mono) {
    silent_ = true;
    out.reconnecting = true;
  }
  if (request_ && asked_ + settings_.ask_again <= now.mono) {
    asked_ = now.mono;
    out.send.push_back({session_.stamp(), *request_});
  }
  for (auto& [job, f] : followed_) {
    if (f.asked + settings_.watch_again <= now.mono) {
      send_watch(now, job, f, out);
    }
  }
  return out;
}

}  // namespace mlb::client
