// See forest.h.
#include "learn/forest.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "learn/metrics.h"

namespace mlb::learn {
namespace {

constexpr std::size_t kTreesAStep = 16;
constexpr std::size_t kRowsAPart = 1024;
constexpr std::uint64_t kMostTrees = 100'000;

std::size_t features_a_split(const RandomForestSpec& spec, prep::Task task,
                             std::size_t width) {
  const auto n = static_cast<double>(width);
  const auto count = [&]() -> double {
    switch (spec.feature_fraction.word) {
      case FeatureFraction::sqrt: return std::sqrt(n);
      case FeatureFraction::third: return n / 3;
      case FeatureFraction::number: return spec.feature_fraction.number * n;
      case FeatureFraction::automatic: break;
    }
    return task == prep::Task::classification ? std::sqrt(n) : n / 3;
  };
  return std::clamp<std::size_t>(static_cast<std::size_t>(count()), 1, width);
}

}  // namespace

ForestTrainer::ForestTrainer(const JobSpec& spec, const prep::Plan& plan,
                             StopAsked stop_asked)
    : spec_(std::get<RandomForestSpec>(spec.model)),
      plan_(plan),
      seed_(spec.seed),
      stop_asked_(stop_asked),
      pool_(threads_of(spec)) {}

Result<> ForestTrainer::begin(const Design& train, const Design&) {
  train_ = &train;
  const bool classes = plan_.task == prep::Task::classification;
  features_ = bin_features(train.x, pool_);
  options_ = {
      features_a_split(spec_, plan_.task, train.x.columns),
      static_cast<std::size_t>(spec_.min_leaf.value_or(classes ? 1 : 5)),
      spec_.max_depth};
  if (!classes) targets_ = learned_targets(plan_, train);
  votes_.assign(train.x.rows * outputs_of(plan_), 0);
  voters_.assign(train.x.rows, 0);
  return {};
}

/// How often each row is drawn, times its weight.
std::vector<float> ForestTrainer::bag_of(std::size_t tree) const {
  const std::size_t n = train_->x.rows;
  std::vector<float> out(n, spec_.bootstrap ? 0.0f : 1.0f);
  Rng rng = Rng::stream(seed_, "bag " + std::to_string(tree));
  for (std::size_t i = 0; i < n && spec_.bootstrap; ++i) out[rng.below(n)] += 1;
  for (std::size_t i = 0; i < n; ++i) {
    out[i] *= static_cast<float>(train_->weight(i));
  }
  return out;
}

/// The new trees, from `first` on, vote on the rows that they did not see.
void ForestTrainer::vote(std::size_t first,
                         const std::vector<std::vector<float>>& bags) {
  const std::size_t rows = train_->x.rows;
  const std::size_t outputs = outputs_of(plan_);
  const std::size_t parts = (rows + kRowsAPart - 1) / kRowsAPart;
  pool_.run(parts, [&](std::size_t part) {
    const std::size_t end = std::min(rows, (part + 1) * kRowsAPart);
    for (std::size_t t = 0; t < bags.size(); ++t) {
      const Tree& tree = trees_[first + t];
      for (std::size_t row = part * kRowsAPart; row < end; ++row) {
        if (bags[t][row] > 0) continue;
        const std::size_t leaf = tree.leaf_of(train_->x.row(row).data());
        for (std::size_t o = 0; o < outputs; ++o) {
          votes_[row * outputs + o] += tree.leaves[leaf * outputs + o];
        }
        ++voters_[row];
      }
    }
  });
}

void ForestTrainer::report_out_of_bag(StepReport& report) const {
  const std::size_t outputs = outputs_of(plan_);
  const TargetUnits units = target_units(plan_);
  const bool classes = plan_.task == prep::Task::classification;
  Design seen;
  prep::Matrix predicted{0, outputs, {}};
  for (std::size_t row = 0; row < voters_.size(); ++row) {
    if (voters_[row] == 0) continue;
    for (std::size_t o = 0; o < outputs; ++o) {
      const float mean =
          votes_[row * outputs + o] / static_cast<float>(voters_[row]);
      predicted.values.push_back(classes ? mean
                                         : static_cast<float>(units.to_original(
                                               static_cast<double>(mean))));
    }
    seen.y.push_back(train_->y[row]);
    if (!train_->weights.empty()) seen.weights.push_back(train_->weights[row]);
    ++predicted.rows;
  }
  if (predicted.rows == 0) return;
  const std::string name = classes ? "accuracy" : "rmse";
  report.metrics["train.loss"] = loss_of(plan_, predicted, seen);
  report.metrics["oob." + name] = metric(name, predicted, seen.y, seen.weights);
}

Result<bool> ForestTrainer::step(StepReport& report) {
  const auto all = static_cast<std::size_t>(spec_.trees);
  const std::size_t first = trees_.size();
  if (first >= all) return false;
  const std::size_t count = std::min(kTreesAStep, all - first);
  TreeData data{features_, outputs_of(plan_), {}, {}};
  for (std::size_t i = 0; i < train_->y.size(); ++i) {
    if (plan_.task == prep::Task::classification) {
      data.classes.push_back(static_cast<std::uint32_t>(train_->y[i]));
    } else {
      data.values.push_back(static_cast<float>(targets_[i]));
    }
  }
  grown_ = first;
  std::vector<std::vector<float>> bags(count);
  std::vector<Tree> grown(count);
  pool_.run(count, [&](std::size_t i) {
    if (stop_asked_()) return;
    bags[i] = bag_of(first + i);
    grown[i] =
        grow_tree(data, options_, bags[i],
                  Rng::stream(seed_, "tree " + std::to_string(first + i)));
    ++grown_;
  });
  if (stop_asked_()) return false;  // in the middle of a step: none of it
  for (Tree& tree : grown) trees_.push_back(std::move(tree));
  vote(first, bags);
  report = {static_cast<std::uint32_t>(trees_.size()),
            static_cast<std::uint32_t>(all),
            trees_.size(),
            {}};
  report_out_of_bag(report);
  return true;
}

Underway ForestTrainer::underway() const {
  const std::size_t grown = grown_;
  return {static_cast<double>(grown) / spec_.trees, grown};
}

Result<std::unique_ptr<Model>> ForestTrainer::finish() {
  if (trees_.empty()) {
    return Error{Fault::data, "stopped before the first tree had grown"};
  }
  return std::unique_ptr<Model>(std::make_unique<ForestModel>(
      trees_, train_->x.columns, outputs_of(plan_), target_units(plan_)));
}

Result<prep::Matrix> ForestModel::predict(const prep::Matrix& x) const {
  constexpr std::size_t kBlock = 64;
  auto fits = want_width(x, width_);
  if (!fits) return std::move(fits).fail();
  prep::Matrix out = make_matrix(x.rows, outputs_);
  std::vector<double> sums(kBlock * outputs_);
  std::array<std::uint32_t, kBlock> leaves{};
  const auto count = static_cast<double>(trees_.size());
  for (std::size_t first = 0; first < x.rows; first += kBlock) {
    const std::size_t rows = std::min(kBlock, x.rows - first);
    std::fill(sums.begin(), sums.end(), 0);
    for (const Tree& tree : trees_) {
      for (std::size_t i = 0; i < rows; i += Tree::kRowsAtOnce) {
        tree.leaves_of(x.row(first + i).data(), x.columns,
                       std::min(Tree::kRowsAtOnce, rows - i),
                       leaves.data() + i);
      }
      for (std::size_t i = 0; i < rows; ++i) {
        const float* values = tree.leaves.data() + leaves[i] * outputs_;
        for (std::size_t o = 0; o < outputs_; ++o) {
          sums[i * outputs_ + o] += static_cast<double>(values[o]);
        }
      }
    }
    for (std::size_t i = 0; i < rows * outputs_; ++i) {
      const double mean = sums[i] / count;
      out.values[first * outputs_ + i] =
          static_cast<float>(outputs_ == 1 ? units_.to_original(mean) : mean);
    }
  }
  return out;
}

Facts ForestModel::facts() const {
  std::size_t nodes = 0;
  for (const Tree& tree : trees_) nodes += tree.nodes.size();
  return {{"trees", static_cast<double>(trees_.size())},
          {"nodes", static_cast<double>(nodes)}};
}

namespace {

void write_trees(const std::vector<Tree>& trees, Writer& w) {
  w.number<std::uint64_t>(trees.size());
  for (const Tree& tree : trees) {
    w.number<std::uint64_t>(tree.nodes.size());
    for (const TreeNode& n : tree.nodes) {
      w.number(n.feature);
      w.number(n.threshold);
      w.number(n.next);
    }
    w.numbers<float>(tree.leaves);
  }
}

/// Children behind their parents, features and leaves that exist: then
/// leaf_of() ends, and inside.
bool is_sound(const Tree& tree, std::size_t width, std::size_t outputs) {
  const std::size_t leaves = tree.leaves.size() / outputs;
  if (tree.nodes.empty() || tree.leaves.size() % outputs != 0) return false;
  for (std::size_t i = 0; i < tree.nodes.size(); ++i) {
    const TreeNode& n = tree.nodes[i];
    if (n.feature < 0) {
      if (n.next >= leaves) return false;
    } else if (static_cast<std::size_t>(n.feature) >= width || n.next <= i ||
               n.next >= tree.nodes.size() - 1) {
      return false;
    }
  }
  return true;
}

Result<Tree> read_tree(Reader& r, std::size_t width, std::size_t outputs) {
  constexpr std::size_t kNodeBytes = 12;
  auto count = r.number<std::uint64_t>();
  if (!count || *count > r.left() / kNodeBytes) return damaged("forest");
  Tree out;
  out.nodes.resize(*count);
  for (TreeNode& n : out.nodes) {
    n = {*r.number<std::int32_t>(), *r.number<float>(),
         *r.number<std::uint32_t>()};
  }
  auto leaves = r.numbers<float>();
  if (!leaves) return damaged("forest");
  out.leaves = std::move(*leaves);
  if (!is_sound(out, width, outputs)) return damaged("forest");
  return out;
}

Result<std::vector<Tree>> read_trees(Reader& r, const prep::Plan& plan) {
  const std::size_t outputs = outputs_of(plan);
  auto count = r.number<std::uint64_t>();
  if (!count || *count > kMostTrees || outputs == 0) return damaged("forest");
  std::vector<Tree> out;
  for (std::uint64_t i = 0; i < *count; ++i) {
    auto tree = read_tree(r, plan.width(), outputs);
    if (!tree) return std::move(tree).fail();
    out.push_back(std::move(*tree));
  }
  return out;
}

}  // namespace

void ForestModel::save(Writer& w) const {
  write_trees(trees_, w);
}

Result<std::unique_ptr<Model>> ForestModel::load(const prep::Plan& plan,
                                                 Reader& r) {
  auto trees = read_trees(r, plan);
  if (!trees) return std::move(trees).fail();
  if (trees->empty()) return damaged("forest");
  return std::unique_ptr<Model>(std::make_unique<ForestModel>(
      std::move(*trees), plan.width(), outputs_of(plan), target_units(plan)));
}

void ForestTrainer::save_state(Writer& w) const {
  write_trees(trees_, w);
  w.numbers<float>(votes_);
  w.numbers<std::uint32_t>(voters_);
}

Result<> ForestTrainer::load_state(Reader& r) {
  auto trees = read_trees(r, plan_);
  auto votes = r.numbers<float>();
  auto voters = r.numbers<std::uint32_t>();
  if (!trees || !votes || !voters || votes->size() != votes_.size() ||
      voters->size() != voters_.size()) {
    return damaged_state();
  }
  trees_ = std::move(*trees);
  votes_ = std::move(*votes);
  voters_ = std::move(*voters);
  return {};
}

}  // namespace mlb::learn
