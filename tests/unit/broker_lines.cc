// See broker_lines.h.
#include "unit/broker_lines.h"

#include <algorithm>
#include <cstdlib>

namespace mlb::broker {
namespace {

template <class... F>
struct Overloaded : F... {
  using F::operator()...;
};
template <class... F>
Overloaded(F...) -> Overloaded<F...>;

template <class Raw>
Raw raw_of(const std::string& name) {
  Raw raw{};
  std::copy_n(name.begin(), std::min(name.size(), raw.size()), raw.begin());
  return raw;
}

template <class Raw>
std::string text_of_raw(const Raw& raw) {
  const auto end = std::find(raw.begin(), raw.end(), 0);
  return {raw.begin(), end};
}

template <class List>
std::string joined(const List& list, const std::string& lead) {
  std::string out;
  for (const auto& item : list) out += lead + name_of(item);
  return out;
}

std::string count(std::uint64_t number, const std::string& what) {
  return ", " + std::to_string(number) + " " + what;
}

std::string attempt_line(const AttemptRow& a) {
  std::string out = ", attempt " + std::to_string(a.number) + " at " +
                    name_of(a.worker) + " session " + std::to_string(a.session);
  if (a.items > 0) out += count(a.items, "items");
  if (a.lost) out += ", lost";
  if (a.has_outcome) {
    out += ", outcome ";
    out += a.outcome.success ? "success" : name_of(a.outcome.failure);
  }
  return out;
}

std::string job_line(const JobRow& row) {
  std::string out =
      "put job " + name_of(row.id) + " " + std::string(name_of(row.state));
  if (row.cancel_asked) out += ", cancel asked";
  if (row.failure != FailureClass::none) {
    out += ", failure " + std::string(name_of(row.failure));
  }
  if (row.retries > 0) out += count(row.retries, "retries");
  if (!row.attempts.empty()) out += attempt_line(row.attempts.back());
  return out;
}

std::string events_line(const Events& e) {
  std::string out = "events " + name_of(e.job) + " " + std::to_string(e.first) +
                    "..next " + std::to_string(e.next) + " " +
                    std::string(name_of(e.state));
  for (const auto& event : e.events) out += ", " + line_of(event);
  return out;
}

std::string jobs_line(const Jobs& j) {
  std::string out = "jobs";
  for (const auto& view : j.jobs) {
    out +=
        " " + name_of(view.row.id) + " " + std::string(name_of(view.row.state));
    for (const auto& [code, text] : view.waiting) out += " " + code;
  }
  for (const auto& id : j.unknown) out += " unknown " + name_of(id);
  return out;
}

std::string workers_line(const Workers& w) {
  std::string out = "workers";
  for (const auto& view : w.workers) {
    out += " " + name_of(view.id) + " " + view.state + " " +
           std::to_string(view.busy) + "/" + std::to_string(view.slots);
  }
  return out;
}

std::string blobs_line(const Blobs& b) {
  std::string out = "blobs";
  for (const auto& [digest, bytes] : b.found) {
    out += " " + name_of(digest) + " " + std::to_string(bytes);
  }
  return out;
}

std::string removed_line(const BlobsRemoved& b) {
  std::string out = "removed" + joined(b.removed, " ");
  for (const auto& [digest, job] : b.needed) {
    out += ", " + name_of(digest) + " needed by " +
           (job.is_nil() ? "another user" : name_of(job));
  }
  return out;
}

std::string need_line(const Need& n) {
  std::string out = "need " + name_of(n.attempt);
  if (n.from_item > 0) out += " from " + std::to_string(n.from_item);
  return out + joined(n.digests, " blob ");
}

std::string welcome_line(const Welcome& w) {
  return "welcome, " + std::to_string(w.workers) + " workers" +
         count(w.slots, "slots") + count(w.queued, "queued") +
         count(w.running, "running");
}

}  // namespace

JobId job_named(const std::string& name) {
  return {raw_of<RawUuid>(name)};
}
PeerId peer_named(const std::string& name) {
  return {raw_of<RawUuid>(name)};
}
Digest blob_named(const std::string& name) {
  return {raw_of<decltype(Digest::raw)>(name)};
}
Attempt attempt_named(const std::string& text) {
  const std::size_t dot = text.find('.');
  return {job_named(text.substr(0, dot)),
          static_cast<std::uint32_t>(std::atoi(text.c_str() + dot + 1))};
}

std::string name_of(JobId id) {
  return text_of_raw(id.raw);
}
std::string name_of(PeerId id) {
  return text_of_raw(id.raw);
}
std::string name_of(const Digest& digest) {
  return text_of_raw(digest.raw);
}
std::string name_of(const Attempt& attempt) {
  return name_of(attempt.job) + "." + std::to_string(attempt.number);
}

std::string line_of(const EventRow& event) {
  std::string out =
      std::to_string(event.number) + " " + std::string(name_of(event.type));
  if (event.type == EventType::point) {
    out += " " + std::to_string(event.point.epoch);
  }
  if (event.type == EventType::ended) {
    out += " " + std::string(name_of(event.state));
  }
  if (!event.text.empty()) out += " (" + event.text + ")";
  return out;
}

std::string line_of(const Record& record) {
  return std::visit(
      Overloaded{
          [](const PutStore& p) {
            return "put store epoch " + std::to_string(p.row.epoch);
          },
          [](const PutSpec& p) { return "put spec " + name_of(p.job); },
          [](const PutJob& p) { return job_line(p.row); },
          [](const AppendEvent& a) {
            return "event " + name_of(a.row.job) + " " + line_of(a.row);
          },
          [](const PutBlob& p) { return "put blob " + name_of(p.row.digest); },
          [](const DeleteBlob& d) {
            return "delete blob " + name_of(d.digest);
          },
      },
      record);
}

std::string line_of(const Body& body) {
  return std::visit(
      Overloaded{
          [](const Welcome& w) { return welcome_line(w); },
          [](const Accepted& a) {
            return "accepted " + name_of(a.asked) +
                   (a.job == a.asked ? "" : " as " + name_of(a.job));
          },
          [](const Refused& r) {
            return "refused " + (r.job.is_nil() ? "" : name_of(r.job) + " ") +
                   r.code;
          },
          [](const NeedBlobs& n) {
            return "need-blobs" + (n.job.is_nil() ? "" : " " + name_of(n.job)) +
                   joined(n.digests, " ");
          },
          [](const CancelTaken& c) {
            return "cancel-taken " + name_of(c.job) + " " +
                   std::string(name_of(c.state));
          },
          [](const Events& e) { return events_line(e); },
          [](const Jobs& j) { return jobs_line(j); },
          [](const SpecText& s) { return "spec " + name_of(s.job); },
          [](const Workers& w) { return workers_line(w); },
          [](const Blobs& b) { return blobs_line(b); },
          [](const BlobsRemoved& b) { return removed_line(b); },
          [](const Start& s) { return "start " + name_of(s.attempt); },
          [](const Kill& k) {
            return "kill " + name_of(k.attempt) + " " + k.reason;
          },
          [](const ProgressTaken& p) {
            return "progress-taken " + name_of(p.attempt) + " upto " +
                   std::to_string(p.upto);
          },
          [](const Need& n) { return need_line(n); },
          [](const Taken& t) { return "taken " + name_of(t.attempt); },
          [](const Superseded& s) {
            return "superseded by " + std::to_string(s.counter);
          },
          [](const WorkerPing&) { return std::string("ping"); },
          [](const auto&) { return std::string("not for a broker to say"); },
      },
      body);
}

}  // namespace mlb::broker
