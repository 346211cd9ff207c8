// What the job leaves: metrics on every split, gates, model, predictions.
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cmath>

#include "base/file.h"
#include "job/families.h"
#include "job/metric_name.h"
#include "job/what_counts.h"
#include "learn/metrics.h"
#include "learn/predictions.h"
#include "run_job.h"
#include "wire/wire.h"

namespace mlb::job_program {
namespace {

bool holds(const Gate& gate, double value) {
  if (std::isnan(value)) return false;
  switch (gate.comparison) {
    case Comparison::at_least: return value >= gate.low;
    case Comparison::above: return value > gate.low;
    case Comparison::at_most: return value <= gate.low;
    case Comparison::below: return value < gate.low;
    case Comparison::between: return value >= gate.low && value <= gate.high;
  }
  return false;
}

}  // namespace

Result<> judge_gates(Work& work) {
  for (const auto& gate : work.spec.require) {
    const auto found = work.outcome.metrics.find(gate.metric);
    if (found == work.outcome.metrics.end()) {
      return Error{Fault::data,
                   "require: there is no " + gate.metric +
                       ": the split has no such rows or the task no such "
                       "metric"};
    }
    work.outcome.gates.push_back({gate.metric, gate.condition, found->second,
                                  holds(gate, found->second)});
  }
  return {};
}

std::vector<std::string> wanted_metrics(const Work& work) {
  auto out = work.spec.metrics.empty() ? learn::default_metrics(work.plan)
                                       : work.spec.metrics;
  for (const auto& gate : work.spec.require) {
    out.emplace_back(parse_metric_name(gate.metric).metric());
  }
  std::erase_if(out, [&](const auto& name) {
    return !learn::has_metric(work.plan.task, name);
  });
  return out;
}

namespace {

using Lines = std::vector<std::pair<std::size_t, std::string>>;

void add_rows(const Work& work, const Part& part, Lines& lines) {
  const table::Column* target = work.table.find(work.plan.target);
  const learn::PredictionFields fields(work.plan);
  for (std::size_t i = 0; i < part.rows->size(); ++i) {
    const std::size_t row = (*part.rows)[i];
    std::string line = std::to_string(row + 1) + "," + part.name + ",";
    if (target != nullptr) line += table::csv_field(target->text_of(row)) + ",";
    fields.add(part.predicted.row(i), line);
    lines.emplace_back(row, std::move(line));
  }
}

/// Of the rows that did not train; a clustering of all rows is about these.
Lines predicted_rows(const Work& work) {
  Lines out;
  const bool all = work.plan.task == prep::Task::none &&
                   work.split.valid.empty() && work.split.test.empty();
  for (const Part& part : work.parts) {
    if (all || part.rows != &work.split.train) add_rows(work, part, out);
  }
  std::sort(out.begin(), out.end());
  return out;
}

std::string predictions(const Work& work) {
  std::string out = work.plan.target.empty() ? "row,split" : "row,split,target";
  for (const auto& name : learn::PredictionFields(work.plan).names()) {
    out += "," + table::csv_field(name);
  }
  out += "\n";
  for (const auto& [row, line] : predicted_rows(work)) out += line + "\n";
  return out;
}

}  // namespace

Result<> save(Work& work, const std::string& name, const std::string& file,
              ByteView bytes) {
  auto written = write_file_durably(work.dir + "/out/" + file, bytes);
  if (!written) return written;
  work.outcome.artefacts.push_back({name, file, bytes.size(), sha256(bytes)});
  return {};
}

Result<> leave_file(Work& work, const std::string& name,
                    const std::string& file) {
  const std::string path = work.dir + "/out/" + file;
  const Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd) return Error{Fault::data, path + ": " + errno_text(errno)};
  Sha256 hash;
  Artefact out{name, file, 0, {}};
  Bytes block(std::size_t{1} << 20);
  for (;;) {
    const ssize_t got = ::read(fd.get(), block.data(), block.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return Error{Fault::data, path + ": " + errno_text(errno)};
    if (got == 0) break;
    const auto size = static_cast<std::size_t>(got);
    hash.add(ByteView(block).first(size));
    out.bytes += size;
  }
  out.digest = hash.finish();
  work.outcome.artefacts.push_back(std::move(out));
  return {};
}

Bytes training_record(const JobSpec& spec) {
  JobSpec record;
  record.kind = spec.kind;
  record.seed = spec.seed;
  if (stops_early(spec.model)) record.keep.model = spec.keep.model;
  record.data = spec.data;
  record.data.path.clear();
  record.csv = spec.csv;
  record.columns = spec.columns;
  record.target = spec.target;
  record.target_transform = spec.target_transform;
  record.task = spec.task;
  record.positive = spec.positive;
  record.features = spec.features;
  record.model = spec.model;
  record.pca = spec.pca;
  record.train = train_that_counts(spec);
  record.train.init_from.name.clear();
  return wire::encode_spec(record);
}

Result<> save_model(Work& work) {
  if (work.spec.keep.model == KeptModel::none) return {};
  return save(
      work, "model", "model.mlm",
      learn::pack_model(work.plan, training_record(work.spec), *work.model));
}

Result<> save_predictions(Work& work) {
  if (!work.spec.keep.predictions) return {};
  return save(work, "predictions", "predictions.csv",
              view_of(predictions(work)));
}

Result<> save_metrics(Work& work) {
  return save(work, "metrics", "metrics.csv",
              view_of("step,epoch,time,name,value\n" + work.history));
}

}  // namespace mlb::job_program
