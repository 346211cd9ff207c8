// mlprep FILE.csv -o OUT.h5
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>

#include "base/file.h"
#include "prep/columns.h"
#include "table/convert.h"
#include "table/csv_line.h"
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
  const std::string rejected =
      inspection.rejected == 0
          ? ""
          : " (" + std::to_string(inspection.rejected) + " left out)";
  std::fprintf(stderr, "%s: %llu rows%s, %zu columns, delimiter %s, %s\n",
               flags.output.c_str(),
               static_cast<unsigned long long>(inspection.rows),
               rejected.c_str(), inspection.columns.size(), name.c_str(),
               inspection.dialect.header ? "header" : "no header");
}

void print_noticed(const ConvertFlags& flags,
                   const std::vector<std::string>& warnings) {
  for (const auto& w : warnings) {
    std::fprintf(stderr, "%s: warning: %s\n", flags.input.c_str(), w.c_str());
  }
}

/// Where the table is written: to the output, or when more comes to a file
/// beside it, which goes with its owner.
class Part {
 public:
  explicit Part(const ConvertFlags& flags)
      : path_(flags.output), is_part_(flags.prepare.asked()) {
    if (is_part_) path_ += ".table." + std::to_string(::getpid());
  }
  ~Part() {
    if (is_part_) ::unlink(path_.c_str());
  }
  Part(const Part&) = delete;
  Part& operator=(const Part&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
  bool is_part_;
};

/// Types that --columns asks for; --column goes before.
void add_types(const JobSpec& spec, table::CsvOptions& options) {
  const auto asked = prep::csv_options(spec);
  if (!asked) return;
  options.columns.insert(options.columns.end(), asked->columns.begin(),
                         asked->columns.end());
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
  auto spec = spec_of(flags.prepare);
  if (!spec) return std::move(spec).fail();
  if (flags.prepare.asked()) add_types(*spec, *options);
  const Part part(flags);
  term::ProgressLine line(flags.input, flags.quiet);
  auto done = table::convert_csv(
      flags.input, part.path(),
      {.csv = *options, .compress = flags.compress == "deflate"},
      [&](std::uint64_t bytes, std::uint64_t total) {
        line.show(bytes, total);
        return !interrupted();
      });
  line.clear();
  if (!done) return std::move(done).fail();
  if (!flags.quiet) print_warnings(flags, *done);
  if (flags.prepare.asked()) {
    auto noticed =
        prepare(*spec, part.path(), flags.output, flags.compress == "deflate");
    if (!noticed) {
      return table::with_place(std::move(noticed).fail(), flags.input,
                               flags.input, *options);
    }
    if (!flags.quiet) print_noticed(flags, *noticed);
  }
  if (!flags.quiet) print_decisions(flags, *done);
  if (flags.report.empty()) return {};
  return write_file_durably(flags.report,
                            view_of(table::to_json(*done).dump(2) + "\n"));
}

}  // namespace mlb::prep_tool
