// See job_folder.h.
#include "job_folder.h"

#include <filesystem>

#include "base/scratch.h"
#include "wire/wire.h"

namespace mlb::worker {
namespace {

namespace fs = std::filesystem;

std::optional<Attempt> attempt_of(const std::string& name) {
  const auto dot = name.find('.');
  if (dot == std::string::npos) return std::nullopt;
  const auto job = JobId::parse(name.substr(0, dot));
  char* end = nullptr;
  const auto number = std::strtoul(name.c_str() + dot + 1, &end, 10);
  if (!job || *end != 0 || number == 0) return std::nullopt;
  return Attempt{*job, static_cast<std::uint32_t>(number)};
}

}  // namespace

JobFolder::JobFolder(const std::string& jobs_dir, const Attempt& attempt)
    : path_(jobs_dir + "/" + attempt.job.text() + "." +
            std::to_string(attempt.number)) {}

Result<> JobFolder::create(const Start& start) const {
  remove();
  std::error_code error;
  fs::create_directories(path_ + "/out", error);
  if (error) return Error{Fault::data, path_ + ": " + error.message()};
  // A folder without `ended` is thrown away after a power cut: no syncs.
  auto written = write_scratch(file("spec"), start.spec);
  if (!written) return written;
  return write_scratch(file("envelope"), wire::encode_envelope(start.envelope));
}

std::optional<Outcome> JobFolder::job_outcome() const {
  auto content = read_file(file("outcome"), 16u << 20);
  if (!content) return std::nullopt;
  auto outcome = wire::decode_outcome(view_of(*content));
  if (!outcome) return std::nullopt;
  return std::move(*outcome);
}

Result<> JobFolder::write_ended(const Outcome& outcome,
                                std::uint64_t items) const {
  Writer w;
  w.number(items);
  w.raw(wire::encode_outcome(outcome));
  return write_file_durably(file("ended"), w.bytes());
}

Result<std::pair<Outcome, std::uint64_t>> JobFolder::read_ended() const {
  auto content = read_file(file("ended"), 16u << 20);
  if (!content) return std::move(content).fail();
  Reader reader(view_of(*content));
  auto items = reader.number<std::uint64_t>();
  if (!items) return std::move(items).context(path_);
  auto rest = reader.raw(reader.left());
  auto outcome = wire::decode_outcome(*rest);
  if (!outcome) return std::move(outcome).context(path_);
  return std::pair(std::move(*outcome), *items);
}

void JobFolder::remove() const {
  std::error_code error;
  fs::remove_all(path_, error);
}

std::vector<EndedFolder> recover_jobs(const std::string& jobs_dir) {
  std::vector<EndedFolder> out;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(jobs_dir, error)) {
    const auto attempt = attempt_of(entry.path().filename().string());
    if (!attempt) continue;
    const JobFolder folder(jobs_dir, *attempt);
    if (const auto ended = folder.read_ended()) {
      out.push_back({*attempt, ended->second});
    } else {
      folder.remove();
    }
  }
  return out;
}

}  // namespace mlb::worker
