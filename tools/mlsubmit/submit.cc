// mlsubmit submit, mlsubmit run
#include <unistd.h>

#include "base/units.h"
#include "connection.h"
#include "embedded.h"
#include "job/model_ref.h"
#include "jobs.h"
#include "render.h"
#include "spec/fields.h"
#include "specs.h"
#include "get.h"
#include "verbs.h"
#include "watch.h"
#include "wire/wire.h"

namespace mlb::submit {
namespace {

constexpr int kUploadTries = 3;
constexpr int kHighestOutcome = 13;  // above: it detached

std::string kind_of(const JobSpec& s) {
  const spec::Field& kind = *spec::find_field("kind");
  return spec::value_text(kind, kind.access.get(s));
}

Submit message_of(const spec::Parsed& parsed, const SubmitFlags& flags,
                  std::size_t document) {
  const JobSpec& s = parsed.spec;
  Submit out;
  out.job = JobId::random();
  out.envelope.kind = kind_of(s);
  out.envelope.name = s.name;
  out.envelope.description = s.description;
  out.envelope.tags = s.tags;
  out.envelope.labels = s.labels;
  out.envelope.seed = s.seed;
  out.envelope.data =
      s.data.path.empty() ? "sha256:" + s.data.digest.text() : s.data.path;
  out.envelope.resources = s.resources;
  out.envelope.retry = s.retry;
  out.envelope.digests = {s.data.digest};
  const ModelRef* model = named_model(s);
  if (model != nullptr && !model->is_none()) {
    out.envelope.digests.push_back(model->digest);
  }
  out.spec = wire::encode_spec(s);
  out.source = spec::to_yaml(s);
  out.idempotency_key = flags.idempotency_key;
  out.document = static_cast<std::uint32_t>(document);
  return out;
}

/// A private worker has this machine's cores and memory and no more.
Result<> fits_here(const Connection& connection, const JobSpec& s) {
  if (!connection.embedded()) return {};
  const Capacity here = capacity_here();
  const auto cpus = static_cast<std::uint32_t>(s.resources.cpus);
  if (cpus > here.slots) {
    return Error{Fault::refused, "resources.cpus is " + std::to_string(cpus) +
                                     "; this machine has " +
                                     std::to_string(here.slots)};
  }
  if (s.resources.memory > here.memory) {
    return Error{Fault::refused,
                 "resources.memory is " + size_text(s.resources.memory) +
                     "; this machine gives " +
                     std::to_string(here.memory >> 20) + "M to jobs"};
  }
  return {};
}

Result<JobId> submit_one(Connection& connection, const Globals& globals,
                         spec::Parsed& parsed, const SubmitFlags& flags,
                         std::size_t document) {
  if (auto fits = fits_here(connection, parsed.spec); !fits) {
    return std::move(fits).fail();
  }
  for (int attempt = 0; attempt < kUploadTries; ++attempt) {
    auto brought = bring_data(connection, globals, parsed.spec);
    if (!brought) return std::move(brought).fail();
    auto reply = connection.ask(message_of(parsed, flags, document));
    if (!reply) return std::move(reply).fail();
    if (const auto* a = std::get_if<Accepted>(&*reply)) return a->job;
  }
  return Error{Fault::refused, "the broker keeps asking for the data"};
}

/// What was accepted, and what stopped it.
struct Submitted {
  std::vector<JobId> ids;
  Result<> done;
};

Submitted submit_all(Connection& connection, const Globals& globals,
                     std::vector<spec::Parsed> jobs, const SubmitFlags& flags) {
  Submitted out;
  for (std::size_t i = 0; i < jobs.size(); ++i) {
    auto id = submit_one(connection, globals, jobs[i], flags, i);
    if (!id) {
      out.done = std::move(id).fail();
      return out;
    }
    out.ids.push_back(*id);
  }
  return out;
}

Result<std::vector<spec::Parsed>> good_jobs(const Globals& globals,
                                            const SpecFlags& flags) {
  auto jobs = load_good_specs(globals, flags);
  if (!jobs) return jobs;
  for (const auto& job : *jobs) {
    auto good = check_data(job);
    if (!good) return std::move(good).fail();
  }
  return jobs;
}

std::vector<std::string> texts(const std::vector<JobId>& ids) {
  std::vector<std::string> out;
  for (const auto& id : ids) out.push_back(id.text());
  return out;
}

/// Fetches what ended jobs left, each into a folder of its own when there are
/// several.
Result<> fetch_all(const Globals& globals, Connection& connection,
                   const std::vector<JobId>& ids, const std::string& dir) {
  auto jobs = views(connection, ids);
  if (!jobs) return std::move(jobs).fail();
  for (auto& job : *jobs) {
    const Outcome* outcome = outcome_of(job.row);
    if (outcome == nullptr || outcome->artefacts.empty()) continue;
    const std::string own = job.row.envelope.name + "-" + job.row.id.id8();
    std::string to = dir.empty() ? own : dir;
    if (!dir.empty() && jobs->size() > 1) to += "/" + own;
    GetFlags flags;
    flags.dir = to;
    auto got = fetch(globals, connection, std::move(job), flags);
    if (!got) return got;
  }
  return {};
}

}  // namespace

Exit submit(const Globals& globals, const SubmitFlags& flags) {
  auto jobs = good_jobs(globals, flags.spec);
  if (!jobs) return std::move(jobs).fail();
  if (flags.dry_run) {
    say(std::to_string(jobs->size()) +
        (jobs->size() == 1 ? " job is good" : " jobs are good") +
        " (nothing was submitted)");
    return 0;
  }
  auto connection = Connection::open(globals);
  if (!connection) return std::move(connection).fail();
  auto submitted = submit_all(**connection, globals, std::move(*jobs), flags);
  const auto& ids = submitted.ids;
  for (const auto& id : ids) print_line(id.text());
  if (!submitted.done) return std::move(submitted.done).fail();
  if (auto told = flush_output(); !told) return std::move(told).fail();
  if (flags.watch) {
    return follow_to_end(
        globals, **connection, ids,
        {.lines = stdout, .events = globals.json, .next = true});
  }
  if (!flags.wait) return 0;
  WaitFlags wait_flags;
  wait_flags.jobs = texts(ids);
  return wait(globals, wait_flags);
}

Exit run(const Globals& globals, const RunFlags& flags) {
  auto jobs = good_jobs(globals, flags.spec);
  if (!jobs) return std::move(jobs).fail();
  auto connection = Connection::open(globals);
  if (!connection) return std::move(connection).fail();
  auto submitted = submit_all(**connection, globals, std::move(*jobs), {});
  const auto& ids = submitted.ids;
  if (!globals.quiet) {
    for (const auto& id : ids) say("job " + id.text());
  }
  if (!submitted.done) return std::move(submitted.done).fail();
  // In a pipe stdout has the summary: the verdict, and what was fetched.
  const bool tty = ::isatty(STDOUT_FILENO) == 1 && !globals.json;
  auto ended = follow_to_end(
      globals, **connection, ids,
      {.lines = tty ? stdout : stderr, .events = false, .next = false});
  if (!ended || *ended > kHighestOutcome) return ended;
  auto got = fetch_all(globals, **connection, ids, flags.dir);
  if (!got) return std::move(got).fail();
  return ended;
}

}  // namespace mlb::submit
