// From flags to the library's options.
#include "base/units.h"
#include "table/date.h"
#include "verbs.h"

namespace mlb::prep_tool {
namespace {

Result<char> one_character(const std::string& flag, const std::string& text) {
  if (text == "tab" || text == "\\t") return '\t';
  if (text == "space") return ' ';
  if (text.size() == 1) return text[0];
  return Error{Fault::usage,
               flag + " is '" + text + "'; want one character, tab or space"};
}

Result<> check_date_format(const std::string& flag,
                           const std::string& pattern) {
  auto good = table::DateFormat::parse(pattern);
  if (!good) return std::move(good).context(flag);
  return {};
}

/// NAME=TYPE, or NAME=date:FORMAT.
Result<ColumnRule> column_rule(const std::string& rule, std::size_t equals) {
  const std::string value = rule.substr(equals + 1);
  const auto colon = value.find(':');
  auto type = column_type(value.substr(0, colon));
  if (!type) return std::move(type).context("--column");
  ColumnRule out{.pattern = rule.substr(0, equals), .type = *type};
  if (colon == std::string::npos) return out;
  if (*type != ColumnType::date && *type != ColumnType::time) {
    return Error{Fault::usage, "--column is '" + rule +
                                   "'; only a date or a time has a format"};
  }
  out.date_format = value.substr(colon + 1);
  auto good = check_date_format("--column", out.date_format);
  if (!good) return std::move(good).fail();
  return out;
}

}  // namespace

Result<ColumnType> column_type(const std::string& text) {
  if (text == "auto") return ColumnType::automatic;
  if (text == "integer") return ColumnType::integer;
  if (text == "real") return ColumnType::real;
  if (text == "category") return ColumnType::category;
  if (text == "boolean") return ColumnType::boolean;
  if (text == "text") return ColumnType::text;
  if (text == "id") return ColumnType::id;
  if (text == "date") return ColumnType::date;
  if (text == "time") return ColumnType::time;
  return Error{Fault::usage,
               "'" + text +
                   "' is no type; want auto, integer, real, boolean, "
                   "date, time, category, text or id"};
}

Result<table::CsvOptions> csv_options(const DialectFlags& flags) {
  table::CsvOptions out;
  if (!flags.delimiter.empty()) {
    auto c = one_character("--delimiter", flags.delimiter);
    if (!c) return std::move(c).fail();
    out.delimiter = *c;
  }
  auto quote = one_character("--quote", flags.quote);
  if (!quote) return std::move(quote).fail();
  out.quote = *quote;
  if (flags.header) out.header = table::Header::present;
  if (flags.no_header) out.header = table::Header::absent;
  if (flags.missing_given) out.missing = flags.missing;
  for (const auto& rule : flags.columns) {
    const auto equals = rule.rfind('=');
    if (equals == std::string::npos || equals == 0) {
      return Error{Fault::usage, "--column is '" + rule + "'; want NAME=TYPE"};
    }
    auto asked = column_rule(rule, equals);
    if (!asked) return std::move(asked).fail();
    out.columns.push_back(std::move(*asked));
  }
  if (!flags.date_format.empty()) {
    auto good = check_date_format("--date-format", flags.date_format);
    if (!good) return std::move(good).fail();
    out.date_format = flags.date_format;
  }
  if (!flags.schema.empty()) {
    auto schema = read_schema(flags.schema);
    if (!schema) return std::move(schema).fail();
    out.schema = std::move(*schema);
  }
  const auto limit = parse_size(flags.max_field);
  if (!limit || *limit == 0) {
    return Error{Fault::usage, "--max-field is '" + flags.max_field +
                                   "'; want a size such as 64M"};
  }
  out.max_field = *limit;
  return out;
}

}  // namespace mlb::prep_tool
