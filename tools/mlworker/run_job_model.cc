// The model that a job begins with or uses: brought beside its input.
#include "base/file.h"
#include "job/model_ref.h"
#include "run_job.h"

namespace mlb::job_program {
namespace {

constexpr std::uint64_t kLargestModel = 16ull << 30;

}  // namespace

Result<learn::StoredModel> named_model_of(const Work& work) {
  auto bytes = read_file(work.dir + "/model", kLargestModel);
  if (!bytes) return std::move(bytes).fail();
  auto stored = learn::unpack_model(view_of(*bytes));
  if (stored) return stored;
  return Error{Fault::data, std::string(model_field(work.spec.kind)) + ": " +
                                stored.error().message};
}

}  // namespace mlb::job_program
