// mlsubmit data: data sets by digest.  What is inside of one is asked of
// mlprep, for this program links no table.
#include <algorithm>
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

constexpr std::uint32_t kJobsAsked = 1000;
constexpr std::size_t kPage = 1000;  // digests in one message

const Artefact* dataset_of(const JobRow& row) {
  return artefact_of(row, "dataset");
}

std::string marked(const Digest& digest) {
  return std::string(kDigestMark) + digest.text();
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
    const Envelope& envelope = job.row.envelope;
    if (envelope.digests.empty()) continue;
    Seen& seen = out[envelope.digests.front()];  // a model may stand behind it
    ++seen.jobs;
    const auto& path = envelope.data;
    if (seen.kind == "dataset" || path.starts_with(kDigestMark)) continue;
    seen.kind = "input";
    seen.name = std::filesystem::path(path).filename().string();
  }
  for (const auto& job : jobs) {
    const Artefact* made = dataset_of(job.row);
    if (made == nullptr) continue;
    Seen& seen = out[made->digest];
    seen = {job.row.envelope.name, "dataset", made->bytes, seen.jobs};
  }
  return out;
}

Result<std::map<Digest, Seen>> seen_data(Connection& connection) {
  ListJobs query;
  query.limit = kJobsAsked;
  auto jobs = list_jobs(connection, query);
  if (!jobs) return std::move(jobs).fail();
  return data_of(*jobs);
}

/// Those that the broker has, with their size.
Result<std::map<Digest, std::uint64_t>> sizes_of(
    Connection& connection, const std::vector<Digest>& digests) {
  std::map<Digest, std::uint64_t> out;
  for (std::size_t first = 0; first < digests.size(); first += kPage) {
    const auto begin = digests.begin() + static_cast<long>(first);
    const auto count = std::min(kPage, digests.size() - first);
    auto page = connection.ask_for<Blobs>(
        FindBlobs{{begin, begin + static_cast<long>(count)}});
    if (!page) return std::move(page).fail();
    out.insert(page->found.begin(), page->found.end());
  }
  return out;
}

Exit list_data(const Globals& globals, Connection& connection) {
  auto data = seen_data(connection);
  if (!data) return std::move(data).fail();
  std::vector<Digest> digests;
  for (const auto& [digest, seen] : *data) digests.push_back(digest);
  auto sizes = sizes_of(connection, digests);
  if (!sizes) return std::move(sizes).fail();
  if (!globals.no_header && !globals.json) {
    print_line("digest\tkind\tname\tbytes\tjobs");
  }
  for (const auto& [digest, seen] : *data) {
    const auto size = sizes->find(digest);
    if (size == sizes->end()) continue;
    const std::string name = marked(digest);
    if (globals.json) {
      print_line(json_line({{"schema", "mlbatch.data/1"},
                            {"digest", name},
                            {"kind", seen.kind},
                            {"name", seen.name},
                            {"bytes", size->second},
                            {"jobs", seen.jobs}}));
      continue;
    }
    print_line(name + "\t" + seen.kind + "\t" + seen.name + "\t" +
               std::to_string(size->second) + "\t" + std::to_string(seen.jobs));
  }
  return 0;
}

Exit push(const Globals& globals, Connection& connection,
          const std::string& path) {
  auto blob = bring_file(connection, globals, path);
  if (!blob) return std::move(blob).fail();
  print_line(marked(blob->digest));
  return 0;
}

/// Of the job that the word names.
Result<Digest> made_by(Connection& connection, const std::string& what) {
  auto job = one_job(connection, what);
  if (!job) return std::move(job).fail();
  const Artefact* made = dataset_of(job->row);
  if (made != nullptr) return made->digest;
  return Error{Fault::not_found, "job " + job->row.id.id8() +
                                     " has no data set; it is " +
                                     std::string(name_of(job->row.state))};
}

