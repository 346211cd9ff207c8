// mlprep FILE.csv -o OUT.h5
#include <sys/stat.h>

#include <cstdio>
#include <filesystem>

#include "base/file.h"
#include "table/convert.h"
#include "term/progress.h"
#include "verbs.h"

namespace mlb::prep_tool {
namespace {

void print_warnings(const ConvertFlags& flags,
                    const table::Inspection& inspection) {
  for (const auto& w : inspection.warnings) {
    const std::string place = w.line == 0 ? "" : ":" + std::to_string(w.line);
    const std::string column =
        w.column.empty() ? "" : "column '" + w.column + "': ";
    std::fprintf(stderr, "%s%s: warning: %s%s\n", flags.input.c_str(),
                 place.c_str(), column.c_str(), w.message.c_str());
  }
}

void print_decisions(const ConvertFlags& flags,
                     const table::Inspection& inspection) {
  const char d = inspection.dialect.delimiter;
  const std::string name = d == '\t'  ? "tab"
                           : d == ' ' ? "space"
                                      : std::string(1, d);
  std::fprintf(stderr, "%s: %llu rows, %zu columns, delimiter %s, %s\n",
               flags.output.c_str(),
               static_cast<unsigned long long>(inspection.rows),
               inspection.columns.size(), name.c_str(),
               inspection.dialect.header ? "header" : "no header");
}

}  // namespace

Result<> convert(const ConvertFlags& flags) {
  auto options = csv_options(flags.dialect);
  if (!options) return std::move(options).fail();
  if (flags.output.empty()) {
    return Error{Fault::usage, "where to? give -o OUT.h5"};
  }
  std::error_code error;
  if (std::filesystem::equivalent(flags.input, flags.output, error)) {
    return Error{Fault::usage, "-o names the input file itself"};
  }
  if (std::filesystem::exists(flags.output, error) && !flags.force) {
    return Error{Fault::data, flags.output +
                                  ": exists already; use --force to replace "
                                  "it"};
  }
  term::ProgressLine line(flags.input, flags.quiet);
  auto done = table::convert_csv(
      flags.input, flags.output,
      {.csv = *options, .compress = flags.compress == "deflate"},
      [&](std::uint64_t bytes, std::uint64_t total) {
        line.show(bytes, total);
        return !interrupted();
      });
  line.clear();
  if (!done) return std::move(done).fail();
  if (!flags.quiet) {
    print_warnings(flags, *done);
    print_decisions(flags, *done);
  }
  if (flags.report.empty()) return {};
  return write_file_durably(flags.report,
                            view_of(table::to_json(*done).dump(2) + "\n"));
}

}  // namespace mlb::prep_tool
