// mlsubmit submit, mlsubmit run
#include "connection.h"
#include "jobs.h"
#include "render.h"
#include "specs.h"
#include "verbs.h"
#include "wire/wire.h"

namespace mlb::submit {
namespace {

constexpr int kUploadTries = 3;

Submit message_of(const spec::Parsed& parsed, const SubmitFlags& flags,
                  std::size_t document) {
  const JobSpec& s = parsed.spec;
  Submit out;
  out.job = JobId::random();
  out.envelope.name = s.name;
  out.envelope.description = s.description;
  out.envelope.tags = s.tags;
  out.envelope.labels = s.labels;
  out.envelope.seed = s.seed;
  out.envelope.data = s.data.path;
  out.envelope.resources = s.resources;
  out.envelope.retry = s.retry;
  out.envelope.digests = {s.data.digest};
  out.spec = wire::encode_spec(s);
  out.source = spec::to_yaml(s);
  out.idempotency_key = flags.idempotency_key;
  out.document = static_cast<std::uint32_t>(document);
  return out;
}

/// A private worker has the cores of this machine and no more.
Result<> fits_here(const Connection& connection, const JobSpec& s) {
  const std::uint32_t slots = connection.welcome().slots;
  if (!connection.embedded() || slots == 0 ||
      static_cast<std::uint32_t>(s.resources.cpus) <= slots) {
    return {};
  }
  return Error{Fault::refused,
               "resources.cpus is " + std::to_string(s.resources.cpus) +
                   "; this machine has " + std::to_string(slots)};
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

Result<std::vector<JobId>> submit_all(Connection& connection,
                                      const Globals& globals,
                                      std::vector<spec::Parsed> jobs,
                                      const SubmitFlags& flags) {
  std::vector<JobId> out;
  for (std::size_t i = 0; i < jobs.size(); ++i) {
    auto id = submit_one(connection, globals, jobs[i], flags, i);
    if (!id) return std::move(id).fail();
    out.push_back(*id);
  }
  return out;
}

Result<std::vector<spec::Parsed>> good_jobs(const SpecFlags& flags) {
  auto jobs = load_good_specs(flags);
  if (!jobs) return jobs;
  for (const auto& job : *jobs) {
    auto good = check_data(job.spec);
    if (!good) return std::move(good).fail();
  }
  return jobs;
}

std::vector<std::string> texts(const std::vector<JobId>& ids) {
  std::vector<std::string> out;
  for (const auto& id : ids) out.push_back(id.text());
  return out;
}

}  // namespace

Exit submit(const Globals& globals, const SubmitFlags& flags) {
  auto jobs = good_jobs(flags.spec);
  if (!jobs) return std::move(jobs).fail();
  if (flags.dry_run) {
    say(std::to_string(jobs->size()) +
        (jobs->size() == 1 ? " job is good" : " jobs are good") +
        " (nothing was submitted)");
    return 0;
  }
  auto connection = Connection::open(globals);
  if (!connection) return std::move(connection).fail();
  auto ids = submit_all(**connection, globals, std::move(*jobs), flags);
  if (!ids) return std::move(ids).fail();
  for (const auto& id : *ids) print_line(id.text());
  std::fflush(stdout);
  if (flags.watch) return watch(globals, {texts(*ids)});
  if (flags.wait) {
    WaitFlags wait_flags;
    wait_flags.jobs = texts(*ids);
    return wait(globals, wait_flags);
  }
  return 0;
}

Exit run(const Globals& globals, const RunFlags& flags) {
  auto jobs = good_jobs(flags.spec);
  if (!jobs) return std::move(jobs).fail();
  auto connection = Connection::open(globals);
  if (!connection) return std::move(connection).fail();
  SubmitFlags submit_flags;
  auto ids = submit_all(**connection, globals, std::move(*jobs), submit_flags);
  if (!ids) return std::move(ids).fail();
  for (const auto& id : *ids) say("job " + id.text());
  auto ended = watch(globals, {texts(*ids)});
  if (!ended || *ended == 130) return ended;
  for (const auto& id : *ids) {
    auto view = views(**connection, {id});
    if (!view) return std::move(view).fail();
    const Outcome* outcome = outcome_of(view->front().row);
    if (outcome == nullptr || outcome->artefacts.empty()) continue;
    GetFlags get_flags;
    get_flags.job = id.text();
    get_flags.dir = ids->size() == 1 || flags.dir.empty()
                        ? flags.dir
                        : flags.dir + "/" + view->front().row.envelope.name +
                              "-" + id.id8();
    auto got = get(globals, get_flags);
    if (!got) return got;
  }
  return ended;
}

}  // namespace mlb::submit
