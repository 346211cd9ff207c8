// See job_table.h.
#include "store/job_table.h"

#include <utility>

#include "store/query.h"
#include "wire/wire.h"

namespace mlb::store {
namespace {

constexpr int kStates = static_cast<int>(JobState::cancelled) + 1;

/// A bit for every state that a query asks for; unknown words ask for none.
std::int64_t mask_of(const std::vector<std::string>& states) {
  std::int64_t mask = 0;
  for (int i = 0; i < kStates; ++i) {
    const auto name = name_of(static_cast<JobState>(i));
    const bool asked = states.empty() || std::find(states.begin(), states.end(),
                                                   name) != states.end();
    if (asked) mask |= std::int64_t{1} << i;
  }
  return mask;
}

std::int64_t terminal_mask() {
  std::int64_t mask = 0;
  for (int i = 0; i < kStates; ++i) {
    if (is_terminal(static_cast<JobState>(i))) mask |= std::int64_t{1} << i;
  }
  return mask;
}

/// The smallest and the largest id whose text begins with `prefix`; nothing
/// when no id does.
std::optional<std::pair<JobId, JobId>> range_of(const std::string& prefix) {
  constexpr std::string_view kLow = "00000000-0000-0000-0000-000000000000";
  constexpr std::string_view kHigh = "ffffffff-ffff-ffff-ffff-ffffffffffff";
  if (prefix.size() > kLow.size()) return std::nullopt;
  const auto low =
      JobId::parse(prefix + std::string(kLow.substr(prefix.size())));
  const auto high =
      JobId::parse(prefix + std::string(kHigh.substr(prefix.size())));
  if (!low || !high) return std::nullopt;
  return std::pair(*low, *high);
}

/// A unary plus keeps SQLite from choosing the index of that column.
std::string sql_of(const ListJobs& query) {
  std::string sql = "SELECT job.row FROM ";
  if (!query.prefix.empty()) {
    sql +=
        "job WHERE id BETWEEN :low AND :high AND +owner = :owner AND "
        "+job.row_order < :before";
  } else if (!query.tag.empty()) {
    sql +=
        "job_tag AS t CROSS JOIN job ON job.row_order = t.row_order WHERE "
        "t.owner = :owner AND t.tag = :tag AND t.row_order < :before";
  } else {
    sql += "job WHERE owner = :owner AND job.row_order < :before";
  }
  if (!query.name.empty()) sql += " AND name = :name";
  return sql +
         " AND (:states >> state) & 1 AND "
         "((:terminal >> state) & 1 = 0 OR ended >= :since) ORDER BY " +
         (!query.prefix.empty() || query.tag.empty() ? "job.row_order"
                                                     : "t.row_order") +
         " DESC";
}

}  // namespace

void JobTable::put(const JobRow& row, std::int64_t last_event) {
  const Bytes encoded = wire::encode_job_row(row);
  if (!update(row, last_event, encoded)) insert(row, last_event, encoded);
}

/// False: the job is new.  Most often nothing changes that an index holds;
/// then the indexes are not touched.
bool JobTable::update(const JobRow& row, std::int64_t last_event,
                      ByteView encoded) {
  auto& same = db_.use(
      "UPDATE job SET last_event = ?1, row = ?2 WHERE row_order = ?3 AND id = "
      "?4 AND state = ?5 AND ended = ?6");
  const auto bind = [&](SQLite::Statement& s) {
    s.bind(1, last_event);
    bind_blob(s, 2, encoded);
    bind_number(s, 3, row.order);
    bind_blob(s, 4, row.id.raw);
    s.bind(5, static_cast<int>(row.state));
    s.bind(6, static_cast<std::int64_t>(row.ended.count()));
  };
  bind(same);
  if (same.exec() == 1) return true;
  auto& changed = db_.use(
      "UPDATE job SET last_event = ?1, row = ?2, state = ?5, ended = ?6, "
      "finished = ?7 WHERE row_order = ?3 AND id = ?4");
  bind(changed);
  changed.bind(7, is_terminal(row.state) ? 1 : 0);
  return changed.exec() == 1;
}

void JobTable::insert(const JobRow& row, std::int64_t last_event,
                      ByteView encoded) {
  auto& s = db_.use("INSERT INTO job VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
  bind_number(s, 1, row.order);
  bind_blob(s, 2, row.id.raw);
  s.bind(3, row.owner.name);
  s.bind(4, row.envelope.name);
  s.bind(5, static_cast<int>(row.state));
  s.bind(6, is_terminal(row.state) ? 1 : 0);
  s.bind(7, static_cast<std::int64_t>(row.ended.count()));
  s.bind(8, row.idempotency_key);
  bind_number(s, 9, row.document);
  s.bind(10, last_event);
  bind_blob(s, 11, encoded);
  s.exec();
  for (const auto& tag : row.envelope.tags) {
    auto& t = db_.use("INSERT OR IGNORE INTO job_tag VALUES (?, ?, ?)");
    t.bind(1, row.owner.name);
    t.bind(2, tag);
    bind_number(t, 3, row.order);
    t.exec();
  }
}

std::vector<JobRow> JobTable::rows(SQLite::Statement& s) {
  std::vector<JobRow> out;
  while (s.executeStep()) {
    auto row = wire::decode_job_row(blob_of(s.getColumn(0)));
    if (!row) throw SQLite::Exception("a job row: " + row.error().message);
    out.push_back(std::move(*row));
  }
  s.reset();
  return out;
}

std::optional<JobRow> JobTable::find(JobId id) {
  auto& s = db_.use("SELECT row FROM job WHERE id = ?");
  bind_blob(s, 1, id.raw);
  auto found = rows(s);
  if (found.empty()) return std::nullopt;
  return std::move(found.front());
}

std::optional<JobId> JobTable::of_key(const UserId& user,
                                      const std::string& key,
                                      std::uint32_t document) {
  auto& s = db_.use(
      "SELECT id FROM job WHERE owner = ? AND idempotency_key = ? AND document "
      "= ? AND idempotency_key <> ''");
  s.bind(1, user.name);
  s.bind(2, key);
  bind_number(s, 3, document);
  std::optional<JobId> out;
  if (s.executeStep()) out = id_of<JobId>(s.getColumn(0));
  s.reset();
  return out;
}

std::vector<JobRow> JobTable::unfinished() {
  return rows(
      db_.use("SELECT row FROM job WHERE finished = 0 ORDER BY row_order"));
}

std::vector<JobRow> JobTable::page(const UserId& owner, const ListJobs& query) {
  auto& s = db_.use(sql_of(query));
  if (!query.prefix.empty()) {
    const auto range = range_of(query.prefix);
    if (!range) return {};
    s.bind(":low", range->first.raw.data(), int(range->first.raw.size()));
    s.bind(":high", range->second.raw.data(), int(range->second.raw.size()));
  } else if (!query.tag.empty()) {
    s.bind(":tag", query.tag);
  }
  if (!query.name.empty()) s.bind(":name", query.name);
  s.bind(":owner", owner.name);
  s.bind(":before", query.before_order == 0
                        ? INT64_MAX
                        : static_cast<std::int64_t>(query.before_order));
  s.bind(":states", mask_of(query.states));
  s.bind(":terminal", terminal_mask());
  s.bind(":since", static_cast<std::int64_t>(query.ended_since.count()));
  std::vector<JobRow> out;
  const std::size_t limit = std::min(query.limit, kMaxPage);
  while (out.size() < limit && s.executeStep()) {
    auto row = wire::decode_job_row(blob_of(s.getColumn(0)));
    if (!row) throw SQLite::Exception("a job row: " + row.error().message);
    if (matches(query, *row)) out.push_back(std::move(*row));
  }
  s.reset();
  return out;
}

std::uint64_t JobTable::last_order() {
  auto& s = db_.use("SELECT ifnull(max(row_order), 0) FROM job");
  s.executeStep();
  const std::uint64_t out = number_of(s.getColumn(0));
  s.reset();
  return out;
}

}  // namespace mlb::store
