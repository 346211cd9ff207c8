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
#include "learn/cluster_metrics.h"
#include "learn/metrics.h"
#include "learn/predictions.h"
#include "learn/row_groups.h"
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

/// The defaults, and what `metrics` and `require` name besides.
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

Result<> add_rows(const Work& work, const char* name, const prep::Rows& rows,
                  const prep::Matrix& x, Lines& lines) {
  auto p = learn::predict_rows(*work.model, x);
  if (!p) return std::move(p).fail();
  const table::Column* target = work.table.find(work.plan.target);
  const learn::PredictionFields fields(work.plan);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    std::string line = std::to_string(rows[i] + 1) + "," + name + ",";
    if (target != nullptr) {
      line += table::csv_field(target->text_of(rows[i])) + ",";
    }
    fields.add(p->row(i), line);
    lines.emplace_back(rows[i], std::move(line));
  }
  return {};
}

/// Of the rows that did not train; a clustering of all rows is about these.
Result<Lines> predicted_rows(const Work& work) {
  Lines out;
  const bool all = work.plan.task == prep::Task::none &&
                   work.split.valid.empty() && work.split.test.empty();
  Result<> done;
  if (all) done = add_rows(work, "train", work.split.train, work.train.x, out);
  if (done) done = add_rows(work, "valid", work.split.valid, work.valid.x, out);
  if (done) done = add_rows(work, "test", work.split.test, work.test.x, out);
  if (!done) return std::move(done).fail();
  std::sort(out.begin(), out.end());
  return out;
}

Result<std::string> predictions(const Work& work) {
  auto lines = predicted_rows(work);
  if (!lines) return std::move(lines).fail();
  std::string out = work.plan.target.empty() ? "row,split" : "row,split,target";
  for (const auto& name : learn::PredictionFields(work.plan).names()) {
    out += "," + table::csv_field(name);
  }
  out += "\n";
  for (const auto& [row, line] : *lines) out += line + "\n";
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

Result<> evaluate(Work& work) {
  const auto names = wanted_metrics(work);
  const std::pair<const char*, const learn::Design*> splits[] = {
      {"train", &work.train}, {"valid", &work.valid}, {"test", &work.test}};
  for (const auto& [split, design] : splits) {
    if (design->x.rows == 0) continue;
    auto p = work.model->predict(design->x);
    if (!p) return std::move(p).fail();
    for (const auto& name : names) {
      work.outcome.metrics[std::string(split) + "." + name] =
          work.plan.task == prep::Task::none
              ? learn::cluster_metric(name, *design, *p, work.spec.seed)
              : learn::metric(name, *p, design->y, design->weights);
    }
  }
  return judge_gates(work);
}

Result<> save_model(Work& work) {
  if (work.spec.keep.model == KeptModel::none) return {};
  return save(
      work, "model", "model.mlm",
      learn::pack_model(work.plan, training_record(work.spec), *work.model));
}

Result<> save_predictions(Work& work) {
  if (!work.spec.keep.predictions) return {};
  auto text = predictions(work);
  if (!text) return std::move(text).fail();
  return save(work, "predictions", "predictions.csv", view_of(*text));
}

Result<> save_metrics(Work& work) {
  return save(work, "metrics", "metrics.csv",
              view_of("step,epoch,time,name,value\n" + work.history));
}

}  // namespace mlb::job_program
