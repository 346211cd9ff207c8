// The trees inside of XGBoost's JSON, for whoever wants them without XGBoost.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace mlb::learn {

struct BoosterNode {
  std::int32_t feature = -1;  ///< -1: a leaf
  float value = 0;            ///< x < value goes left; or what a leaf adds
  std::uint32_t left = 0;     ///< the right child follows it
};

struct BoosterTree {
  std::size_t output = 0;  ///< whose sum it adds to
  std::vector<BoosterNode> nodes;
};

/// In the order in which XGBoost adds them up, in single precision.  `json`
/// is one that is_sound_booster() accepts.
std::vector<BoosterTree> booster_trees(const std::string& json);

}  // namespace mlb::learn
