// mlprep matrix OUT.h5 -o M.h5: the features of each part as float32 matrices.
#include <algorithm>
#include <charconv>
#include <cstdio>
#include <filesystem>
#include <numeric>

#include "prep/split.h"
#include "table/dataset.h"
#include "table/matrix_writer.h"
#include "verbs.h"

namespace mlb::prep_tool {
namespace {

constexpr std::size_t kRowsAtOnce = 16384;
constexpr double kSumTolerance = 1e-9;

/// "0.7,0.15,0.15": train, valid, test.
Result<SplitSpec> split_of(const std::string& text) {
  const Error bad{Fault::usage, "--split is '" + text +
                                    "'; want three fractions that make 1, such "
                                    "as 0.7,0.15,0.15"};
  std::vector<double> parts;
  const char* at = text.data();
  const char* const end = at + text.size();
  while (at < end && parts.size() < 4) {
    double value = 0;
    const auto [next, error] = std::from_chars(at, end, value);
    if (error != std::errc() || !(value >= 0 && value <= 1)) return bad;
    parts.push_back(value);
    if (next != end && (*next != ',' || next + 1 == end)) return bad;
    at = next == end ? end : next + 1;
  }
  const double sum = std::accumulate(parts.begin(), parts.end(), 0.0);
  if (parts.size() != 3 || parts[0] <= 0 ||
      !(sum > 1 - kSumTolerance && sum < 1 + kSumTolerance)) {
    return bad;
  }
  SplitSpec out;
  out.train = parts[0];
  out.valid = parts[1];
  out.test = parts[2];
  return out;
}

Result<JobSpec> spec_of(const MatrixFlags& flags) {
  if (flags.output.empty()) {
    return Error{Fault::usage, "where to? give -o M.h5"};
  }
  if (flags.target.empty()) {
    return Error{Fault::usage, "what is to be predicted? give --target COLUMN"};
  }
  auto split = split_of(flags.split);
  if (!split) return std::move(split).fail();
  JobSpec out;
  out.seed = flags.seed;
  out.target = flags.target;
  out.data.split = *split;
  out.features.include = flags.include;
  out.features.exclude = flags.exclude;
  return out;
}

Result<> write_part(table::MatrixWriter& writer, const std::string& name,
                    const prep::Plan& plan, const table::Table& table,
                    const prep::Rows& rows) {
  auto done = writer.begin_part(name, rows.size());
  for (std::size_t at = 0; at < rows.size() && done; at += kRowsAtOnce) {
    if (interrupted()) return Error{Fault::cancelled, "interrupted"};
    const std::size_t end = std::min(rows.size(), at + kRowsAtOnce);
    const prep::Rows block(rows.begin() + static_cast<long>(at),
                           rows.begin() + static_cast<long>(end));
    auto x = prep::apply(plan, table, block);
    if (!x) return std::move(x).fail();
    auto y = prep::target_of(plan, table, block);
    if (!y) return std::move(y).fail();
    std::vector<std::int64_t> numbers;
    for (const auto row : block) {
      numbers.push_back(static_cast<std::int64_t>(row) + 1);
    }
    done = writer.append(x->values, *y, numbers);
  }
  return done;
}

void print_done(const MatrixFlags& flags, const prep::Plan& plan,
                const prep::Split& split) {
  std::fprintf(stderr,
               "%s: %zu features, rows: %zu train, %zu valid, %zu test, %zu "
               "without a target\n",
               flags.output.c_str(), plan.width(), split.train.size(),
               split.valid.size(), split.test.size(), split.without_target);
}

Result<> check_output(const std::string& input, const std::string& output,
                      bool force) {
  std::error_code error;
  if (std::filesystem::equivalent(input, output, error)) {
    return Error{Fault::usage, "-o names the input file itself"};
  }
  if (std::filesystem::exists(output, error) && !force) {
    return Error{Fault::data,
                 output + ": exists already; use --force to replace it"};
  }
  return {};
}

}  // namespace

Result<> matrix(const MatrixFlags& flags) {
  auto spec = spec_of(flags);
  if (!spec) return std::move(spec).fail();
  auto free = check_output(flags.input, flags.output, flags.force);
  if (!free) return free;
  auto dataset = table::Dataset::open(flags.input);
  if (!dataset) return std::move(dataset).fail();
  auto table = dataset->read_table();
  if (!table) return std::move(table).fail();
  if (table->find(flags.target) == nullptr) {
    return Error{Fault::usage, "--target: there is no column '" + flags.target +
                                   "' in " + flags.input};
  }
  auto task = prep::task_of(*table, *spec);
  if (!task) return std::move(task).context(flags.input);
  auto split = prep::split_rows(*table, *spec, *task);
  if (!split) return std::move(split).context(flags.input);
  std::vector<std::string> warnings;
  auto plan = prep::fit(*table, split->train, *spec, warnings);
  if (!plan) return std::move(plan).context(flags.input);
  auto writer = table::MatrixWriter::create(
      flags.output,
      {.features = plan->output_names(),
       .target = flags.target,
       .classes = plan->classes,
       .source = std::filesystem::path(flags.input).filename().string(),
       .seed = flags.seed});
  if (!writer) return std::move(writer).fail();
  auto done = write_part(*writer, "train", *plan, *table, split->train);
  if (done) done = write_part(*writer, "valid", *plan, *table, split->valid);
  if (done) done = write_part(*writer, "test", *plan, *table, split->test);
  if (done) done = writer->finish();
  if (!done) return done;
  if (flags.quiet) return {};
  for (const auto& w : warnings) {
    std::fprintf(stderr, "%s: warning: %s\n", flags.input.c_str(), w.c_str());
  }
  print_done(flags, *plan, *split);
  return {};
}

}  // namespace mlb::prep_tool
