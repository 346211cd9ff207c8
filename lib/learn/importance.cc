// See importance.h.
#include "learn/importance.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <numeric>

#include "base/rng.h"
#include "learn/early_stop.h"
#include "learn/metrics.h"

namespace mlb::learn {
namespace {

/// A column of the table and the columns of the matrix that it became.
struct Block {
  std::string column;
  std::vector<std::size_t> outputs;
};

std::vector<Block> blocks_of(const prep::Plan& plan) {
  std::vector<Block> out;
  std::size_t at = 0;
  for (const auto& feature : plan.features) {
    auto block = std::find_if(out.begin(), out.end(), [&](const Block& b) {
      return b.column == feature.name;
    });
    if (block == out.end()) block = out.insert(out.end(), {feature.name, {}});
    for (std::size_t i = feature.width(); i > 0; --i) {
      block->outputs.push_back(at++);
    }
  }
  return out;
}

/// Fisher and Yates.
std::vector<std::size_t> dealt_out(std::size_t rows, Rng& rng) {
  std::vector<std::size_t> out(rows);
  std::iota(out.begin(), out.end(), 0);
  mlb::shuffle(out, rng);
  return out;
}

void copy_block(const Block& block, const prep::Matrix& from,
                const std::vector<std::size_t>& order, prep::Matrix& to) {
  for (std::size_t i = 0; i < to.rows; ++i) {
    const auto source = from.row(order[i]);
    float* target = to.values.data() + i * to.columns;
    for (const std::size_t output : block.outputs) {
      target[output] = source[output];
    }
  }
}

ColumnImportance summary(const std::string& column,
                         const std::vector<double>& losses) {
  ColumnImportance out{column, 0, 0};
  const auto count = static_cast<double>(losses.size());
  for (const double x : losses) out.mean += x / count;
  for (const double x : losses) {
    out.deviation += (x - out.mean) * (x - out.mean) / count;
  }
  out.deviation = std::sqrt(out.deviation);
  return out;
}

class Permuter {
 public:
  Permuter(const Model& model, const Design& rows, const std::string& metric,
           int repeats, std::uint64_t seed)
      : model_(model),
        rows_(rows),
        metric_(metric),
        repeats_(repeats),
        seed_(seed),
        x_(rows.x) {}

  Result<double> metric_of(const prep::Matrix& x) const {
    auto p = model_.predict(x);
    if (!p) return std::move(p).fail();
    return metric(metric_, *p, rows_.y, rows_.weights);
  }

  /// How much is lost each time.
  Result<std::vector<double>> without(const Block& block, double whole,
                                      const std::function<bool()>& goes_on) {
    const double sign = larger_is_better("." + metric_) ? 1 : -1;
    Rng rng = Rng::stream(seed_, "importance:" + block.column);
    std::vector<double> out;
    for (int i = 0; i < repeats_; ++i) {
      if (!goes_on()) return Error{Fault::cancelled, "asked to stop"};
      copy_block(block, rows_.x, dealt_out(x_.rows, rng), x_);
      auto value = metric_of(x_);
      if (!value) return std::move(value).fail();
      out.push_back(sign * (whole - *value));
    }
    std::vector<std::size_t> own(x_.rows);
    std::iota(own.begin(), own.end(), 0);
    copy_block(block, rows_.x, own, x_);
    return out;
  }

 private:
  const Model& model_;
  const Design& rows_;
  const std::string& metric_;
  int repeats_;
  std::uint64_t seed_;
  prep::Matrix x_;  ///< that of the rows, but for the block at hand
};

}  // namespace

Result<std::vector<ColumnImportance>> permutation_importance(
    const Model& model, const prep::Plan& plan, const Design& rows,
    const std::string& metric, int repeats, std::uint64_t seed,
    const GoesOn& goes_on) {
  Permuter permuter(model, rows, metric, repeats, seed);
  auto whole = permuter.metric_of(rows.x);
  if (!whole) return std::move(whole).fail();
  std::vector<ColumnImportance> out;
  const auto blocks = blocks_of(plan);
  for (const Block& block : blocks) {
    const double done =
        static_cast<double>(out.size()) / static_cast<double>(blocks.size());
    auto losses =
        permuter.without(block, *whole, [&] { return goes_on(done); });
    if (!losses) return std::move(losses).fail();
    out.push_back(summary(block.column, *losses));
  }
  // nan has no place in an order: it goes to the end.
  const auto worth = [](const ColumnImportance& c) {
    return std::isnan(c.mean) ? -std::numeric_limits<double>::infinity()
                              : c.mean;
  };
  std::stable_sort(out.begin(), out.end(), [&](const auto& a, const auto& b) {
    return worth(a) > worth(b);
  });
  return out;
}

}  // namespace mlb::learn
