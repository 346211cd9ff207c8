// See event_log.h.
#include "store/event_log.h"

#include <algorithm>

#include "wire/wire.h"

namespace mlb::store {
namespace {

/// Rows in order, up to a number of bytes.
class Page {
 public:
  Page(std::uint64_t from, std::uint64_t upto, std::size_t max_bytes)
      : from_(from), upto_(upto == 0 ? UINT64_MAX : upto), left_(max_bytes) {}

  /// False: the page is full.
  bool add(ByteView encoded) {
    auto row = wire::decode_event_row(encoded);
    if (!row) throw SQLite::Exception("an event: " + row.error().message);
    if (row->number < from_) return true;
    if (row->number > upto_) return false;
    if (!rows.empty() && encoded.size() > left_) return false;
    left_ -= std::min(left_, encoded.size());
    rows.push_back(std::move(*row));
    return true;
  }
  /// A packed row: blocks of an encoded event each.
  bool add_pack(ByteView pack) {
    Reader reader(pack);
    while (reader.left() > 0) {
      const auto encoded = reader.block();
      if (!encoded) throw SQLite::Exception("a pack of events is cut short");
      if (!add(*encoded)) return false;
    }
    return true;
  }
  std::vector<EventRow> rows;

 private:
  std::uint64_t from_;
  std::uint64_t upto_;
  std::size_t left_;
};

}  // namespace

EventLog::Tail& EventLog::tail_of(JobId job) {
  const auto [it, is_new] = tails_.try_emplace(job);
  Tail& tail = it->second;
  if (!is_new) return tail;
  auto& s = db_.use(
      "SELECT last_event, (SELECT ifnull(max(last), 0) FROM event_pack WHERE "
      "event_pack.job = job.row_order) FROM job WHERE id = ?");
  bind_blob(s, 1, job.raw);
  if (!s.executeStep()) return tail;
  tail.place = s.getColumn(0).getInt64();
  tail.number = number_of(s.getColumn(1));
  s.reset();
  const auto rows = walk(tail.place, 0);
  tail.rows = rows.size();
  if (!rows.empty()) tail.number = rows.back().number;
  return tail;
}

void EventLog::append(const EventRow& row) {
  Tail& tail = tail_of(row.job);
  if (row.number != tail.number + 1) {
    throw SQLite::Exception("event " + std::to_string(row.number) +
                            " after event " + std::to_string(tail.number));
  }
  const Bytes encoded = wire::encode_event_row(row);
  auto& s =
      db_.use("INSERT INTO event (previous, number, row) VALUES (?, ?, ?)");
  s.bind(1, tail.place);
  bind_number(s, 2, row.number);
  bind_blob(s, 3, encoded);
  s.exec();
  tail.place = db_.handle().getLastInsertRowid();
  tail.number = row.number;
  ++tail.rows;
  tail.flushed = false;
}

std::int64_t EventLog::place_for(const JobRow& row) {
  Tail& tail = tail_of(row.id);
  const bool ended = is_terminal(row.state);
  if (tail.rows >= kPackAt || (ended && tail.rows > 0)) pack(tail, row.order);
  const std::int64_t place = tail.place;
  tail.flushed = true;
  if (ended) tails_.erase(row.id);
  return place;
}

void EventLog::flush() {
  for (auto& [job, tail] : tails_) {
    if (tail.flushed) continue;
    auto& s = db_.use("UPDATE job SET last_event = ? WHERE id = ?");
    s.bind(1, tail.place);
    bind_blob(s, 2, job.raw);
    if (s.exec() != 1) throw SQLite::Exception("an event of no known job");
    tail.flushed = true;
  }
}

/// Rows from number `from` on, in order; `place` is the newest one's.
std::vector<EventLog::Row> EventLog::walk(std::int64_t place,
                                          std::uint64_t from) {
  std::vector<Row> out;
  auto& s = db_.use("SELECT previous, number, row FROM event WHERE place = ?");
  while (place != 0) {
    s.reset();
    s.bind(1, place);
    if (!s.executeStep()) throw SQLite::Exception("an event is missing");
    const ByteView encoded = blob_of(s.getColumn(2));
    Row row{place, number_of(s.getColumn(1)), {encoded.begin(), encoded.end()}};
    if (row.number < from) break;
    out.push_back(std::move(row));
    place = s.getColumn(0).getInt64();
  }
  s.reset();
  std::reverse(out.begin(), out.end());
  return out;
}

void EventLog::pack(Tail& tail, std::uint64_t order) {
  Writer writer;
  for (const Row& row : walk(tail.place, 0)) {
    writer.block(row.encoded);
    auto& remove = db_.use("DELETE FROM event WHERE place = ?");
    remove.bind(1, row.place);
    remove.exec();
  }
  auto& s =
      db_.use("INSERT INTO event_pack (job, last, rows) VALUES (?, ?, ?)");
  bind_number(s, 1, order);
  bind_number(s, 2, tail.number);
  bind_blob(s, 3, writer.bytes());
  s.exec();
  tail.place = 0;
  tail.rows = 0;
}

std::vector<EventRow> EventLog::read(JobId job, std::uint64_t from,
                                     std::uint64_t upto,
                                     std::size_t max_bytes) {
  auto& found = db_.use("SELECT row_order, last_event FROM job WHERE id = ?");
  bind_blob(found, 1, job.raw);
  if (!found.executeStep()) return {};
  const std::uint64_t order = number_of(found.getColumn(0));
  const std::int64_t place = found.getColumn(1).getInt64();
  found.reset();
  Page page(from, upto, max_bytes);
  auto& packs = db_.use(
      "SELECT rows FROM event_pack WHERE job = ? AND last >= ? ORDER BY last");
  bind_number(packs, 1, order);
  bind_number(packs, 2, from);
  bool room = true;
  while (room && packs.executeStep()) {
    room = page.add_pack(blob_of(packs.getColumn(0)));
  }
  packs.reset();
  if (!room) return std::move(page.rows);
  for (const Row& row : walk(place, from)) {
    if (!page.add(row.encoded)) break;
  }
  return std::move(page.rows);
}

}  // namespace mlb::store
