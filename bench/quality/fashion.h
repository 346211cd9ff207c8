// Fashion-MNIST (Xiao, Rasul, Vollgraf, 2017) with its own test rows.
#pragma once

#include <string>

#include "learn_sets.h"

namespace mlb::learn {

/// As Debian's dataset-fashion-mnist installs it.
inline constexpr const char* kFashionFolder =
    "/usr/share/datasets/fashion-mnist";

/// 60,000 rows to train on and 10,000 to test, 784 standardised pixels.
Result<Trial> load_fashion(const std::string& folder);

}  // namespace mlb::learn
