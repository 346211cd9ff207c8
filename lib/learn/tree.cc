// See tree.h.
#include "learn/tree.h"

#include <algorithm>
#include <numeric>

namespace mlb::learn {
namespace {

/// Nodes with fewer rows are sorted, which is cheaper than counting.
constexpr std::size_t kSmallNode = 32;

/// Of a set of rows: weight, number, and weighted sums of the targets.
struct Sums {
  double weight = 0;
  std::uint32_t rows = 0;
};

struct Split {
  double score = -1;
  std::size_t feature = 0;
  std::size_t left_bin = 0;   ///< the last on the left
  std::size_t right_bin = 0;  ///< the first on the right
};

struct Work {
  std::uint32_t node;
  std::size_t begin;
  std::size_t end;
  int depth;
};

class Grower {
 public:
  Grower(const TreeData& data, const TreeOptions& options,
         std::span<const float> weights, Rng rng)
      : data_(data),
        options_(options),
        weights_(weights),
        rng_(rng),
        order_(data.features.size()),
        bins_(kMostBins),
        bin_sums_(kMostBins * data.outputs),
        left_(data.outputs),
        all_(data.outputs),
        pure_(data.outputs, -1) {
    std::iota(order_.begin(), order_.end(), 0);
    for (std::uint32_t i = 0; i < weights.size(); ++i) {
      if (weights[i] > 0) rows_.push_back(i);
    }
  }

  Tree grow() {
    tree_.nodes.emplace_back();
    std::vector<Work> todo{{0, 0, rows_.size(), 0}};
    while (!todo.empty()) {
      const Work w = todo.back();
      todo.pop_back();
      const Split split = best_split(w);
      if (split.score < 0) {
        make_leaf(w);
        continue;
      }
      const std::size_t middle = divide(w, split);
      const auto next = static_cast<std::uint32_t>(tree_.nodes.size());
      tree_.nodes[w.node] = {static_cast<std::int32_t>(split.feature),
                             data_.features[split.feature].threshold(
                                 split.left_bin, split.right_bin),
                             next};
      tree_.nodes.resize(next + 2);
      todo.push_back({next + 1, middle, w.end, w.depth + 1});
      todo.push_back({next, w.begin, middle, w.depth + 1});
    }
    return std::move(tree_);
  }

 private:
  void add_row(std::uint32_t row, Sums& sums, double* to) const {
    const auto weight = static_cast<double>(weights_[row]);
    sums.weight += weight;
    ++sums.rows;
    if (data_.classes.empty()) {
      to[0] += weight * static_cast<double>(data_.values[row]);
    } else {
      to[data_.classes[row]] += weight;
    }
  }

  bool is_pure(const Work& w) const {
    const auto same = [&](const auto& targets) {
      return std::all_of(rows_.begin() + static_cast<long>(w.begin) + 1,
                         rows_.begin() + static_cast<long>(w.end),
                         [&](std::uint32_t row) {
                           return targets[row] == targets[rows_[w.begin]];
                         });
    };
    return data_.classes.empty() ? same(data_.values) : same(data_.classes);
  }

  /// Of the whole node.
  void sum_up(const Work& w) {
    total_ = {};
    std::fill(all_.begin(), all_.end(), 0);
    for (std::size_t i = w.begin; i < w.end; ++i) {
      add_row(rows_[i], total_, all_.data());
    }
  }

  Split best_split(const Work& w) {
    const std::size_t rows = w.end - w.begin;
    const bool deep = options_.most_depth > 0 && w.depth >= options_.most_depth;
    if (deep || rows < 2 * options_.least_leaf || rows < 2 || is_pure(w)) {
      return {};
    }
    sum_up(w);
    Split best;
    std::size_t looked = 0;
    for (std::size_t i = 0; i < order_.size(); ++i) {
      if (looked >= options_.features_a_split && best.score >= 0) break;
      std::swap(order_[i], order_[i + rng_.below(order_.size() - i)]);
      looked += look_at(order_[i], w, best) ? 1 : 0;
    }
    return best;
  }

  /// False when the feature has one value only.
  bool look_at(std::size_t feature, const Work& w, Split& best) {
    const std::vector<std::uint8_t>& codes = data_.features[feature].codes;
    used_.clear();
    if (w.end - w.begin < kSmallNode) {
      count_sorted(codes, w);
    } else {
      count_all(codes, data_.features[feature].bins(), w);
    }
    if (used_.size() < 2) return false;
    sweep(feature, best);
    return true;
  }

