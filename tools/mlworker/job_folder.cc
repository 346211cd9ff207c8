// See job_folder.h.
#include "job_folder.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>

#include "wire/wire.h"

namespace mlb::worker {
namespace {

namespace fs = std::filesystem;

/// Of the items in one Progress, so that it stays under its limit.
constexpr std::size_t kProgressBytes = 56 * 1024;

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
  auto written = write_file_durably(file("spec"), start.spec);
  if (!written) return written;
  return write_file_durably(file("envelope"),
                            wire::encode_envelope(start.envelope));
}

Result<> JobFolder::spool(const std::vector<Item>& items) const {
  Writer w;
  for (const auto& item : items) {
    const Bytes encoded = wire::encode_item(item);
    w.number(static_cast<std::uint32_t>(encoded.size()));
    w.raw(encoded);
  }
  const Fd fd(::open(file("items").c_str(),
                     O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
  if (!fd) return Error{Fault::data, path_ + ": " + errno_text(errno)};
  auto written = write_all(fd.get(), w.bytes());
  if (!written) return written;
  if (::fdatasync(fd.get()) != 0) {
    return Error{Fault::data, path_ + ": sync: " + errno_text(errno)};
  }
  return {};
}

Result<std::vector<Item>> JobFolder::read_spool(std::uint64_t from,
                                                std::uint64_t upto) const {
  auto content = read_file(file("items"));
  if (!content) return std::move(content).fail();
  Reader reader(view_of(*content));
  std::vector<Item> out;
  std::size_t bytes = 0;
  while (reader.left() > 0) {
    const auto size = reader.number<std::uint32_t>();
    if (!size) break;
    const auto encoded = reader.raw(*size);
    if (!encoded) break;  // a torn tail was never acknowledged to anyone
    auto item = wire::decode_item(*encoded);
    if (!item) return std::move(item).context(path_);
    if (item->number < from) continue;
    bytes += encoded->size() + 8;
    if (item->number > upto || (!out.empty() && bytes > kProgressBytes)) break;
    out.push_back(std::move(*item));
  }
  return out;
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
