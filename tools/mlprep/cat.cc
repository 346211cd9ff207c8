// mlprep cat, mlprep head: the table back as CSV or one JSON object a line.
#include <cstdio>

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
  if (column.stores_integers()) return column.integers[row];
  return column.text_of(row);
}

Result<std::vector<const Column*>> chosen(const table::Table& table,
                                          const CatFlags& flags) {
  std::vector<const Column*> out;
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
  const auto print = [](const std::string& line) {
    std::fwrite(line.data(), 1, line.size(), stdout);
  };
  if (csv) {
    std::string line;
    for (const Column* c : *columns) {
      line += (line.empty() ? "" : ",") + csv_field(c->name);
    }
    print(line + "\n");
  }
  const std::uint64_t rows =
      flags.rows == 0 ? table->rows : std::min(flags.rows, table->rows);
  for (std::uint64_t row = 0; row < rows; ++row) {
    if (csv) {
      std::string line;
      for (std::size_t i = 0; i < columns->size(); ++i) {
        if (i > 0) line += ',';
        line += csv_field(*(*columns)[i], row);
      }
      print(line + "\n");
    } else {
      Json object = Json::object();
      for (const Column* c : *columns) object[c->name] = json_value(*c, row);
      print(object.dump() + "\n");
    }
    if (interrupted()) return Error{Fault::cancelled, "interrupted"};
  }
  return {};
}

}  // namespace mlb::prep_tool
