// A small model of every kind, trained: for the tests of the model file.
#pragma once

#include <string>
#include <vector>

#include "base/bytes.h"

namespace mlb::learn {

struct PackedModel {
  std::string name;
  Bytes file;
};

/// The same bytes each time.
std::vector<PackedModel> every_model();

}  // namespace mlb::learn
