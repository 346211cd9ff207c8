// The model that a job begins with or uses: brought beside its input.
#include "job/model_ref.h"
#include "job_model.h"
#include "run_job.h"

namespace mlb::job_program {

Result<learn::StoredModel> named_model_of(const Work& work) {
  auto stored = read_model(work.dir + "/model");
  if (stored) return stored;
  return Error{Fault::data, std::string(model_field(work.spec.kind)) + ": " +
                                stored.error().message};
}

}  // namespace mlb::job_program
