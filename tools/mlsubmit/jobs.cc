// See jobs.h.
#include "jobs.h"

#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <sstream>

#include "job/model_ref.h"

namespace mlb::submit {
namespace {

constexpr std::size_t kLongestInput = 1u << 20;

Result<JobId> one_of(Connection& connection, const ListJobs& query,
                     std::size_t index, const std::string& argument) {
  auto jobs = list_jobs(connection, query);
  if (!jobs) return std::move(jobs).fail();
  if (jobs->size() <= index) {
    return Error{Fault::not_found, "no such job: " + argument};
  }
  if (!query.prefix.empty() && jobs->size() > 1) {
    return Error{Fault::not_found, "ambiguous: " + argument + " begins " +
                                       (*jobs)[0].row.id.text() + " and " +
                                       (*jobs)[1].row.id.text()};
  }
  return (*jobs)[index].row.id;
}

Result<JobId> by_age(Connection& connection, const std::string& argument) {
  std::uint32_t back = 0;
  if (argument.size() > 5) {
    const char* begin = argument.data() + 6;
    const char* end = argument.data() + argument.size();
    const auto parsed = std::from_chars(begin, end, back);
    if (argument[5] != '~' || parsed.ptr != end || begin == end || back > 900) {
      return Error{Fault::usage, "'" + argument + "': want @last or @last~N"};
    }
  }
  ListJobs query;
  query.limit = back + 1;
  return one_of(connection, query, back, argument);
}

Result<JobId> resolve_one(Connection& connection, const std::string& argument) {
  if (const auto id = JobId::parse(argument)) return *id;
  if (argument.rfind("@last", 0) == 0) return by_age(connection, argument);
  ListJobs query;
  if (argument.rfind("name:", 0) == 0) {
    query.name = argument.substr(5);
    query.limit = 1;
    return one_of(connection, query, 0, argument);
  }
  if (!names_job(argument) || argument.front() == '@') {
    return Error{Fault::usage,
                 "'" + argument +
                     "' names no job; want a UUID, its first 6 or more "
                     "digits, @last or name:NAME"};
  }
  query.prefix = argument;
  std::transform(query.prefix.begin(), query.prefix.end(), query.prefix.begin(),
                 [](char c) {
                   return static_cast<char>(c >= 'A' && c <= 'F' ? c + 32 : c);
                 });
  query.limit = 2;
  return one_of(connection, query, 0, argument);
}

}  // namespace

std::vector<std::string> words_of(const std::string& input) {
  std::vector<std::string> out;
  std::istringstream lines(input);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line.substr(0, line.find('\t')));
    for (std::string word; words >> word;) out.push_back(word);
  }
  return out;
}

Result<std::vector<JobId>> resolve(Connection& connection,
                                   const std::vector<std::string>& arguments) {
  std::vector<std::string> names;
  for (const auto& argument : arguments) {
    if (argument != "-") {
      names.push_back(argument);
      continue;
    }
    auto input = read_input(kLongestInput);
    if (!input) return std::move(input).fail();
    for (auto& word : words_of(*input)) names.push_back(std::move(word));
  }
  std::vector<JobId> out;
  for (const auto& name : names) {
    auto id = resolve_one(connection, name);
    if (!id) return std::move(id).fail();
    if (std::find(out.begin(), out.end(), *id) == out.end()) {
      out.push_back(*id);
    }
  }
  if (out.empty()) return Error{Fault::usage, "no job is named"};
  return out;
}

Result<JobView> one_job(Connection& connection, const std::string& argument) {
  auto ids = resolve(connection, {argument});
  if (!ids) return std::move(ids).fail();
  if (ids->size() > 1) return Error{Fault::usage, "want one job, not several"};
  auto jobs = views(connection, *ids);
  if (!jobs) return std::move(jobs).fail();
  return std::move(jobs->front());
}

