// See pass.h.
#include "table/pass.h"

#include <algorithm>
#include <map>
#include <set>
#include <thread>

namespace mlb::table {
namespace {

constexpr std::size_t kLongestName = 4096;
constexpr std::size_t kListedLines = 10;

/// No letter in any field, and a number in one: data rather than names.
bool looks_like_data(const Record& record) {
  bool number = false;
  for (const auto& field : record.fields) {
    const auto text = trimmed(field.text);
    if (field.quoted || text.empty()) return false;
    if (!parse_real(text)) return false;
    number = true;
  }
  return number;
}

/// Gives each name once; a name in use gets ".1", ".2", ... behind it.
class NameGiver {
 public:
  /// `header`: every name that the header holds; none is made up again.
  explicit NameGiver(std::set<std::string> header)
      : header_(std::move(header)) {}

  std::string given(const std::string& name) {
    return used_.insert(name).second ? name : numbered(name);
  }
  std::string made_up(const std::string& name) {
    return header_.count(name) > 0 ? numbered(name) : given(name);
  }

 private:
  std::string numbered(const std::string& name) {
    std::uint64_t& n = next_[name];
    std::string out;
    do {
      out = name + "." + std::to_string(++n);
    } while (header_.count(out) > 0 || !used_.insert(out).second);
    return out;
  }

  std::set<std::string> header_;
  std::set<std::string> used_;
  std::map<std::string, std::uint64_t> next_;
};

Result<> check_names(const std::vector<std::string>& names, std::size_t most) {
  if (names.size() > most) {
    return Error{Fault::data, "has " + std::to_string(names.size()) +
                                  " columns; at most " + std::to_string(most) +
                                  " are taken"};
  }
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (names[i].size() <= kLongestName) continue;
    return Error{Fault::data, "the name of column " + std::to_string(i + 1) +
                                  " has " + std::to_string(names[i].size()) +
                                  " bytes; at most " +
                                  std::to_string(kLongestName) + " are taken"};
  }
  return {};
}

/// What the header is called and how wide it is, against the schema.
Result<> check_schema(const std::vector<ColumnRule>& schema,
                      const std::vector<std::string>& names,
                      bool nameless_last) {
  const std::size_t width = names.size() - (nameless_last ? 1 : 0);
  if (schema.empty()) return {};
  if (names.size() != schema.size() && width != schema.size()) {
    return Error{Fault::data, "has " + std::to_string(names.size()) +
                                  " columns; the schema has " +
                                  std::to_string(schema.size())};
  }
  for (std::size_t i = 0; i < schema.size(); ++i) {
    if (names[i] == schema[i].pattern) continue;
    return Error{Fault::data,
                 "column " + std::to_string(i + 1) + " is named '" + names[i] +
                     "'; the schema wants '" + schema[i].pattern + "'"};
  }
  return {};
}

}  // namespace

ColumnType asked_type(const CsvOptions& options, const std::string& name) {
  for (const auto& rule : options.schema) {
    if (rule.pattern == name) return rule.type;
  }
  for (const auto& rule : options.columns) {
    if (matches_glob(rule.pattern, name)) return rule.type;
  }
  for (const auto& rule : options.expected) {
    if (rule.pattern == name) return rule.type;
  }
  return ColumnType::automatic;
}

Result<DateWish> date_wish(const CsvOptions& options, const std::string& name) {
  std::string pattern = options.date_format;
  bool demanded = false;
  for (const auto& rule : options.schema) {
    if (rule.pattern != name || rule.date_format.empty()) continue;
    demanded = true;
    pattern = rule.date_format;
  }
  for (const auto& rule : options.columns) {
    if (demanded || !matches_glob(rule.pattern, name)) continue;
    demanded = !rule.date_format.empty();
    if (demanded) pattern = rule.date_format;
    break;
  }
  for (const auto& rule : options.expected) {
    if (demanded || rule.pattern != name || rule.date_format.empty()) continue;
    demanded = true;
    pattern = rule.date_format;
  }
  if (pattern.empty()) return DateWish{};
  auto format = DateFormat::parse(pattern);
  if (!format) return std::move(format).fail();
  return DateWish{.format = std::move(*format), .demanded = demanded};
}

