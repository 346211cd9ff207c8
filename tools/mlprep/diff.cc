// mlprep diff A.h5 B.h5: what two data sets do not have in common.
#include "table/diff.h"

#include "base/json.h"
#include "verbs.h"

namespace mlb::prep_tool {
namespace {

/// As diff(1): 1 says that there are differences.
constexpr int kDiffer = 1;

std::string side(const std::string& text, bool missing) {
  return missing ? "missing" : "'" + table::shortened(text) + "'";
}

std::string line_of(const table::Difference& d) {
  std::string out = d.row == 0 ? "" : "row " + std::to_string(d.row) + ", ";
  if (!d.column.empty()) out += "column '" + table::shortened(d.column) + "', ";
  if (d.what == "order") out += "order of columns";
  if (d.what == "column") out += "the whole column";
  if (d.what != "order" && d.what != "column") out += d.what;
  return out + ": " + side(d.left, d.left_missing) + " | " +
         side(d.right, d.right_missing) + "\n";
}

std::string text_of(const table::Differences& all) {
  std::string out;
  for (const auto& d : all.first) out += line_of(d);
  const auto more = all.count - all.first.size();
  if (more > 0) out += "... and " + std::to_string(more) + " more\n";
  return out;
}

Json json_of(const table::Differences& all) {
  Json list = Json::array();
  for (const auto& d : all.first) {
    list.push_back({{"what", d.what},
                    {"row", d.row == 0 ? Json() : Json(d.row)},
                    {"column", d.column.empty() ? Json() : Json(d.column)},
                    {"left", d.left_missing ? Json() : Json(d.left)},
                    {"right", d.right_missing ? Json() : Json(d.right)}});
  }
  return {{"schema", "mlbatch.diff/1"},
          {"equal", all.count == 0},
          {"count", all.count},
          {"differences", list}};
}

}  // namespace

Result<int> diff(const DiffFlags& flags) {
  auto left = table::Dataset::open(flags.left);
  if (!left) return std::move(left).fail();
  auto right = table::Dataset::open(flags.right);
  if (!right) return std::move(right).fail();
  auto found =
      table::diff(*left, *right, flags.limit, [] { return !interrupted(); });
  if (!found) return std::move(found).fail();
  auto printed =
      print(flags.json ? json_of(*found).dump(-1, ' ', false,
                                              Json::error_handler_t::replace) +
                             "\n"
                       : text_of(*found));
  if (!printed) return std::move(printed).fail();
  return found->count == 0 ? 0 : kDiffer;
}

}  // namespace mlb::prep_tool