Result<std::vector<JobView>> list_jobs(Connection& connection, ListJobs query) {
  const std::size_t limit = query.limit;
  std::vector<JobView> out;
  for (;;) {
    query.limit = static_cast<std::uint32_t>(limit - out.size());
    auto page = connection.ask_for<Jobs>(query);
    if (!page) return std::move(page).fail();
    std::move(page->jobs.begin(), page->jobs.end(), std::back_inserter(out));
    if (page->next_before == 0 || out.size() >= limit) return out;
    query.before_order = page->next_before;
  }
}

Result<std::vector<JobView>> views(Connection& connection,
                                   const std::vector<JobId>& jobs) {
  std::vector<JobView> out;
  constexpr std::size_t kPage = 50;
  for (std::size_t first = 0; first < jobs.size(); first += kPage) {
    const auto begin = jobs.begin() + static_cast<long>(first);
    const auto end =
        begin + static_cast<long>(std::min(kPage, jobs.size() - first));
    auto page = connection.ask_for<Jobs>(GetJobs{{begin, end}});
    if (!page) return std::move(page).fail();
    if (!page->unknown.empty()) {
      return Error{Fault::not_found,
                   "no such job: " + page->unknown.front().text()};
    }
    for (auto& view : page->jobs) out.push_back(std::move(view));
  }
  return out;
}

const Outcome* outcome_of(const JobRow& row) {
  if (row.attempts.empty() || !row.attempts.back().has_outcome) return nullptr;
  return &row.attempts.back().outcome;
}

bool gates_met(const JobRow& row) {
  const Outcome* outcome = outcome_of(row);
  return outcome == nullptr ||
         std::all_of(outcome->gates.begin(), outcome->gates.end(),
                     [](const auto& gate) { return gate.passed; });
}

int exit_of(const JobRow& row) {
  switch (row.state) {
    case JobState::succeeded:
      return gates_met(row) ? 0 : exit_code(Fault::gate);
    case JobState::cancelled: return exit_code(Fault::cancelled);
    case JobState::failed: return exit_code(Fault::job_failed);
    case JobState::waiting:
    case JobState::queued:
    case JobState::running: return exit_code(Fault::bug);
  }
  return exit_code(Fault::bug);
}

int exit_of(const std::vector<int>& exits) {
  constexpr int kPartial = 13;
  if (exits.empty()) return 0;
  const bool alike = std::all_of(exits.begin(), exits.end(),
                                 [&](int e) { return e == exits.front(); });
  return alike ? exits.front() : kPartial;
}

int exit_of(const std::vector<JobView>& jobs) {
  std::vector<int> exits;
  for (const auto& job : jobs) exits.push_back(exit_of(job.row));
  return exit_of(exits);
}

Result<> may_do_several(const Globals& globals, const std::string& verb,
                        std::size_t count, const std::string& things) {
  if (count <= 1 || globals.yes || ::isatty(STDIN_FILENO) == 1) return {};
  return Error{Fault::usage, verb + " of " + std::to_string(count) + " " +
                                 things + " needs --yes"};
}

const Artefact* artefact_of(const JobRow& row, std::string_view name) {
  const Outcome* outcome = outcome_of(row);
  if (outcome == nullptr) return nullptr;
  const auto found =
      std::find_if(outcome->artefacts.begin(), outcome->artefacts.end(),
                   [&](const Artefact& a) { return a.name == name; });
  return found == outcome->artefacts.end() ? nullptr : &*found;
}

Result<Artefact> model_left_by(const JobRow& row) {
  if (const Artefact* model = artefact_of(row, "model")) return *model;
  return Error{Fault::not_found, "job " + row.id.id8() +
                                     " has no model; it is " +
                                     std::string(name_of(row.state))};
}

Result<Digest> marked_digest(const std::string& text) {
  if (text.starts_with(kDigestMark)) {
    const auto digest =
        Digest::parse(std::string_view(text).substr(kDigestMark.size()));
    if (digest) return *digest;
  }
  return Error{
      Fault::usage,
      "'" + text + "' is no digest; want sha256: and 64 digits of 0-9 a-f"};
}

}  // namespace mlb::submit
