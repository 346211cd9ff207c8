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

namespace {

Result<std::optional<char>> perhaps_character(const std::string& flag,
                                              const std::string& text) {
  if (text.empty()) return std::optional<char>();
  auto c = one_character(flag, text);
  if (!c) return std::move(c).fail();
  return std::optional(*c);
}

table::Encoding encoding_named(const std::string& name) {
  using table::Encoding;
  for (const Encoding e :
       {Encoding::utf8, Encoding::utf16, Encoding::latin1, Encoding::cp1252}) {
    if (name == name_of(e)) return e;
  }
  return Encoding::automatic;
}

/// The characters of the dialect, each of its own.
Result<> read_characters(const DialectFlags& flags, table::CsvOptions& out) {
  struct Flag {
    const char* name;
    const std::string& text;
    std::optional<char>& to;
  };
  for (const Flag& f : {Flag{"--delimiter", flags.delimiter, out.delimiter},
                        Flag{"--escape", flags.escape, out.escape},
                        Flag{"--comment", flags.comment, out.comment},
                        Flag{"--thousands", flags.thousands, out.thousands}}) {
    auto c = perhaps_character(f.name, f.text);
    if (!c) return std::move(c).fail();
    f.to = *c;
  }
  out.quote = '\0';
  if (flags.quote != "none") {
    auto quote = one_character("--quote", flags.quote);
    if (!quote) return std::move(quote).fail();
    out.quote = *quote;
  }
  if (flags.decimal != "." && flags.decimal != ",") {
    return Error{Fault::usage,
                 "--decimal is '" + flags.decimal + "'; want . or ,"};
  }
  out.decimal = flags.decimal[0];
  return {};
}

Result<> check_characters(const table::CsvOptions& o) {
  const auto clash = [](const char* what) {
    return Error{Fault::usage, std::string(what) + " are the same character"};
  };
  if (o.delimiter == o.quote) return clash("--delimiter and --quote");
  if (o.delimiter && o.delimiter == o.escape) {
    return clash("--delimiter and --escape");
  }
  if (o.escape == o.quote) return clash("--escape and --quote");
  if (o.thousands == o.decimal) return clash("--thousands and --decimal");
  for (const auto& c : {o.delimiter, o.escape, o.comment, o.thousands,
                        std::optional(o.quote)}) {
    if (c != '\n' && c != '\r') continue;
    return Error{Fault::usage,
                 "a line end cannot be a delimiter, quote, escape, comment or "
                 "thousands mark"};
  }
  return {};
}

Result<> read_columns(const DialectFlags& flags, table::CsvOptions& out) {
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
  return {};
}

}  // namespace

Result<table::CsvOptions> csv_options(const DialectFlags& flags) {
  table::CsvOptions out;
  auto read = read_characters(flags, out);
  if (read) read = check_characters(out);
  if (read) read = read_columns(flags, out);
  if (!read) return std::move(read).fail();
  if (flags.header) out.header = table::Header::present;
  if (flags.no_header) out.header = table::Header::absent;
  if (flags.missing_given) out.missing = flags.missing;
  out.skip = flags.skip;
  out.encoding = encoding_named(flags.encoding);
  out.ragged = flags.ragged == "fill"   ? table::Ragged::fill
               : flags.ragged == "skip" ? table::Ragged::skip
                                        : table::Ragged::error;
  out.threads = flags.threads;
  const auto limit = parse_size(flags.max_field);
  if (!limit || *limit == 0 || *limit > table::kMostRecord) {
    return Error{Fault::usage, "--max-field is '" + flags.max_field +
                                   "'; want a size such as 64M, at most 1G"};
  }
  out.max_field = *limit;
  return out;
}

}  // namespace mlb::prep_tool
