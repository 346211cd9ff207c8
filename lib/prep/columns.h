// Which columns of a table play which role, by the names and globs of a spec.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "job/spec.h"
#include "table/csv.h"
#include "table/table.h"

namespace mlb::prep {

struct Plan;

/// The first rule whose name or glob matches; a glob never matches the
/// target.  Without a match: a rule of defaults.
ColumnRule rule_for(const JobSpec& spec, const std::string& column);

/// Finds the columns of a table by name; quick when it is asked in their order.
/// Keeps the table.  One thread.
class ColumnLookup {
 public:
  explicit ColumnLookup(const table::Table& table) : table_(table) {}
  /// Null: there is none.
  const table::Column* find(const std::string& name);

 private:
  const table::Table& table_;
  std::size_t last_ = 0;  ///< where the last one was
  std::unordered_map<std::string_view, std::size_t> places_;
};

/// Is a column set apart: target, split, group, id, weight?
bool has_role(const JobSpec& spec, const std::string& column);

/// The columns that become features, in the order of the table; `warnings`
/// says which are left out and why.
std::vector<const table::Column*> feature_columns(
    const table::Table& table, const JobSpec& spec,
    std::vector<std::string>& warnings);

/// What the net of the spec embeds: a name or glob; "" without such a layer.
std::string embedded(const JobSpec& spec);

/// An error that names every pattern and role which no column has.
Result<> check_names(const table::Table& table, const JobSpec& spec);

/// How the spec wants its CSV to be read.
Result<table::CsvOptions> csv_options(const JobSpec& spec);

/// Has the inputs of a plan read as its training data were, where a type can
/// be read in several ways; numbers are found out.
void expect_inputs(const Plan& plan, table::CsvOptions& csv);

/// Dates and times are numbers: microseconds.
bool is_number(const table::Column& column);
/// Of an integer, real, boolean, date or time column.
double number_at(const table::Column& column, std::size_t row);
/// Missing, or a number that is not finite.
bool lacks_value(const table::Column& column, std::size_t row);
/// Bad data in a row, which stands as "row 7" between the texts and is the row
/// of the error.
Error row_error(std::size_t row, const std::string& before,
                const std::string& behind);

}  // namespace mlb::prep
