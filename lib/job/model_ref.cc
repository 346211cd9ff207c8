// See model_ref.h.
#include "job/model_ref.h"

namespace mlb {

const ModelRef* named_model(const JobSpec& spec) {
  switch (spec.kind) {
    case Kind::train: return &spec.train.init_from;
    case Kind::prep: return nullptr;
    case Kind::evaluate: return &spec.evaluate.model;
    case Kind::predict: return &spec.predict.model;
  }
  return nullptr;
}

ModelRef* named_model(JobSpec& spec) {
  return const_cast<ModelRef*>(named_model(static_cast<const JobSpec&>(spec)));
}

std::string_view model_field(Kind kind) {
  switch (kind) {
    case Kind::train: return "train.init_from";
    case Kind::prep: return "";
    case Kind::evaluate: return "evaluate.model";
    case Kind::predict: return "predict.model";
  }
  return "";
}

bool names_job(std::string_view name) {
  constexpr std::size_t kShortestPrefix = 6;
  constexpr std::string_view kOfIds = "0123456789abcdefABCDEF-";
  if (name.starts_with('@') || name.starts_with("name:")) return true;
  return name.size() >= kShortestPrefix &&
         name.find_first_not_of(kOfIds) == name.npos;
}

}  // namespace mlb