/// By a name that `data ls` shows.
Result<Digest> with_name(Connection& connection, const std::string& name) {
  auto data = seen_data(connection);
  if (!data) return std::move(data).fail();
  std::vector<Digest> named;
  for (const auto& [digest, seen] : *data) {
    if (seen.name == name) named.push_back(digest);
  }
  auto sizes = sizes_of(connection, named);
  if (!sizes) return std::move(sizes).fail();
  if (sizes->empty()) {
    return Error{Fault::not_found,
                 "no data '" + name +
                     "'; want sha256: and a digest, a name that data ls "
                     "shows, or a job"};
  }
  if (sizes->size() == 1) return sizes->begin()->first;
  return Error{Fault::not_found, "ambiguous: '" + name + "' is " +
                                     marked(sizes->begin()->first) + " and " +
                                     marked(sizes->rbegin()->first)};
}

/// A digest, a job, or what is no word for a job: a name.
Result<Digest> digest_named(Connection& connection, const std::string& what) {
  if (what.starts_with(kDigestMark)) return marked_digest(what);
  if (const auto digest = Digest::parse(what)) return *digest;
  auto made = made_by(connection, what);
  if (made || made.error().fault != Fault::usage) return made;
  return with_name(connection, what);
}

/// All of them, or an error when the broker lacks one.
Result<std::vector<Digest>> digests_here(const Globals& globals,
                                         Connection& connection,
                                         const std::vector<std::string>& what) {
  std::vector<Digest> out;
  for (const auto& word : what) {
    auto digest = digest_named(connection, word);
    if (!digest) return std::move(digest).fail();
    if (std::find(out.begin(), out.end(), *digest) == out.end()) {
      out.push_back(*digest);
    }
  }
  auto may = may_do_several(globals, "data rm", out.size(), "data sets");
  if (!may) return std::move(may).fail();
  auto sizes = sizes_of(connection, out);
  if (!sizes) return std::move(sizes).fail();
  for (const auto& digest : out) {
    if (sizes->contains(digest)) continue;
    return Error{Fault::not_found, "the broker has no data " + marked(digest) +
                                       "; nothing was removed"};
  }
  return out;
}

std::string still_needed(const Digest& digest, JobId job) {
  return marked(digest) + ": " +
         (job.is_nil() ? "an unfinished job of another user"
                       : "the unfinished job " + job.id8()) +
         " needs it";
}

Exit remove(const Globals& globals, Connection& connection,
            const std::vector<std::string>& what) {
  constexpr int kPartial = 13;
  auto digests = digests_here(globals, connection, what);
  if (!digests) return std::move(digests).fail();
  if (digests->size() > kPage) {
    return Error{Fault::usage, "at most " + std::to_string(kPage) +
                                   " data sets are removed at once"};
  }
  auto done = connection.ask_for<BlobsRemoved>(RemoveBlobs{*digests});
  if (!done) return std::move(done).fail();
  for (const auto& digest : done->removed) print_line(marked(digest));
  std::string stay;
  for (const auto& [digest, job] : done->needed) {
    stay += (stay.empty() ? "" : "\n") + still_needed(digest, job);
  }
  if (stay.empty()) return 0;
  if (done->removed.empty()) return Error{Fault::refused, stay};
  say(stay);
  return kPartial;
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
  const bool removes = flags.action == "rm";
  const std::size_t count = flags.what.size();
  const bool fits = lists ? count == 0 : removes ? count > 0 : count == 1;
  if (!fits) {
    return Error{Fault::usage,
                 "data " + flags.action +
                     (lists     ? " takes no argument"
                      : removes ? " wants digests, names or jobs"
                                : " wants one file, digest, name or job")};
  }
  std::error_code error;
  const bool is_file = !lists && !removes &&
                       std::filesystem::is_regular_file(flags.what[0], error);
  if (is_file && flags.action != "push") {
    return ask_mlprep(globals, flags, flags.what[0]);
  }
  auto connection = Connection::open(globals);
  if (!connection) return std::move(connection).fail();
  if (lists) return list_data(globals, **connection);
  if (removes) return remove(globals, **connection, flags.what);
  if (flags.action == "push") {
    return push(globals, **connection, flags.what[0]);
  }
  auto digest = digest_named(**connection, flags.what[0]);
  if (!digest) return std::move(digest).fail();
  auto folder = TemporaryFolder::make();
  if (!folder) return std::move(folder).fail();
  const std::string file = folder->path() + "/" + digest->text() + ".h5";
  auto got = download(globals, **connection, *digest, file);
  if (!got) return std::move(got).fail();
  return ask_mlprep(globals, flags, file);
}

}  // namespace mlb::submit
