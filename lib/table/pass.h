// What both passes over a CSV share: the header, ragged rows, missing words.
#pragma once

#include <functional>
#include <string>
#include <unordered_set>
#include <vector>

#include "base/glob.h"
#include "base/result.h"
#include "table/convert.h"
#include "table/csv.h"

namespace mlb::table {

/// The records of a file as rows of a table of known width.
class RowReader {
 public:
  static Result<RowReader> open(const std::string& path,
                                const CsvOptions& options);

  /// The next data row; false at the end.
  Result<bool> next(Record& record);
  Result<> rewind();
  bool is_missing(const Field& field) const {
    return !field.quoted &&
           (field.text.empty() ||
            missing_.count(std::string(trimmed(field.text))) > 0);
  }
  const std::vector<std::string>& names() const { return names_; }
  std::vector<Warning>& warnings() { return warnings_; }
  CsvReader& csv() { return csv_; }
  /// The last column has no name and no value: it is left out.
  void drop_last_column();

 private:
  explicit RowReader(CsvReader csv) : csv_(std::move(csv)) {}
  Result<> read_header(const CsvOptions& options);
  CsvReader csv_;
  std::vector<std::string> names_;
  std::vector<Warning> warnings_;
  std::unordered_set<std::string> missing_;
  std::size_t width_ = 0;
  bool nameless_last_ = false;
};

/// The type that the options ask for a column.
ColumnType asked_type(const CsvOptions& options, const std::string& name);

/// The judge of a column, with the date format that the options want there.
Result<ColumnJudge> judge_for(const CsvOptions& options,
                              const std::string& name);

}  // namespace mlb::table
