// Models that specs name: where the name stands, and what it may be.
#pragma once

#include <string_view>

#include "job/spec.h"

namespace mlb {

/// What stands before a digest in place of a name.
inline constexpr std::string_view kDigestMark = "sha256:";

/// The model that a job of this kind begins with, judges or predicts with;
/// null: such a job names none.
ModelRef* named_model(JobSpec& spec);
const ModelRef* named_model(const JobSpec& spec);
/// The field that names it: "train.init_from"; "" where there is none.
std::string_view model_field(Kind kind);

/// Is this a job as one names it: @last, name:NAME, a UUID or 6 and more of
/// its first digits?  Every other name is a path.
bool names_job(std::string_view name);

}  // namespace mlb
