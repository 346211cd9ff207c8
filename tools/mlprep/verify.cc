// mlprep verify OUT.h5: whether a data set is as it was written.
#include "table/verify.h"

#include "base/json.h"
#include "term/progress.h"
#include "verbs.h"

namespace mlb::prep_tool {
namespace {

std::string line_of(const std::string& input, const table::Finding& finding) {
  const std::string column =
      finding.column.empty() ? "" : "column '" + finding.column + "': ";
  return input + ": " + column + finding.message + "\n";
}

Json json_of(const table::Verification& v) {
  Json findings = Json::array();
  for (const auto& f : v.findings) {
    findings.push_back({{"column", f.column.empty() ? Json() : Json(f.column)},
                        {"message", f.message}});
  }
  return {{"schema", "mlbatch.verify/1"},
          {"ok", v.findings.empty()},
          {"rows", v.rows},
          {"columns", v.columns},
          {"findings", findings}};
}

std::string text_of(const std::string& input, const table::Verification& v) {
  std::string out;
  for (const auto& finding : v.findings) out += line_of(input, finding);
  if (!v.findings.empty()) return out;
  return input + ": whole: " + std::to_string(v.rows) + " rows, " +
         std::to_string(v.columns) +
         " columns; every digest and statistic holds\n";
}

}  // namespace

Result<int> verify(const VerifyFlags& flags) {
  term::ProgressLine line(flags.input, false, "columns");
  auto done = table::verify(flags.input, [&](std::size_t at, std::size_t all) {
    line.show(at, all);
    return !interrupted();
  });
  line.clear();
  if (!done) return std::move(done).fail();
  auto printed =
      print(flags.json ? json_of(*done).dump(-1, ' ', false,
                                             Json::error_handler_t::replace) +
                             "\n"
                       : text_of(flags.input, *done));
  if (!printed) return std::move(printed).fail();
  return done->findings.empty() ? 0 : exit_code(Fault::integrity);
}

}  // namespace mlb::prep_tool
