// Finding the delimiter: every candidate is tried on the first block, quoted
// text ignored; the one that cuts records most evenly wins, and two that do
// so equally well are an error that names both.
#include <algorithm>
#include <array>
#include <map>

#include "table/csv.h"

namespace mlb::table {
namespace {

struct Candidate {
  char delimiter;
  std::string_view name;
  double score = 0;
  std::size_t fields = 1;
};

/// Delimiters that hardly stand before a quote inside of a text.
constexpr std::string_view kSure = ",;\t|";
constexpr double kGoodEnough = 0.9;
constexpr double kLikely = 0.5;
constexpr double kClose = 0.02;

/// The share of records that have the most frequent number of fields.
void judge(Candidate& c, std::string_view text, char quote) {
  const auto counts = count_fields(text, c.delimiter, quote);
  if (counts.empty()) return;
  std::map<std::size_t, std::size_t> frequency;
  for (const auto n : counts) ++frequency[n];
  const auto best = std::max_element(
      frequency.begin(), frequency.end(),
      [](const auto& a, const auto& b) { return a.second < b.second; });
  c.fields = best->first;
  if (c.fields < 2) return;
  c.score =
      static_cast<double>(best->second) / static_cast<double>(counts.size());
}

/// The text without the lines that begin with `mark`.
std::string without_lines(std::string_view text, char mark) {
  std::string out;
  while (!text.empty()) {
    const std::size_t end =
        std::min(text.find_first_of("\r\n"), text.size() - 1) + 1;
    if (text.front() != mark) out += text.substr(0, end);
    text.remove_prefix(end);
  }
  return out;
}

}  // namespace

std::vector<std::size_t> count_fields(std::string_view text, char delimiter,
                                      char quote) {
  std::vector<std::size_t> out;
  std::size_t fields = 1;
  bool quoted = false;
  bool field_start = true;
  bool empty = true;
  for (const char c : text) {
    if (quoted) {
      quoted = c != quote;
      continue;
    }
    if (c == quote && field_start) {
      quoted = true;
      empty = false;
    } else if (c == '\n' || c == '\r') {
      if (!empty) out.push_back(fields);
      fields = 1;
      empty = true;
      field_start = true;
      continue;
    } else {
      fields += c == delimiter ? 1 : 0;
      empty = false;
    }
    // A doubled quote inside quotes closes and opens again at once.  Other
    // delimiters count, too: in `1;"a,b"` the quote opens whatever is tried.
    field_start = c == delimiter || c == quote || kSure.find(c) != kSure.npos;
  }
  // The last record may be cut by the end of the block.
  if (!empty && out.empty()) out.push_back(fields);
  return out;
}

Result<char> sniff_delimiter(std::string_view whole, char quote,
                             std::optional<char> comment,
                             std::string_view marks) {
  const std::string uncommented = comment ? without_lines(whole, *comment) : "";
  const std::string_view text = comment ? uncommented : whole;
  std::array<Candidate, 5> candidates{{{',', "comma"},
                                       {';', "semicolon"},
                                       {'\t', "tab"},
                                       {'|', "|"},
                                       {' ', "space"}}};
  for (auto& c : candidates) judge(c, text, quote);
  std::stable_sort(
      candidates.begin(), candidates.end(),
      [](const auto& a, const auto& b) { return a.score > b.score; });
  if (candidates[0].score == 0) return ',';  // one column
  // A space inside texts is common: it never contests another delimiter.
  const auto space = std::find_if(candidates.begin(), candidates.end(),
                                  [](auto& c) { return c.delimiter == ' '; });
  const bool other = std::any_of(
      candidates.begin(), candidates.end(),
      [](auto& c) { return c.delimiter != ' ' && c.score > kLikely; });
  if (other) std::rotate(space, space + 1, candidates.end());
  const Candidate& best = candidates[0];
  const Candidate& second = candidates[1];
  const bool contested = second.score >= kGoodEnough &&
                         best.score - second.score < kClose &&
                         second.delimiter != ' ';
  const auto is_mark = [&](const Candidate& c) {
    return marks.find(c.delimiter) != marks.npos;
  };
  if (contested && is_mark(best) != is_mark(second)) {
    return is_mark(best) ? second.delimiter : best.delimiter;
  }
  if (contested) {
    return Error{Fault::data, "both " + std::string(best.name) + " (" +
                                  std::to_string(best.fields) +
                                  " fields) and " + std::string(second.name) +
                                  " (" + std::to_string(second.fields) +
                                  " fields) cut it evenly; say which with "
                                  "--delimiter"};
  }
  return best.delimiter;
}

}  // namespace mlb::table
