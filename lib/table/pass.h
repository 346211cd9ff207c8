// What both passes over a CSV share: names, the rule for its rows, and how
// values are read.  Private to lib/table.
#pragma once

#include <string>
#include <vector>

#include "base/glob.h"
#include "base/result.h"
#include "table/convert.h"
#include "table/csv.h"
#include "table/csv_blocks.h"
#include "table/infer.h"
#include "table/parse.h"

namespace mlb::table {

/// A file whose dialect and header are known.
class CsvFile {
 public:
  static Result<CsvFile> open(const std::string& path,
                              const CsvOptions& options);

  CsvReader& reader() { return reader_; }
  const Dialect& dialect() { return reader_.dialect(); }
  const std::string& path() const { return reader_.path(); }
  const std::vector<std::string>& names() const { return names_; }
  const std::vector<Warning>& warnings() const { return warnings_; }
  const RowRule& rule() const { return rule_; }
  const MissingWords& missing() const { return missing_; }
  const NumberForm& form() const { return form_; }
  /// A last column that the header does not name: if it is empty, too, it is
  /// left out.
  bool is_last_nameless() const { return nameless_last_; }
  /// To use for it: one for one block.
  unsigned threads() const { return threads_; }

 private:
  CsvFile(CsvReader reader, const CsvOptions& options);
  Result<> read_header(const CsvOptions& options);

  CsvReader reader_;
  std::vector<std::string> names_;
  std::vector<Warning> warnings_;
  RowRule rule_;
  MissingWords missing_;
  NumberForm form_;
  bool nameless_last_ = false;
  unsigned threads_ = 1;
};

/// Rows of another width than the first, and what became of them.
class RaggedRows {
 public:
  /// `starts`: of some rows of a block.
  void add(const std::vector<std::uint32_t>& starts, BlockTexts& texts);
  std::uint64_t count() const { return count_; }
  void warn(const char* code, const std::string& fate,
            std::vector<Warning>& warnings) const;

 private:
  std::uint64_t count_ = 0;
  std::vector<std::uint64_t> lines_;  ///< the first few
};

/// A record that breaks the rules, in a block that begins on `line`.
Error problem_error(const CsvFile& file, std::uint64_t line,
                    const Problem& problem);
Error no_rows(const CsvFile& file);

/// The type that the options ask for a column.
ColumnType asked_type(const CsvOptions& options, const std::string& name);

/// Threads to use: as asked, or one a core.
unsigned thread_count(const CsvOptions& options);

/// How the options want the dates of a column to look.
Result<DateWish> date_wish(const CsvOptions& options, const std::string& name);

}  // namespace mlb::table
