// See pass.h.
#include "table/pass.h"

#include <algorithm>
#include <set>

namespace mlb::table {
namespace {

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

}  // namespace

ColumnType asked_type(const CsvOptions& options, const std::string& name) {
  for (const auto& rule : options.columns) {
    if (matches_glob(rule.pattern, name)) return rule.type;
  }
  return ColumnType::automatic;
}

std::vector<std::string> column_names(const Record& first, bool header,
                                      std::vector<Warning>& warnings) {
  std::vector<std::string> wanted;
  std::set<std::string> given;
  for (const auto& field : first.fields) {
    wanted.emplace_back(header ? trimmed(field.text) : std::string_view());
    given.insert(wanted.back());
  }
  std::set<std::string> used;
  std::vector<std::string> out;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    std::string name = wanted[i];
    if (name.empty()) {
      name = "column_" + std::to_string(i + 1);
    } else if (used.count(name) > 0) {
      int n = 1;
      while (given.count(name + "." + std::to_string(n)) > 0 ||
             used.count(name + "." + std::to_string(n)) > 0) {
        ++n;
      }
      warnings.push_back({"duplicate_name",
                          "column " + std::to_string(i + 1) + " is named '" +
                              name + "' again; it is called '" + name + "." +
                              std::to_string(n) + "'",
                          first.line, name});
      name += "." + std::to_string(n);
    }
    used.insert(name);
    out.push_back(std::move(name));
  }
  return out;
}

Result<RowReader> RowReader::open(const std::string& path,
                                  const CsvOptions& options) {
  auto csv = CsvReader::open(path, options);
  if (!csv) return std::move(csv).fail();
  RowReader out(std::move(*csv));
  out.missing_.insert(options.missing.begin(), options.missing.end());
  auto read = out.read_header(options);
  if (!read) return std::move(read).fail();
  return out;
}

Result<> RowReader::read_header(const CsvOptions& options) {
  Record first;
  auto got = csv_.next(first);
  if (!got) return std::move(got).fail();
  if (!*got)
    return Error{Fault::data, csv_.path() + ": holds only blank lines"};
  csv_.dialect().header = options.header != Header::absent;
  width_ = first.fields.size();
  if (options.header == Header::automatic && looks_like_data(first)) {
    warnings_.push_back({"header_is_data",
                         "the first row holds only numbers and was taken as "
                         "the header; if it is data, use --no-header",
                         first.line, ""});
  }
  names_ = column_names(first, csv_.dialect().header, warnings_);
  nameless_last_ = csv_.dialect().header && width_ > 1 &&
                   trimmed(first.fields.back().text).empty();
  return rewind();
}

void RowReader::drop_last_column() {
  names_.pop_back();
  warnings_.push_back({"empty_column",
                       "the last column has no name and no value; left out", 1,
                       ""});
}

Result<> RowReader::rewind() {
  auto done = csv_.rewind();
  if (!done) return done;
  csv_.one_column(width_ == 1);
  if (!csv_.dialect().header) return {};
  Record header;
  auto got = csv_.next(header);
  if (!got) return std::move(got).fail();
  return {};
}

Result<bool> RowReader::next(Record& record) {
  auto got = csv_.next(record);
  if (!got || !*got) return got;
  if (record.fields.size() != width_) {
    return Error{Fault::data,
                 csv_.path() + ":" + std::to_string(record.line) + ":1: has " +
                     std::to_string(record.fields.size()) + " fields; want " +
                     std::to_string(width_) + " as in the first row"};
  }
  return true;
}

}  // namespace mlb::table
