// See table.h.
#include "table/table.h"

#include <charconv>
#include <cmath>

namespace mlb::table {

std::string_view name_of(Type type) {
  switch (type) {
    case Type::integer: return "integer";
    case Type::real: return "real";
    case Type::boolean: return "boolean";
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

std::string Column::text_of(std::size_t row) const {
  if (is_missing(row)) return {};
  switch (type) {
    case Type::integer: return std::to_string(integers[row]);
    case Type::real: return number_text(reals[row]);
    case Type::boolean: return integers[row] != 0 ? "true" : "false";
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
