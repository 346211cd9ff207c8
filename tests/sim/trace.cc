// See trace.h.
#include "trace.h"

#include <sstream>

namespace mlb::sim {
namespace {

template <class... F>
struct Overloaded : F... {
  using F::operator()...;
};
template <class... F>
Overloaded(F...) -> Overloaded<F...>;

std::string text(const Attempt& a) {
  return a.job.id8() + "#" + std::to_string(a.number);
}

std::string text(const Heartbeat& h) {
  std::string out = "Heartbeat slots " + std::to_string(h.slots);
  if (h.full) out += " full";
  if (h.draining) out += " draining";
  for (const auto& a : h.held) {
    out += " held " + text(a.attempt) + ":" + std::to_string(a.items);
  }
  for (const auto& a : h.ended) {
    out += " ended " + text(a.attempt) + ":" + std::to_string(a.items);
  }
  return out;
}

std::string text(const Events& e) {
  std::ostringstream out;
  out << "Events " << e.job.id8() << " from " << e.first << " next " << e.next;
  for (const auto& row : e.events) {
    out << ' ' << row.number << ':' << name_of(row.type);
  }
  return out.str();
}

std::string text(const Body& body) {
  return std::visit(
      Overloaded{
          [](const Ping&) { return std::string("Ping"); },
          [](const Submit& s) { return "Submit " + s.job.id8(); },
          [](const Cancel& c) { return "Cancel " + c.job.id8(); },
          [](const Watch& w) {
            return "Watch " + w.job.id8() + " from " + std::to_string(w.next);
          },
          [](const Accepted& a) { return "Accepted " + a.job.id8(); },
          [](const Refused& r) {
            return "Refused " + r.job.id8() + " " + r.code;
          },
          [](const NeedBlobs& n) { return "NeedBlobs " + n.job.id8(); },
          [](const CancelTaken& c) { return "CancelTaken " + c.job.id8(); },
          [](const Events& e) { return text(e); },
          [](const Heartbeat& h) { return text(h); },
          [](const Progress& p) {
            return "Progress " + text(p.attempt) + " " +
                   std::to_string(p.items.front().number) + ".." +
                   std::to_string(p.items.back().number);
          },
          [](const Finished& f) {
            return "Finished " + text(f.attempt) + " items " +
                   std::to_string(f.last_item);
          },
          [](const Start& s) { return "Start " + text(s.attempt); },
          [](const Kill& k) {
            return "Kill " + text(k.attempt) + " " + k.reason;
          },
          [](const ProgressTaken& p) {
            return "ProgressTaken " + text(p.attempt) + " upto " +
                   std::to_string(p.upto);
          },
          [](const Need& n) {
            return "Need " + text(n.attempt) + " from " +
                   std::to_string(n.from_item) + ", blobs " +
                   std::to_string(n.digests.size());
          },
          [](const Taken& t) { return "Taken " + text(t.attempt); },
          [](const Superseded&) { return std::string("Superseded"); },
          [](const WorkerPing&) { return std::string("WorkerPing"); },
          [](const auto&) { return std::string("another message"); },
      },
      body);
}

}  // namespace

void Trace::message(const char* way, const std::string& who,
                    const Message& m) const {
  if (!on_) return;
  say(way, " ", who, " n ", m.header.n, " seen ", m.header.seen, "  ",
      text(m.body));
}

}  // namespace mlb::sim