std::vector<std::string> column_names(const Record& first, bool header,
                                      std::vector<Warning>& warnings) {
  std::vector<std::string> wanted;
  std::set<std::string> given;
  for (const auto& field : first.fields) {
    wanted.emplace_back(header ? trimmed(field.text) : std::string_view());
    given.insert(wanted.back());
  }
  NameGiver giver(std::move(given));
  std::vector<std::string> out;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    if (wanted[i].empty()) {
      out.push_back(giver.made_up("column_" + std::to_string(i + 1)));
      continue;
    }
    out.push_back(giver.given(wanted[i]));
    if (out.back() == wanted[i]) continue;
    warnings.push_back({"duplicate_name",
                        "column " + std::to_string(i + 1) + " is named '" +
                            wanted[i] + "' again; it is called '" + out.back() +
                            "'",
                        first.line, wanted[i]});
  }
  return out;
}

void RaggedRows::add(const std::vector<std::uint32_t>& starts,
                     BlockTexts& texts) {
  count_ += starts.size();
  for (const auto start : starts) {
    if (lines_.size() == kListedLines) return;
    lines_.push_back(texts.line_at(start));
  }
}

void RaggedRows::warn(const char* code, const std::string& fate,
                      std::vector<Warning>& warnings) const {
  if (count_ == 0) return;
  std::string list;
  for (const auto line : lines_) {
    list += (list.empty() ? "" : ", ") + std::to_string(line);
  }
  if (count_ > lines_.size()) list += ", ...";
  warnings.push_back(
      {code,
       std::to_string(count_) +
           " rows with another number of fields than the first " + fate +
           " (lines " + list + ")",
       lines_.front(), ""});
}

Error problem_error(const CsvFile& file, std::uint64_t line,
                    const Problem& problem) {
  return {Fault::data, file.path() + ":" + std::to_string(line + problem.line) +
                           ":" + std::to_string(problem.column) + ": " +
                           problem.what};
}

Error no_rows(const CsvFile& file) {
  return {Fault::data, file.path() + ": has a header but no data row"};
}

unsigned thread_count(const CsvOptions& options) {
  if (options.threads > 0) return options.threads;
  return std::max(1u, std::thread::hardware_concurrency());
}

CsvFile::CsvFile(CsvReader reader, const CsvOptions& options)
    : reader_(std::move(reader)),
      missing_(options.missing),
      form_{options.decimal, options.thousands} {}

Result<CsvFile> CsvFile::open(const std::string& path,
                              const CsvOptions& options) {
  auto reader = CsvReader::open(path, options);
  if (!reader) return std::move(reader).fail();
  CsvFile out(std::move(*reader), options);
  const bool one = out.reader_.taker().is_one_block();
  out.threads_ = one ? 1 : thread_count(options);
  auto read = out.read_header(options);
  if (!read) return std::move(read).fail();
  return out;
}

Result<> CsvFile::read_header(const CsvOptions& options) {
  Record first;
  auto got = reader_.next(first);
  if (!got) return std::move(got).fail();
  if (!*got) return Error{Fault::data, path() + ": holds only blank lines"};
  const bool header = options.header != Header::absent;
  rule_ = {.width = first.fields.size(),
           .ragged = options.ragged,
           .data_begin = header ? reader_.offset() : 0};
  if (options.header == Header::automatic && looks_like_data(first)) {
    warnings_.push_back({"header_is_data",
                         "the first row holds only numbers and was taken as "
                         "the header; if it is data, use --no-header",
                         first.line, ""});
  }
  names_ = column_names(first, header, warnings_);
  for (std::size_t i = 0; i < names_.size() && !header; ++i) {
    if (i < options.schema.size()) names_[i] = options.schema[i].pattern;
  }
  auto good = check_names(names_, kMostColumns);
  if (!good) {
    return std::move(good).context(path() + ":" + std::to_string(first.line));
  }
  nameless_last_ =
      header && rule_.width > 1 && trimmed(first.fields.back().text).empty();
  good = check_schema(options.schema, names_, nameless_last_);
  if (!good) {
    return std::move(good).context(path() + ":" + std::to_string(first.line));
  }
  return reader_.rewind();
}

}  // namespace mlb::table
