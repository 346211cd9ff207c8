// From the words of a spec to the options of the reader.  See columns.h.
#include <algorithm>

#include "base/glob.h"
#include "prep/columns.h"
#include "prep/plan.h"

namespace mlb::prep {
namespace {

/// None of "auto" and "none".
Result<std::optional<char>> character(const std::string& key,
                                      const std::string& text) {
  if (text == "auto" || text == "none") return std::optional<char>();
  if (text == "tab") return std::optional('\t');
  if (text == "space") return std::optional(' ');
  if (text.size() == 1) return std::optional(text[0]);
  return Error{Fault::spec,
               "csv." + key + ": '" + text + "' is not one character"};
}

Result<> add_characters(const CsvSpec& csv, table::CsvOptions& out) {
  std::optional<char> quote;
  std::optional<char> decimal;
  struct Mark {
    const char* key;
    const std::string& text;
    std::optional<char>& to;
  };
  for (const Mark& mark :
       {Mark{"delimiter", csv.delimiter, out.delimiter},
        Mark{"quote", csv.quote, quote}, Mark{"escape", csv.escape, out.escape},
        Mark{"comment", csv.comment, out.comment},
        Mark{"decimal", csv.decimal, decimal},
        Mark{"thousands", csv.thousands, out.thousands}}) {
    auto c = character(mark.key, mark.text);
    if (!c) return std::move(c).fail();
    mark.to = *c;
  }
  out.quote = quote.value_or('\0');
  out.decimal = decimal.value_or('.');
  return {};
}

table::Encoding encoding_of(CsvEncoding encoding) {
  switch (encoding) {
    case CsvEncoding::automatic: break;
    case CsvEncoding::utf8: return table::Encoding::utf8;
    case CsvEncoding::utf16: return table::Encoding::utf16;
    case CsvEncoding::latin1: return table::Encoding::latin1;
    case CsvEncoding::cp1252: return table::Encoding::cp1252;
  }
  return table::Encoding::automatic;
}

table::Ragged ragged_of(CsvRagged ragged) {
  switch (ragged) {
    case CsvRagged::error: break;
    case CsvRagged::fill: return table::Ragged::fill;
    case CsvRagged::skip: return table::Ragged::skip;
  }
  return table::Ragged::error;
}

/// The type and how it is written: all that reading needs of a rule.
void add_rules(const JobSpec& spec, table::CsvOptions& out) {
  const auto add = [&](const std::string& pattern, const ColumnRule& rule) {
    out.columns.push_back({.pattern = pattern,
                           .type = rule.type,
                           .date_format = rule.date_format});
  };
  const bool reached = std::any_of(
      spec.columns.begin(), spec.columns.end(), [&](const auto& rule) {
        return !spec.target.empty() && matches_glob(rule.pattern, spec.target);
      });
  // First, so that no glob reaches the target.
  if (reached) add(spec.target, rule_for(spec, spec.target));
  for (const auto& rule : spec.columns) {
    if (rule.pattern != spec.target) add(rule.pattern, rule);
  }
}

ColumnType expected_type(table::Type type) {
  switch (type) {
    case table::Type::integer:
    case table::Type::real:
    case table::Type::id: break;
    case table::Type::category: return ColumnType::category;
    case table::Type::boolean: return ColumnType::boolean;
    case table::Type::text: return ColumnType::text;
    case table::Type::date: return ColumnType::date;
    case table::Type::time: return ColumnType::time;
  }
  return ColumnType::automatic;
}

}  // namespace

void expect_inputs(const Plan& plan, table::CsvOptions& csv) {
  for (const Input& input : plan.inputs) {
    const ColumnType type = expected_type(input.type);
    if (type == ColumnType::automatic) continue;
    csv.expected.push_back({.pattern = input.name,
                            .type = type,
                            .date_format = input.date_format});
  }
}

Result<table::CsvOptions> csv_options(const JobSpec& spec) {
  table::CsvOptions out;
  auto added = add_characters(spec.csv, out);
  if (!added) return std::move(added).fail();
  if (spec.csv.header) {
    out.header =
        *spec.csv.header ? table::Header::present : table::Header::absent;
  }
  out.encoding = encoding_of(spec.csv.encoding);
  out.ragged = ragged_of(spec.csv.ragged);
  out.skip = static_cast<std::uint64_t>(std::max(spec.csv.skip, 0));
  out.missing = spec.csv.missing;
  out.max_field = std::min(spec.csv.max_field, table::kMostRecord);
  add_rules(spec, out);
  return out;
}

}  // namespace mlb::prep
