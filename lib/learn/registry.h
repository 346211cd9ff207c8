// The families of models, by the words of `model.type`.
#pragma once

#include <span>
#include <string_view>

#include "learn/trainer.h"

namespace mlb::learn {

struct Family {
  std::string_view word;
  std::unique_ptr<Trainer> (*make)(const JobSpec& spec, const prep::Plan& plan,
                                   StopAsked stop_asked);
  Result<std::unique_ptr<Model>> (*load)(const prep::Plan& plan,
                                         Reader& reader);
};

/// In the order of ModelSpec.
std::span<const Family> families();

}  // namespace mlb::learn
