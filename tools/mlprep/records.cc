// mlprep records FILE: one JSON array of strings a record.
#include "base/json.h"
#include "table/csv.h"
#include "verbs.h"

namespace mlb::prep_tool {

Result<> records(const RecordsFlags& flags) {
  auto options = csv_options(flags.dialect);
  if (!options) return std::move(options).fail();
  auto reader = table::CsvReader::open(flags.input, *options);
  if (!reader) return std::move(reader).fail();
  table::Record record;
  std::size_t width = 0;
  for (;;) {
    auto got = reader->next(record);
    if (!got) return std::move(got).fail();
    if (!*got) return {};
    if (width == 0) {
      width = record.fields.size();
      reader->one_column(width == 1);
    }
    if (record.fields.size() != width &&
        options->ragged == table::Ragged::skip) {
      continue;
    }
    if (record.fields.size() < width &&
        options->ragged == table::Ragged::fill) {
      record.fields.resize(width);
    }
    if (record.fields.size() != width) {
      return Error{Fault::data, reader->path() + ":" +
                                    std::to_string(record.line) + ":1: has " +
                                    std::to_string(record.fields.size()) +
                                    " fields; want " + std::to_string(width) +
                                    " as in the first row"};
    }
    Json line = Json::array();
    for (const auto& field : record.fields) line.push_back(field.text);
    auto printed = print(line.dump() + "\n");
    if (!printed) return printed;
    if (interrupted()) return Error{Fault::cancelled, "interrupted"};
  }
}

}  // namespace mlb::prep_tool
