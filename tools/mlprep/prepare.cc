// See prepare.h.  The flags are read by the code that reads job specs, so that
// both take the same words and give the same errors.
#include "prepare.h"

#include "prep/prepared.h"
#include "spec/spec.h"
#include "table/dataset.h"

namespace mlb::prep_tool {
namespace {

spec::Options options_of(const PrepareFlags& f) {
  spec::Options out;
  const auto set = [&](const char* field, const std::string& value) {
    if (!value.empty()) out.set.push_back(std::string(field) + "=" + value);
  };
  set("target", f.target);
  set("positive", f.positive);
  set("data.split", f.split);
  set("data.sample", f.sample);
  set("columns", f.columns);
  set("features", f.features);
  set("task", f.task);
  set("seed", f.seed);
  return out;
}

}  // namespace

bool PrepareFlags::asked() const {
  return !(target + split + columns + features + sample + task + positive +
           seed)
              .empty();
}

Result<JobSpec> spec_of(const PrepareFlags& flags) {
  auto parsed = spec::parse("kind: prep\ndata: {csv: table.csv}\n", "-",
                            options_of(flags));
  std::string problems;
  for (const auto& e : parsed.errors) {
    problems += (problems.empty() ? "" : "\n") + e.message +
                (e.hint.empty() ? "" : " (" + e.hint + ")");
  }
  if (!problems.empty()) return Error{Fault::usage, problems};
  return std::move(parsed.jobs.front().spec);
}

Result<std::vector<std::string>> prepare(const JobSpec& spec,
                                         const std::string& table,
                                         const std::string& out,
                                         bool compress) {
  auto dataset = table::Dataset::open(table);
  if (!dataset) return std::move(dataset).fail();
  auto rows = dataset->read_table();
  if (!rows) return std::move(rows).fail();
  std::vector<std::string> warnings;
  auto prepared = prep::prepare(*rows, spec, {}, warnings);
  if (!prepared) return std::move(prepared).fail();
  auto written = table::add_prepared(table, out, *prepared, compress);
  if (!written) return std::move(written).fail();
  return warnings;
}

}  // namespace mlb::prep_tool
