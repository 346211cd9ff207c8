// mlprep inspect FILE: what a CSV or a data set holds; writes nothing.
#include <cstdio>

#include "table/convert.h"
#include "table/dataset.h"
#include "term/progress.h"
#include "term/terminal.h"
#include "verbs.h"

namespace mlb::prep_tool {
namespace {

std::string cell(const Json& value) {
  if (value.is_null()) return "-";
  if (value.is_string()) return value.get<std::string>();
  if (value.is_number_float()) return term::number_text(value, 4);
  return value.dump();
}

std::string examples(const Json& list) {
  std::string out;
  for (const auto& e : list) {
    out +=
        (out.empty() ? "" : ", ") + table::shortened(e.get<std::string>(), 20);
  }
  // A value with line ends stays in its row of the table.
  for (char& c : out) {
    if (static_cast<unsigned char>(c) < ' ') c = ' ';
  }
  return out;
}

void print_human(const Json& report) {
  const auto d = report["dialect"]["delimiter"].get<std::string>();
  std::printf("rows %s   columns %zu   delimiter %s   header %s\n\n",
              report["rows"].dump().c_str(), report["columns"].size(),
              d == "\t" ? "tab" : d.c_str(),
              report["dialect"]["header"] == true ? "yes" : "no");
  std::printf("%-24s %-9s %8s %8s %10s %10s %10s  %s\n", "name", "type",
              "missing", "distinct", "min", "max", "mean", "examples");
  for (const auto& c : report["columns"]) {
    std::printf("%-24s %-9s %8s %8s %10s %10s %10s  %s\n",
                c["name"].get<std::string>().c_str(),
                c["type"].get<std::string>().c_str(),
                cell(c["missing"]).c_str(), cell(c["distinct"]).c_str(),
                cell(c["min"]).c_str(), cell(c["max"]).c_str(),
                cell(c["mean"]).c_str(), examples(c["examples"]).c_str());
  }
  for (const auto& w : report["warnings"]) {
    const std::string line =
        w["line"].is_null() ? "" : "line " + w["line"].dump() + ": ";
    const std::string column =
        w["column"].is_null()
            ? ""
            : "column '" + w["column"].get<std::string>() + "': ";
    std::printf("\nwarning: %s%s%s", line.c_str(), column.c_str(),
                w["message"].get<std::string>().c_str());
  }
  if (!report["warnings"].empty()) std::putchar('\n');
}

Result<Json> report_of(const InspectFlags& flags) {
  if (table::is_dataset_file(flags.input)) {
    auto dataset = table::Dataset::open(flags.input);
    if (!dataset) return std::move(dataset).fail();
    return dataset->report();
  }
  auto options = csv_options(flags.dialect);
  if (!options) return std::move(options).fail();
  term::ProgressLine line(flags.input);
  auto done = table::inspect_csv(flags.input, *options,
                                 [&](std::uint64_t bytes, std::uint64_t total) {
                                   line.show(bytes, total);
                                   return !interrupted();
                                 });
  if (!done) return std::move(done).fail();
  return table::to_json(*done);
}

}  // namespace

Result<> inspect(const InspectFlags& flags) {
  auto report = report_of(flags);
  if (!report) return std::move(report).fail();
  if (flags.schema) return print(schema_text(*report));
  if (flags.json) {
    return print(report->dump(-1, ' ', false, Json::error_handler_t::replace) +
                 "\n");
  }
  print_human(*report);
  return {};
}

}  // namespace mlb::prep_tool
