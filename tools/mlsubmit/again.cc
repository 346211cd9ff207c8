// mlsubmit rerun and retry: the spec of a job as a new job.
#include <algorithm>

#include "events.h"
#include "jobs.h"
#include "render.h"
#include "verbs.h"

namespace mlb::submit {
namespace {

const Artefact* model_of(const JobRow& row) {
  return artefact_of(row, "model");
}

Error named(const JobRow& row, Fault fault, const std::string& problem) {
  return {fault, "job " + row.id.id8() + " " + problem};
}

/// Submits the old job's spec with this envelope.
Result<JobId> submit_again(Connection& connection, const JobRow& old,
                           Envelope envelope) {
  auto spec = connection.ask_for<SpecText>(GetSpec{old.id});
  if (!spec) return std::move(spec).fail();
  Submit message;
  message.job = JobId::random();
  message.envelope = std::move(envelope);
  message.envelope.retry_of = old.id;
  message.spec = std::move(spec->spec);
  message.source = std::move(spec->source);
  auto reply = connection.ask(std::move(message));
  if (!reply) return std::move(reply).fail();
  if (const auto* a = std::get_if<Accepted>(&*reply)) return a->job;
  const auto* need = std::get_if<NeedBlobs>(&*reply);
  if (need == nullptr || need->digests.empty()) {
    return Error{Fault::bug, "the broker answered with another message"};
  }
  return Error{
      Fault::not_found,
      "the broker no longer has sha256:" + need->digests.front().text() +
          ", which job " + old.id.id8() +
          " needs; bring it with: mlsubmit data push FILE"};
}

Result<JobView> until_ended(Connection& connection, JobId id) {
  auto begun = views(connection, {id});
  if (!begun) return std::move(begun).fail();
  auto done = each_event(connection, begun->front(), 1, Until::end,
                         WatchFilter::states, [](const EventRow&) {});
  if (!done) return std::move(done).fail();
  if (*done != 0) {
    say("job " + id.id8() + " continues; to end it: mlsubmit cancel " +
        id.id8());
    return Error{Fault::cancelled, "interrupted"};
  }
  auto ended = views(connection, {id});
  if (!ended) return std::move(ended).fail();
  return std::move(ended->front());
}

void tell_exact(const Globals& globals, const JobRow& old, const JobRow& made,
                bool exact) {
  const std::string before = model_of(old)->digest.text();
  const std::string now = model_of(made)->digest.text();
  if (globals.json) {
    print_line(json_line({{"schema", "mlbatch.rerun/1"},
                          {"id", made.id.text()},
                          {"rerun_of", old.id.text()},
                          {"exact", exact},
                          {"sha256", now},
                          {"sha256_before", before}}));
    return;
  }
  print_line(exact ? "exact: yes, sha256:" + now
                   : "exact: no, sha256:" + now + " is not sha256:" + before);
}

/// 0, 12, or what the new job ended with.
Exit compare(const Globals& globals, Connection& connection, const JobRow& old,
             JobId id) {
  auto made = until_ended(connection, id);
  if (!made) return std::move(made).fail();
  if (model_of(made->row) == nullptr) {
    say(named(made->row, Fault::job_failed,
              "has no model; it is " + std::string(name_of(made->row.state)))
            .message);
    return std::max(exit_of(made->row), 1);
  }
  const bool exact = model_of(old)->digest == model_of(made->row)->digest;
  tell_exact(globals, old, made->row, exact);
  return exact ? 0 : exit_code(Fault::integrity);
}

Result<std::vector<JobView>> named_jobs(const Globals& globals,
                                        Connection& connection,
                                        const std::vector<std::string>& names,
                                        const std::string& verb) {
  auto ids = resolve(connection, names);
  if (!ids) return std::move(ids).fail();
  auto may = may_do_several(globals, verb, ids->size(), "jobs");
  if (!may) return std::move(may).fail();
  return views(connection, *ids);
}

Result<> can_retry(const JobRow& row, const std::string& from) {
  if (row.state == JobState::succeeded) {
    return named(row, Fault::refused, "succeeded; for the same again: rerun");
  }
  if (!is_terminal(row.state)) {
    return named(row, Fault::refused,
                 "is " + std::string(name_of(row.state)) +
                     "; only what has ended is retried");
  }
  if (from == "checkpoint" && row.checkpoint.digest.is_none()) {
    return named(row, Fault::not_found,
                 "left no checkpoint; want --from scratch");
  }
  return {};
}

Result<JobId> retry_one(Connection& connection, const JobRow& row,
                        const std::string& from) {
  Envelope envelope = row.envelope;
  const bool resumes = from != "scratch" && !row.checkpoint.digest.is_none();
  // Among the blobs of a retry its job's checkpoint means: go on from it.
  if (resumes) envelope.digests.push_back(row.checkpoint.digest);
  auto id = submit_again(connection, row, std::move(envelope));
  if (!id) return id;
  say(id->id8() +
      (resumes ? ": goes on from epoch " +
                     std::to_string(row.checkpoint.epoch) + " of "
               : ": begins from scratch, as ") +
      row.id.id8());
  return id;
}

}  // namespace

Exit rerun(const Globals& globals, const RerunFlags& flags) {
  auto connection = Connection::open(globals);
  if (!connection) return std::move(connection).fail();
  auto jobs = named_jobs(globals, **connection, flags.jobs, "rerun");
  if (!jobs) return std::move(jobs).fail();
  for (const auto& job : *jobs) {
    if (flags.exact && model_of(job.row) == nullptr) {
      return named(job.row, Fault::not_found, "has no model to compare with");
    }
  }
  std::vector<JobId> made;
  for (const auto& job : *jobs) {
    auto id = submit_again(**connection, job.row, job.row.envelope);
    if (!id) return std::move(id).fail();
    made.push_back(*id);
    if (!flags.exact || !globals.json) print_line(id->text());
  }
  if (!flags.exact) return 0;
  std::vector<int> exits;
  for (std::size_t i = 0; i < made.size(); ++i) {
    if (auto told = flush_output(); !told) return std::move(told).fail();
    auto exit = compare(globals, **connection, (*jobs)[i].row, made[i]);
    if (!exit) return exit;
    exits.push_back(*exit);
  }
  return exit_of(exits);
}

Exit retry(const Globals& globals, const RetryFlags& flags) {
  auto connection = Connection::open(globals);
  if (!connection) return std::move(connection).fail();
  auto jobs = named_jobs(globals, **connection, flags.jobs, "retry");
  if (!jobs) return std::move(jobs).fail();
  for (const auto& job : *jobs) {
    if (auto can = can_retry(job.row, flags.from); !can) {
      return std::move(can).fail();
    }
  }
  for (const auto& job : *jobs) {
    auto id = retry_one(**connection, job.row, flags.from);
    if (!id) return std::move(id).fail();
    print_line(id->text());
  }
  return 0;
}

}  // namespace mlb::submit
