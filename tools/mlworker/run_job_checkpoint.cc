// Checkpoints of a training: written so that no crash leaves half of one, and
// looked at before they are believed.
#include <filesystem>

#include "base/file.h"
#include "run_job.h"

namespace mlb::job_program {
namespace {

constexpr std::uint64_t kLargest = 16ull << 30;

}  // namespace

Result<CheckpointMark> save_checkpoint(const Work& work, std::string name,
                                       const learn::Checkpoint& checkpoint) {
  const Bytes bytes = learn::pack_checkpoint(checkpoint);
  auto written = write_file_durably(work.dir + "/" + name, bytes);
  if (!written) return std::move(written).fail();
  return CheckpointMark{checkpoint.epoch, checkpoint.step, std::move(name),
                        bytes.size(), sha256(bytes)};
}

std::optional<learn::Checkpoint> given_checkpoint(const Work& work,
                                                  Reporter& reporter) {
  const std::string path = work.dir + "/resume";
  std::error_code error;
  if (!std::filesystem::exists(path, error)) return std::nullopt;
  auto bytes = read_file(path, kLargest);
  auto found = bytes ? learn::unpack_checkpoint(view_of(*bytes))
                     : Result<learn::Checkpoint>(bytes.error());
  std::string problem;
  if (!found) {
    problem = found.error().message;
  } else if (found->record != sha256(training_record(work.spec))) {
    problem = "the checkpoint is of another training";
  } else {
    return std::move(*found);
  }
  reporter.message("warning: " + problem + "; training begins anew");
  return std::nullopt;
}

}  // namespace mlb::job_program
