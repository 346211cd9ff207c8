// See diff.h.
#include "table/diff.h"

#include <algorithm>
#include <bit>
#include <unordered_map>

namespace mlb::table {
namespace {

std::vector<std::string> names_of(const Dataset& dataset) {
  std::vector<std::string> out;
  for (std::size_t i = 0; i < dataset.columns(); ++i) {
    out.push_back(dataset.column_name(i));
  }
  return out;
}

/// The same text on both sides, without making the texts.
bool same_value(const Column& a, const Column& b, std::size_t row) {
  if (a.is_missing(row) != b.is_missing(row)) return false;
  if (a.is_missing(row)) return true;
  if (a.type == b.type && a.integral == b.integral) {
    if (a.stores_integers()) return a.integers[row] == b.integers[row];
    if (a.type == Type::real) {
      return std::bit_cast<std::uint64_t>(a.reals[row]) ==
             std::bit_cast<std::uint64_t>(b.reals[row]);
    }
  }
  return a.text_of(row) == b.text_of(row);
}

/// Where each name stands.
using Places = std::unordered_map<std::string, std::size_t>;

Places places_of(const std::vector<std::string>& names) {
  Places out;
  for (const auto& name : names) out.emplace(name, out.size());
  return out;
}

class Comparer {
 public:
  Comparer(const Dataset& left, const Dataset& right, std::size_t most)
      : left_(left),
        right_(right),
        most_(most),
        left_names_(names_of(left)),
        right_names_(names_of(right)),
        left_places_(places_of(left_names_)),
        right_places_(places_of(right_names_)) {}

  void tables() {
    if (left_.rows() != right_.rows()) {
      add({.what = "rows",
           .left = std::to_string(left_.rows()),
           .right = std::to_string(right_.rows())});
    }
    for (const auto& name : left_names_) {
      if (right_places_.count(name) > 0) continue;
      add({.column = name,
           .what = "column",
           .left = "present",
           .right = "absent"});
    }
    for (const auto& name : right_names_) {
      if (left_places_.count(name) > 0) continue;
      add({.column = name,
           .what = "column",
           .left = "absent",
           .right = "present"});
    }
    order();
  }

  Result<> columns(const std::function<bool()>& keep_on) {
    for (std::size_t i = 0; i < left_names_.size(); ++i) {
      const auto at = right_places_.find(left_names_[i]);
      if (at == right_places_.end()) continue;
      if (keep_on && !keep_on()) return Error{Fault::cancelled, "interrupted"};
      auto a = left_.read_column(i);
      if (!a) return std::move(a).fail();
      auto b = right_.read_column(at->second);
      if (!b) return std::move(b).fail();
      cells(*a, *b);
    }
    return {};
  }

  Differences take() { return std::move(out_); }

 private:
  void add(Difference difference) {
    if (out_.count++ < most_) out_.first.push_back(std::move(difference));
  }

  /// Of the columns that both have: the first that stands elsewhere.
  void order() {
    std::vector<std::string> left = left_names_;
    std::vector<std::string> right = right_names_;
    std::erase_if(left,
                  [&](const auto& n) { return right_places_.count(n) == 0; });
    std::erase_if(right,
                  [&](const auto& n) { return left_places_.count(n) == 0; });
    for (std::size_t i = 0; i < left.size(); ++i) {
      if (left[i] == right[i]) continue;
      return add({.what = "order", .left = left[i], .right = right[i]});
    }
  }

  void cells(const Column& a, const Column& b) {
    if (a.type != b.type) {
      add({.column = a.name,
           .what = "type",
           .left = std::string(name_of(a.type)),
           .right = std::string(name_of(b.type))});
    }
    const std::uint64_t rows = std::min(left_.rows(), right_.rows());
    for (std::size_t row = 0; row < rows; ++row) {
      if (same_value(a, b, row)) continue;
      if (out_.count >= most_) {
        ++out_.count;
        continue;
      }
      add({.row = row + 1,
           .column = a.name,
           .what = "value",
           .left = a.text_of(row),
           .right = b.text_of(row),
           .left_missing = a.is_missing(row),
           .right_missing = b.is_missing(row)});
    }
  }

  const Dataset& left_;
  const Dataset& right_;
  std::size_t most_;
  std::vector<std::string> left_names_;
  std::vector<std::string> right_names_;
  Places left_places_;
  Places right_places_;
  Differences out_;
};

}  // namespace

Result<Differences> diff(const Dataset& left, const Dataset& right,
                         std::size_t most,
                         const std::function<bool()>& keep_on) {
  Comparer comparer(left, right, most);
  comparer.tables();
  auto done = comparer.columns(keep_on);
  if (!done) return std::move(done).fail();
  return comparer.take();
}

}  // namespace mlb::table