  /// Fills bins_ and bin_sums_, slot by slot, from rows in order of codes.
  void count_sorted(const std::vector<std::uint8_t>& codes, const Work& w) {
    std::uint32_t sorted[kSmallNode];
    const std::size_t n = w.end - w.begin;
    for (std::size_t i = 0; i < n; ++i) sorted[i] = rows_[w.begin + i];
    std::sort(sorted, sorted + n, [&](std::uint32_t a, std::uint32_t b) {
      return codes[a] != codes[b] ? codes[a] < codes[b] : a < b;
    });
    const std::size_t k = data_.outputs;
    for (std::size_t i = 0; i < n; ++i) {
      const std::uint8_t code = codes[sorted[i]];
      if (used_.empty() || used_.back() != code) {
        const std::size_t slot = used_.size();
        used_.push_back(code);
        bins_[slot] = {};
        std::fill_n(bin_sums_.begin() + static_cast<long>(slot * k), k, 0);
      }
      const std::size_t slot = used_.size() - 1;
      add_row(sorted[i], bins_[slot], bin_sums_.data() + slot * k);
    }
  }

  void count_all(const std::vector<std::uint8_t>& codes, std::size_t bins,
                 const Work& w) {
    const std::size_t k = data_.outputs;
    std::fill_n(bins_.begin(), bins, Sums{});
    std::fill_n(bin_sums_.begin(), bins * k, 0);
    for (std::size_t i = w.begin; i < w.end; ++i) {
      const std::size_t code = codes[rows_[i]];
      add_row(rows_[i], bins_[code], bin_sums_.data() + code * k);
    }
    // Move the bins that have rows together.
    for (std::size_t bin = 0; bin < bins; ++bin) {
      if (bins_[bin].rows == 0) continue;
      const std::size_t slot = used_.size();
      used_.push_back(static_cast<std::uint8_t>(bin));
      if (slot == bin) continue;
      bins_[slot] = bins_[bin];
      std::copy_n(bin_sums_.begin() + static_cast<long>(bin * k), k,
                  bin_sums_.begin() + static_cast<long>(slot * k));
    }
  }

  /// Tries each place between two bins.
  void sweep(std::size_t feature, Split& best) {
    const std::size_t k = data_.outputs;
    Sums left;
    std::fill(left_.begin(), left_.end(), 0);
    for (std::size_t slot = 0; slot + 1 < used_.size(); ++slot) {
      left.weight += bins_[slot].weight;
      left.rows += bins_[slot].rows;
      const double right = total_.weight - left.weight;
      double left_squares = 0;
      double right_squares = 0;
      for (std::size_t o = 0; o < k; ++o) {
        left_[o] += bin_sums_[slot * k + o];
        const double rest = all_[o] - left_[o];
        left_squares += left_[o] * left_[o];
        right_squares += rest * rest;
      }
      if (left.rows < options_.least_leaf) continue;
      if (total_.rows - left.rows < options_.least_leaf) break;
      const double score = left_squares / left.weight + right_squares / right;
      if (score > best.score) {
        best = {score, feature, used_[slot], used_[slot + 1]};
      }
    }
  }

  /// Left rows first; their end.
  std::size_t divide(const Work& w, const Split& split) {
    const auto& codes = data_.features[split.feature].codes;
    const auto middle = std::stable_partition(
        rows_.begin() + static_cast<long>(w.begin),
        rows_.begin() + static_cast<long>(w.end),
        [&](std::uint32_t row) { return codes[row] <= split.left_bin; });
    return static_cast<std::size_t>(middle - rows_.begin());
  }

  void make_leaf(const Work& w) {
    sum_up(w);
    const auto place =
        static_cast<std::uint32_t>(tree_.leaves.size() / data_.outputs);
    tree_.nodes[w.node] = {-1, 0, place};
    if (!data_.classes.empty() && is_pure(w)) {
      // Most leaves are of one class: one entry for all of them.
      std::int64_t& known = pure_[data_.classes[rows_[w.begin]]];
      if (known >= 0) {
        tree_.nodes[w.node].next = static_cast<std::uint32_t>(known);
        return;
      }
      known = place;
    }
    for (const double sum : all_) {
      tree_.leaves.push_back(static_cast<float>(sum / total_.weight));
    }
  }

  const TreeData& data_;
  const TreeOptions& options_;
  std::span<const float> weights_;
  Rng rng_;
  Tree tree_;
  std::vector<std::uint32_t> rows_;
  std::vector<std::size_t> order_;  ///< of the features
  // of the node and feature at hand; the first used_.size() slots count
  std::vector<std::uint8_t> used_;  ///< codes that occur, ascending
  std::vector<Sums> bins_;
  std::vector<double> bin_sums_;
  std::vector<double> left_;
  Sums total_;
  std::vector<double> all_;
  std::vector<std::int64_t> pure_;  ///< of each class: its leaf, or -1
};

}  // namespace

Tree grow_tree(const TreeData& data, const TreeOptions& options,
               std::span<const float> weights, Rng rng) {
  return Grower(data, options, weights, rng).grow();
}

}  // namespace mlb::learn
