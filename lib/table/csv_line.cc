// See csv_line.h.
#include "table/csv_line.h"

#include "table/pass.h"

namespace mlb::table {

std::uint64_t line_of_row(const std::string& csv_path,
                          const CsvOptions& options, std::uint64_t row) {
  if (csv_path == "-" || row == 0) return 0;
  auto file = CsvFile::open(csv_path, options);
  if (!file) return 0;
  BlockTaker& taker = file->reader().taker();
  std::uint64_t line = taker.first_line();
  Block block;
  Index index;
  for (;;) {
    auto more = taker.take(block);
    if (!more || !*more) return 0;
    index_block(block, taker.syntax(), taker.scanner(), file->rule(), index);
    if (row <= index.rows()) {
      return BlockTexts(block, index, taker.syntax(), line).line(row - 1);
    }
    if (index.problem) return 0;
    row -= index.rows();
    line += index.lines;
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
