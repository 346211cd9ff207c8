// See split.h.
#include "prep/split.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "base/rng.h"

namespace mlb::prep {
namespace {

std::uint64_t key_of(std::uint64_t seed, std::size_t row) {
  std::uint64_t state = seed ^ 0x73706c6974ull;  // "split"
  state = splitmix64(state) + row;
  return splitmix64(state);
}

/// Gives the rows of one stratum out in the order of their keys.
void divide(Rows rows, std::uint64_t seed, const SplitSpec& spec, Split& out) {
  std::sort(rows.begin(), rows.end(), [&](std::size_t a, std::size_t b) {
    return std::pair(key_of(seed, a), a) < std::pair(key_of(seed, b), b);
  });
  const auto n = static_cast<double>(rows.size());
  const auto train = static_cast<std::size_t>(std::lround(n * spec.train));
  const auto upto = std::min(
      rows.size(),
      static_cast<std::size_t>(std::lround(n * (spec.train + spec.valid))));
  for (std::size_t i = 0; i < rows.size(); ++i) {
    Rows& part = i < train ? out.train : i < upto ? out.valid : out.test;
    part.push_back(rows[i]);
  }
}

}  // namespace

Result<Split> split_rows(const table::Table& table, const JobSpec& spec,
                         Task task) {
  const table::Column* target = table.find(spec.target);
  if (target == nullptr) {
    return Error{Fault::data,
                 "the data has no column '" + spec.target + "' for the target"};
  }
  Split out;
  const bool stratify =
      spec.data.split.stratify.value_or(task == Task::classification);
  std::map<std::string, Rows> strata;
  for (std::size_t row = 0; row < table.rows; ++row) {
    if (target->is_missing(row)) {
      ++out.without_target;
    } else {
      strata[stratify ? target->text_of(row) : ""].push_back(row);
    }
  }
  const std::uint64_t seed = spec.data.split.seed.value_or(spec.seed);
  for (auto& [name, rows] : strata) {
    divide(std::move(rows), seed, spec.data.split, out);
  }
  for (Rows* part : {&out.train, &out.valid, &out.test}) {
    std::sort(part->begin(), part->end());
  }
  if (out.train.empty()) {
    return Error{
        Fault::data,
        "no row is left to train on: " + std::to_string(out.without_target) +
            " of " + std::to_string(table.rows) + " rows have no target"};
  }
  return out;
}

}  // namespace mlb::prep
