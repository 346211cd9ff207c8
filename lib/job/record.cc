// See record.h.
#include "job/record.h"

namespace mlb {

std::string_view name_of(EventType type) {
  switch (type) {
    case EventType::accepted: return "accepted";
    case EventType::started: return "started";
    case EventType::point: return "point";
    case EventType::log: return "log";
    case EventType::message: return "message";
    case EventType::retry: return "retry";
    case EventType::cancel: return "cancel";
    case EventType::ended: return "ended";
  }
  return "?";
}

std::set<Digest> deleted_blobs(std::span<const Record> records) {
  std::set<Digest> out;
  for (const Record& record : records) {
    if (const auto* d = std::get_if<DeleteBlob>(&record)) {
      out.insert(d->digest);
    } else if (const auto* p = std::get_if<PutBlob>(&record)) {
      out.erase(p->row.digest);
    }
  }
  return out;
}

}  // namespace mlb
