// See answers.h.
#include "answers.h"

#include <algorithm>
#include <variant>

#include "wire/wire.h"

namespace mlb::tool {
namespace {

constexpr std::uint32_t kMostJobs = 500;
constexpr std::size_t kPageBytes = 768 * 1024;  // leaves room in 1 MiB
constexpr int kMostPages = 8;  // read for one answer when a filter thins them

using broker::Core;
using store::Store;

/// Changes of state pass every filter: who follows a log must see its end.
bool passes(WatchFilter filter, EventType type) {
  const bool state = type != EventType::log && type != EventType::point &&
                     type != EventType::message;
  switch (filter) {
    case WatchFilter::all: return true;
    case WatchFilter::log: return state || type == EventType::log;
    case WatchFilter::states: return state;
  }
  return true;
}

Result<Body> jobs_page(const Core& core, Store& store,
                       const broker::JobPage& page) {
  ListJobs query = page.query;
  query.limit = std::clamp(query.limit, 1u, kMostJobs);
  const auto rows = store.jobs(page.owner, query);
  if (!rows) return rows.error();
  Jobs out;
  for (const auto& row : *rows) out.jobs.push_back(core.view(row));
  if (rows->size() == query.limit) out.next_before = rows->back().order;
  return Body(std::move(out));
}

Result<Body> job_rows(const Core& core, Store& store,
                      const broker::JobRows& asked) {
  Jobs out;
  for (const JobId id : asked.jobs) {
    const auto row = store.job(id);
    if (!row) return row.error();
    if (*row && (*row)->owner == asked.owner) {
      out.jobs.push_back(core.view(**row));
    } else {
      out.unknown.push_back(id);
    }
  }
  return Body(std::move(out));
}

Result<Body> spec_text(Store& store, const broker::SpecPage& asked) {
  const auto row = store.job(asked.job);
  if (!row) return row.error();
  auto spec = store.spec(asked.job);
  if (!spec) return spec.error();
  if (!*row || !*spec || (*row)->owner != asked.owner) {
    return Body(Refused{asked.job, "no_such_job", "no such job"});
  }
  return Body(SpecText{asked.job, std::move((*spec)->spec),
                       std::move((*spec)->source)});
}

/// A list that is too long for a frame: half of it.  False when it cannot
/// become shorter.
bool shorten(Body& body) {
  if (auto* jobs = std::get_if<Jobs>(&body); jobs && jobs->jobs.size() > 1) {
    jobs->jobs.resize(jobs->jobs.size() / 2);
    jobs->next_before = jobs->jobs.back().row.order;
    return true;
  }
  if (auto* page = std::get_if<Events>(&body);
      page && page->events.size() > 1) {
    page->events.resize(page->events.size() / 2);
    page->next = page->events.back().number + 1;
    return true;
  }
  return false;
}

}  // namespace

Result<Message> answer(const Core& core, Store& store,
                       const broker::Read& read) {
  Result<Body> body = Error{};
  if (const auto* page = std::get_if<broker::JobPage>(&read.what)) {
    body = jobs_page(core, store, *page);
  } else if (const auto* rows = std::get_if<broker::JobRows>(&read.what)) {
    body = job_rows(core, store, *rows);
  } else {
    body = spec_text(store, std::get<broker::SpecPage>(read.what));
  }
  if (!body) return std::move(body).fail();
  return Message{read.header, std::move(*body)};
}

Result<Events> event_page(const Core& core, Store& store,
                          const broker::EventPage& page) {
  Events out;
  out.job = page.job;
  out.next = std::max<std::uint64_t>(page.next, 1);
  // Where the page begins, also when a filter left that event out: the
  // watcher tells a gap by it.
  out.first = out.next;
  out.live = core.live(page.job);
  for (int i = 0; i < kMostPages && out.events.empty(); ++i) {
    if (page.upto != 0 && out.next > page.upto) break;
    auto rows = store.events(page.job, out.next, page.upto, kPageBytes);
    if (!rows) return std::move(rows).fail();
    if (rows->empty()) break;
    out.next = rows->back().number + 1;
    for (auto& row : *rows) {
      if (passes(page.filter, row.type)) out.events.push_back(std::move(row));
    }
  }
  if (const JobRow* row = core.find(page.job)) {
    out.state = row->state;
    return out;
  }
  const auto row = store.job(page.job);
  if (!row) return row.error();
  if (*row) out.state = (*row)->state;
  return out;
}

Result<Fitted> encode_page(Message message) {
  for (;;) {
    auto frame = wire::encode(message);
    if (frame) return Fitted{std::move(message), std::move(*frame)};
    if (frame.error().fault != Fault::refused || !shorten(message.body)) {
      return std::move(frame).fail();
    }
  }
}

}  // namespace mlb::tool
