// See target_encoding.h.
#include "prep/target_encoding.h"

#include <algorithm>
#include <array>

#include "base/rng.h"
#include "prep/levels.h"

namespace mlb::prep {
namespace {

constexpr std::size_t kFolds = 5;
/// The overall mean counts as so many rows of each level.
constexpr double kWeight = 10;

struct Sum {
  double total = 0;
  double count = 0;

  void add(double x) {
    total += x;
    ++count;
  }
  Sum without(const Sum& part) const {
    return {total - part.total, count - part.count};
  }
  double drawn_to(const Sum& all) const {
    const double mean = all.count > 0 ? all.total / all.count : 0;
    return (total + kWeight * mean) / (count + kWeight);
  }
};

std::size_t fold_of(std::uint64_t seed, std::size_t row) {
  std::uint64_t state = seed ^ 0x7461726765746fu;  // "targeto"
  state = splitmix64(state) + row;
  return splitmix64(state) % kFolds;
}

/// The level of each row; a missing one is the last, an unknown one cannot be
/// among training rows.
std::vector<std::size_t> places(const Feature& f, const table::Column& column,
                                const Rows& rows) {
  const LevelPlaces known(f.levels);
  const LevelFinder finder(column, known);
  const bool filled = f.when_missing == WhenMissing::fill;
  const auto last = static_cast<std::int64_t>(f.levels.size());
  std::vector<std::size_t> out;
  for (const auto row : rows) {
    std::int64_t place = finder.at(row);
    if (place == kMissing && filled) place = known.of(f.fill_level);
    out.push_back(static_cast<std::size_t>(place < 0 ? last : place));
  }
  return out;
}

}  // namespace

TargetEncoder::TargetEncoder(const Plan& plan, std::uint32_t of_class,
                             const std::vector<float>& targets) {
  const bool classes = plan.task == Task::classification;
  values_.reserve(targets.size());
  for (const float y : targets) {
    const bool hit = static_cast<std::uint32_t>(y) == of_class;
    values_.push_back(!classes ? static_cast<double>(y) : hit ? 1 : 0);
  }
}

void TargetEncoder::fit(Feature& f, const table::Column& column,
                        const Rows& rows) const {
  const auto levels = places(f, column, rows);
  std::vector<Sum> sums(f.levels.size() + 1);
  Sum all;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    sums[levels[i]].add(values_[i]);
    all.add(values_[i]);
  }
  f.numbers.clear();
  for (const Sum& sum : sums) f.numbers.push_back(sum.drawn_to(all));
  f.missing_number = f.numbers.back();
  f.numbers.pop_back();
  f.other_number = Sum{}.drawn_to(all);
}

std::vector<double> TargetEncoder::out_of_fold(const Feature& f,
                                               const table::Column& column,
                                               const Rows& rows,
                                               std::uint64_t seed) const {
  const auto levels = places(f, column, rows);
  using Folds = std::array<Sum, kFolds>;
  std::vector<Sum> sums(f.levels.size() + 1);
  std::vector<Folds> parts(f.levels.size() + 1);
  Sum all;
  Folds all_parts;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const std::size_t fold = fold_of(seed, rows[i]);
    sums[levels[i]].add(values_[i]);
    parts[levels[i]][fold].add(values_[i]);
    all.add(values_[i]);
    all_parts[fold].add(values_[i]);
  }
  std::vector<double> out;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const std::size_t fold = fold_of(seed, rows[i]);
    const Sum others = sums[levels[i]].without(parts[levels[i]][fold]);
    out.push_back(others.drawn_to(all.without(all_parts[fold])));
  }
  return out;
}

}  // namespace mlb::prep
