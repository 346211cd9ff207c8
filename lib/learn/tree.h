// One decision tree, grown on binned features, and its flat form.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/rng.h"
#include "learn/binning.h"

namespace mlb::learn {

struct TreeNode {
  std::int32_t feature = -1;  ///< -1: a leaf
  float threshold = 0;        ///< values <= it go left; of a leaf: unused
  std::uint32_t next = 0;     ///< the left child, the right one follows it; of
                              ///< a leaf: its place among the leaf values
};

/// Node 0 is the root; children stand behind their parent.
struct Tree {
  std::vector<TreeNode> nodes;
  std::vector<float> leaves;  ///< leaves x outputs

  /// The place of the leaf that the row falls into.
  std::uint32_t leaf_of(const float* row) const {
    std::uint32_t at = 0;
    while (nodes[at].feature >= 0) {
      const TreeNode& n = nodes[at];
      at = n.next + (row[n.feature] <= n.threshold ? 0 : 1);
    }
    return nodes[at].next;
  }
  /// The same of `count` rows, at most kRowsAtOnce, each `width` numbers long.
  /// Each step waits for memory: those of several rows wait together.
  static constexpr std::size_t kRowsAtOnce = 8;
  void leaves_of(const float* rows, std::size_t width, std::size_t count,
                 std::uint32_t* out) const {
    std::array<std::uint32_t, kRowsAtOnce> at{};
    for (bool moves = true; moves;) {
      moves = false;
      for (std::size_t i = 0; i < count; ++i) {
        const TreeNode& n = nodes[at[i]];
        if (n.feature < 0) continue;
        const float x = rows[i * width + static_cast<std::size_t>(n.feature)];
        at[i] = n.next + static_cast<std::uint32_t>(!(x <= n.threshold));
        moves = true;
      }
    }
    for (std::size_t i = 0; i < count; ++i) out[i] = nodes[at[i]].next;
  }
};

/// Targets as rows x outputs: 0 and 1 of each class, or the value.  Splits
/// that lower the sum of squared differences most are, for 0 and 1, those of
/// the Gini index.
struct TreeData {
  const std::vector<BinnedFeature>& features;
  std::size_t outputs = 1;
  std::vector<std::uint32_t> classes;  ///< of each row; or
  std::vector<float> values;           ///< of each row
};

struct TreeOptions {
  std::size_t features_a_split = 1;
  std::size_t least_leaf = 1;
  int most_depth = 0;  ///< 0: no limit
};

/// Grows a tree on rows with weights above 0 (Breiman, "Random forests",
/// 2001): at each node a random choice of features, and more as long as none
/// of them varies.
Tree grow_tree(const TreeData& data, const TreeOptions& options,
               std::span<const float> weights, Rng rng);

}  // namespace mlb::learn
