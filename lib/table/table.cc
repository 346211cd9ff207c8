// See table.h.
#include "table/table.h"

#include <charconv>
#include <cmath>

#include "table/date.h"
#include "table/parse.h"

namespace mlb::table {

std::string_view name_of(Type type) {
  switch (type) {
    case Type::integer: return "integer";
    case Type::real: return "real";
    case Type::boolean: return "boolean";
    case Type::date: return "date";
    case Type::time: return "time";
    case Type::category: return "category";
    case Type::text: return "text";
    case Type::id: return "id";
  }
  return "?";
}

std::string number_text(double value) {
  if (std::isnan(value)) return "nan";
  if (std::isinf(value)) return value > 0 ? "inf" : "-inf";
  char buffer[32];
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, value).ptr;
  return {buffer, end};
}

std::string shortened(std::string_view text, std::size_t most) {
  if (text.size() <= most) return std::string(text);
  const auto continues = [&](std::size_t i) {
    return (static_cast<unsigned char>(text[i]) & 0xc0) == 0x80;
  };
  while (most > 0 && continues(most)) --most;
  return std::string(text.substr(0, most)) + "...";
}

std::string quoted_field(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    out += c;
    if (c == '"') out += c;
  }
  return out + '"';
}

namespace {

/// Unquoted it would be read as missing.
bool looks_missing(std::string_view text) {
  text = trimmed(text);
  return text.empty() || text == "NA" || text == "N/A" || text == "n/a" ||
         text == "NaN" || text == "nan" || text == "null" || text == "NULL";
}

}  // namespace

std::string csv_field(std::string_view text) {
  if (text.find_first_of(",\"\r\n") == text.npos) return std::string(text);
  return quoted_field(text);
}

std::string csv_field(const Column& column, std::size_t row) {
  if (column.is_missing(row)) return {};
  const std::string text = column.text_of(row);
  const bool numeric = column.stores_integers() || column.type == Type::real;
  if (!numeric)
    return looks_missing(text) ? quoted_field(text) : csv_field(text);
  const bool whole = text.find_first_not_of("-0123456789") == text.npos;
  return column.type == Type::real && whole ? text + ".0" : text;
}

std::string Column::text_of(std::size_t row) const {
  if (is_missing(row)) return {};
  switch (type) {
    case Type::integer: return std::to_string(integers[row]);
    case Type::real: return number_text(reals[row]);
    case Type::boolean: return integers[row] != 0 ? "true" : "false";
    case Type::date: return date_text(integers[row]);
    case Type::time: return time_text(integers[row]);
    case Type::category:
      return codes[row] < 0 ? std::string()
                            : levels[static_cast<std::size_t>(codes[row])];
    case Type::text: return texts[row];
    case Type::id: return integral ? std::to_string(integers[row]) : texts[row];
  }
  return {};
}

const Column* Table::find(std::string_view name) const {
  for (const auto& column : columns) {
    if (column.name == name) return &column;
  }
  return nullptr;
}

}  // namespace mlb::table
