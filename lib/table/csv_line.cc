// See csv_line.h.
#include "table/csv_line.h"

#include "table/pass.h"

namespace mlb::table {

std::uint64_t line_of_row(const std::string& csv_path,
                          const CsvOptions& options, std::uint64_t row) {
  if (csv_path == "-") return 0;
  auto file = CsvFile::open(csv_path, options);
  if (!file) return 0;
  const RowRule& rule = file->rule();
  file->reader().one_column(rule.width == 1);
  Record record;
  bool header = file->dialect().header;
  std::uint64_t rows = 0;
  for (;;) {
    auto more = file->reader().next(record);
    if (!more || !*more) return 0;
    const bool blank =
        record.fields.size() == 1 && record.fields[0].text.empty();
    if (header && !blank) {
      header = false;
      continue;
    }
    const bool left_out =
        rule.ragged == Ragged::skip && record.fields.size() != rule.width;
    if (header || left_out) continue;
    if (++rows == row) return record.line;
  }
}

Error with_place(Error error, const std::string& name,
                 const std::string& csv_path, const CsvOptions& options) {
  const std::uint64_t line =
      error.row == 0 ? 0 : line_of_row(csv_path, options, error.row);
  return std::move(error).context(
      line == 0 ? name : name + ":" + std::to_string(line));
}

}  // namespace mlb::table
