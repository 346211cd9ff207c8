// mlprep cat, mlprep head: the table back as CSV or one JSON object a line.
#include "base/json.h"
#include "table/dataset.h"
#include "verbs.h"

namespace mlb::prep_tool {
namespace {

using table::Column;
using table::csv_field;
using table::Type;

Json json_value(const Column& column, std::size_t row) {
  if (column.is_missing(row)) return nullptr;
  if (column.type == Type::real) return json_number(column.reals[row]);
  if (column.type == Type::boolean) return column.integers[row] != 0;
  if (column.stores_integers() && !column.is_moment()) {
    return column.integers[row];
  }
  return column.text_of(row);
}

using Columns = std::vector<const Column*>;

std::string csv_line(const Columns& columns, std::size_t row) {
  std::string out;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (i > 0) out += ',';
    out += csv_field(*columns[i], row);
  }
  return out;
}

std::string json_line(const Columns& columns, std::size_t row) {
  Json object = Json::object();
  for (const Column* c : columns) object[c->name] = json_value(*c, row);
  return object.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Result<Columns> chosen(const table::Table& table, const CatFlags& flags) {
  Columns out;
  for (const auto& name : flags.columns) {
    const Column* column = table.find(name);
    if (column == nullptr) {
      return Error{Fault::usage, "--columns: there is no column '" + name +
                                     "' in " + flags.input};
    }
    out.push_back(column);
  }
  if (flags.columns.empty()) {
    for (const auto& column : table.columns) out.push_back(&column);
  }
  return out;
}

}  // namespace

Result<> cat(const CatFlags& flags) {
  auto dataset = table::Dataset::open(flags.input);
  if (!dataset) return std::move(dataset).fail();
  auto table = dataset->read_table();
  if (!table) return std::move(table).fail();
  auto columns = chosen(*table, flags);
  if (!columns) return std::move(columns).fail();
  const bool csv = flags.format == "csv";
  if (csv) {
    std::string line;
    for (const Column* c : *columns) {
      line += (line.empty() ? "" : ",") + csv_field(c->name);
    }
    auto printed = print(line + "\n");
    if (!printed) return printed;
  }
  const std::uint64_t rows =
      flags.rows == 0 ? table->rows : std::min(flags.rows, table->rows);
  for (std::uint64_t row = 0; row < rows; ++row) {
    auto printed = print(
        (csv ? csv_line(*columns, row) : json_line(*columns, row)) + "\n");
    if (!printed) return printed;
    if (interrupted()) return Error{Fault::cancelled, "interrupted"};
  }
  return {};
}

}  // namespace mlb::prep_tool
