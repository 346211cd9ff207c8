// mlsubmit data: data sets by digest.  What is inside of one is asked of
// mlprep, for this program links no table.
#include <filesystem>
#include <map>

#include "get.h"
#include "jobs.h"
#include "program.h"
#include "render.h"
#include "specs.h"
#include "temporary_folder.h"

namespace mlb::submit {
namespace {

constexpr const char* kMark = "sha256:";
constexpr std::uint32_t kJobsAsked = 1000;

const Artefact* dataset_of(const JobRow& row) {
  const Outcome* outcome = outcome_of(row);
  if (outcome == nullptr) return nullptr;
  for (const auto& a : outcome->artefacts) {
    if (a.name == "dataset") return &a;
  }
  return nullptr;
}

/// One blob of data that jobs made or read.
struct Seen {
  std::string name;
  std::string kind;  ///< "dataset" when a job made it, else "input"
  std::uint64_t bytes = 0;
  std::size_t jobs = 0;
};

std::map<Digest, Seen> data_of(const std::vector<JobView>& jobs) {
  std::map<Digest, Seen> out;
  for (const auto& job : jobs) {
    for (const auto& digest : job.row.envelope.digests) {
      Seen& seen = out[digest];
      ++seen.jobs;
      const auto& path = job.row.envelope.data;
      if (seen.kind == "dataset" || path.starts_with(kMark)) continue;
      seen.kind = "input";
      seen.name = std::filesystem::path(path).filename().string();
    }
  }
  for (const auto& job : jobs) {
    const Artefact* made = dataset_of(job.row);
    if (made == nullptr) continue;
    Seen& seen = out[made->digest];
    seen = {job.row.envelope.name, "dataset", made->bytes, seen.jobs};
  }
  return out;
}

Exit list_data(const Globals& globals, Connection& connection) {
  ListJobs query;
  query.limit = kJobsAsked;
  auto jobs = list_jobs(connection, query);
  if (!jobs) return std::move(jobs).fail();
  std::vector<std::vector<std::string>> rows;
  if (!globals.no_header)
    rows.push_back({"digest", "kind", "name", "bytes", "jobs"});
  for (const auto& [digest, seen] : data_of(*jobs)) {
    const std::string name = kMark + digest.text();
    if (globals.json) {
      print_line(json_line(
          {{"schema", "mlbatch.data/1"},
           {"digest", name},
           {"kind", seen.kind},
           {"name", seen.name},
           {"bytes", seen.bytes == 0 ? Json(nullptr) : Json(seen.bytes)},
           {"jobs", seen.jobs}}));
      continue;
    }
    rows.push_back({name, seen.kind, seen.name,
                    seen.bytes == 0 ? "-" : std::to_string(seen.bytes),
                    std::to_string(seen.jobs)});
  }
  if (globals.json) return 0;
  for (const auto& row : rows) {
    std::string line;
    for (const auto& cell : row) line += (line.empty() ? "" : "\t") + cell;
    print_line(line);
  }
  return 0;
}

Exit push(const Globals& globals, Connection& connection,
          const std::string& path) {
  auto blob = bring_file(connection, globals, path);
  if (!blob) return std::move(blob).fail();
  print_line(kMark + blob->digest.text());
  return 0;
}

Result<Digest> digest_named(Connection& connection, const std::string& what) {
  if (what.starts_with(kMark)) {
    const auto digest = Digest::parse(std::string_view(what).substr(7));
    if (digest) return *digest;
    return Error{Fault::usage, "'" + what +
                                   "' is no digest; want sha256: and 64 "
                                   "digits of 0-9 a-f"};
  }
  auto job = one_job(connection, what);
  if (!job) return std::move(job).fail();
  const Artefact* made = dataset_of(job->row);
  if (made != nullptr) return made->digest;
  return Error{Fault::not_found, "job " + job->row.id.id8() +
                                     " has no data set; it is " +
                                     std::string(name_of(job->row.state))};
}

Exit ask_mlprep(const Globals& globals, const DataFlags& flags,
                const std::string& file) {
  auto program = suite_program("mlprep");
  if (!program) return std::move(program).fail();
  std::vector<std::string> words{*program, flags.action, file};
  if (flags.action == "head" && flags.rows > 0) {
    words.insert(words.end(), {"--rows", std::to_string(flags.rows)});
  }
  if (globals.json && flags.action == "head") {
    words.insert(words.end(), {"--format", "jsonl"});
  } else if (globals.json) {
    words.emplace_back("--json");
  }
  if (auto told = flush_output(); !told) return std::move(told).fail();
  return run_program(words);
}

}  // namespace

Exit data(const Globals& globals, const DataFlags& flags) {
  const bool lists = flags.action == "ls";
  if (lists != flags.what.empty()) {
    return Error{Fault::usage,
                 "data " + flags.action +
                     (lists ? " takes no argument"
                            : " wants a file, a digest or a job")};
  }
  std::error_code error;
  const bool is_file =
      !lists && std::filesystem::is_regular_file(flags.what, error);
  if (is_file && flags.action != "push") {
    return ask_mlprep(globals, flags, flags.what);
  }
  auto connection = Connection::open(globals);
  if (!connection) return std::move(connection).fail();
  if (lists) return list_data(globals, **connection);
  if (flags.action == "push") return push(globals, **connection, flags.what);
  auto digest = digest_named(**connection, flags.what);
  if (!digest) return std::move(digest).fail();
  auto folder = TemporaryFolder::make();
  if (!folder) return std::move(folder).fail();
  const std::string file = folder->path() + "/" + digest->text() + ".h5";
  auto got = download(globals, **connection, *digest, file);
  if (!got) return std::move(got).fail();
  return ask_mlprep(globals, flags, file);
}

}  // namespace mlb::submit
