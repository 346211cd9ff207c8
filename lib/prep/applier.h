// A plan applied to rows block after block: what depends on the plan alone is
// made once.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "prep/levels.h"
#include "prep/plan.h"

namespace mlb::prep {

/// A value that a plan does not take.
struct Refusal {
  std::size_t row = 0;  ///< of the table
  std::string what;     ///< "column 'age' has no value; ..."
};

/// Keeps the plan.  Immutable; any thread.
class Applier {
 public:
  explicit Applier(const Plan& plan);

  /// Errors, all at once: features without a column, columns of a type that has
  /// no such value, unless they have none in these rows.
  Result<> check(const table::Table& table, const Rows& rows) const;
  /// The first of these rows that the plan does not take; after check().
  std::optional<Refusal> refusal(const table::Table& table,
                                 const Rows& rows) const;
  /// rows x plan.width(); of rows without a refusal.
  Matrix apply(const table::Table& table, const Rows& rows) const;

 private:
  const Plan& plan_;
  std::size_t width_;
  std::vector<LevelPlaces> places_;  ///< one a feature
};

}  // namespace mlb::prep
