// kind: evaluate: a model is judged by rows with a target.  They are prepared
// by the plan inside the model; nothing is fitted to them.
#include <algorithm>
#include <set>

#include "job/metric_name.h"
#include "job_predict.h"
#include "prep/columns.h"
#include "prep/drift.h"
#include "run_job.h"
#include "table/prepared.h"

namespace mlb::job_program {
namespace {

using prep::Task;
using table::Column;

Error target_error(const Work& work, const std::string& problem) {
  return {Fault::data, "the target '" + work.plan.target + "' " + problem};
}

/// "'a', 'b', ..."
std::string quoted(const std::vector<std::string>& names) {
  constexpr std::size_t kMost = 10;
  std::string out;
  for (std::size_t i = 0; i < names.size() && i < kMost; ++i) {
    out += (i == 0 ? "'" : ", '") + table::shortened(names[i]) + "'";
  }
  return out + (names.size() > kMost ? ", ..." : "");
}

/// A CSV is read as that of the training, but for what the spec says; the
/// target may have another name in it.
Result<> take_model(Work& work) {
  auto stored = named_model_of(work);
  if (!stored) return std::move(stored).fail();
  if (stored->plan.task == Task::none && !work.spec.target.empty()) {
    return Error{Fault::data, "target: a " + stored->model->kind() +
                                  " predicts no column; leave target out"};
  }
  work.spec.csv = csv_as_in_training(work.spec.csv, *stored);
  work.plan = std::move(stored->plan);
  work.model = std::move(stored->model);
  if (work.spec.target.empty()) work.spec.target = work.plan.target;
  work.plan.target = work.spec.target;
  return {};
}

/// Every label of the data is one of the model's.
Result<> check_labels(const Work& work, const Column& target) {
  const std::set<std::string> known(work.plan.classes.begin(),
                                    work.plan.classes.end());
  std::set<std::string> unknown;
  for (std::size_t row = 0; row < work.table.rows; ++row) {
    if (target.is_missing(row)) continue;
    std::string label = target.text_of(row);
    if (!known.contains(label)) unknown.insert(std::move(label));
  }
  if (unknown.empty()) return {};
  const std::vector<std::string> names(unknown.begin(), unknown.end());
  return target_error(
      work, "has labels that the model does not know: " + quoted(names) +
                "; it knows " + quoted(work.plan.classes));
}

Result<> check_target(const Work& work) {
  const Column* target = work.table.find(work.plan.target);
  if (target == nullptr) {
    std::vector<std::string> names;
    for (const auto& column : work.table.columns) names.push_back(column.name);
    return target_error(
        work, "is no column of the data, which have " + quoted(names));
  }
  const bool classes = work.plan.task == Task::classification;
  if (!classes && !prep::is_number(*target)) {
    return target_error(work, "is " + std::string(name_of(target->type)) +
                                  "; the model predicts numbers");
  }
  return classes ? check_labels(work, *target) : Result<>{};
}

/// The metrics of clusters are of whole splits.
Result<> check_asked(const Work& work) {
  const EvaluateSpec& asked = work.spec.evaluate;
  if (asked.slices.empty() && asked.importance.type == ImportanceType::none) {
    return {};
  }
  return Error{Fault::data,
               "evaluate: a clustering has neither slices nor importance"};
}

Result<> make_design(const Work& work, const prep::Rows& rows,
                     learn::Design& out) {
  auto x = prep::apply(work.plan, work.table, rows);
  if (!x) return std::move(x).fail();
  auto y = prep::target_of(work.plan, work.table, rows);
  if (!y) return std::move(y).fail();
  auto weights = prep::weights_of(work.table, rows, work.spec);
  if (!weights) return std::move(weights).fail();
  out = {std::move(*x), std::move(*y), std::move(*weights)};
  return {};
}

Result<> check_weights(const Work& work) {
  bool weighed = false;
  for (const auto* design : {&work.train, &work.valid, &work.test}) {
    for (const float w : design->weights) {
      weighed = true;
      if (w > 0) return {};
    }
  }
  if (!weighed) return {};
  return Error{Fault::data, "features.weight: no row has a weight above 0"};
}

/// Where all are alike, nothing tells a good model from a bad one.
Result<> check_variety(const Work& work) {
  std::set<float> seen;
  for (const auto* design : {&work.train, &work.valid, &work.test}) {
    for (const float y : design->y) {
      seen.insert(y);
      if (seen.size() > 1) return {};
    }
  }
  if (seen.empty()) return target_error(work, "has no value in any row");
  if (work.plan.task == Task::regression) {
    return target_error(work, "is constant in these data");
  }
  const auto only = static_cast<std::size_t>(*seen.begin());
  return target_error(work, "has one class only in these data: '" +
                                work.plan.classes[only] + "'");
}

Result<> prepare_rows(Work& work) {
  const bool clusters = work.plan.task == Task::none;
  auto good = clusters ? check_asked(work) : check_target(work);
  if (!good) return good;
  good = take_split(work, work.plan.task);
  if (!good) return good;
  for (auto [rows, to] : {std::pair(&work.split.train, &work.train),
                          std::pair(&work.split.valid, &work.valid),
                          std::pair(&work.split.test, &work.test)}) {
    auto made = make_design(work, *rows, *to);
    if (!made) return made;
  }
  prep::DriftCounter drift(work.plan);
  drift.add(work.table);
  for (auto& warning : drift.warnings()) {
    work.outcome.warnings.push_back(std::move(warning));
  }
  auto weighed = check_weights(work);
  return weighed && !clusters ? check_variety(work) : weighed;
}

/// A point of the history; without groups, for there may be many.
void tell_metrics(Work& work, Reporter& reporter, Millis elapsed) {
  Point point;
  point.elapsed = elapsed;
  point.metrics = work.outcome.metrics;
  add_history(work, point);
  std::erase_if(point.metrics, [](const auto& metric) {
    return parse_metric_name(metric.first).is_of_group();
  });
  reporter.point(point);
}

}  // namespace

Result<> run_evaluate(Work& work, Reporter& reporter) {
  const Millis begun = read_clock().mono;
  reporter.stage("fetch");
  auto done = take_model(work);
  if (done) done = load_data(work, reporter);
  if (!done) return done;
  reporter.stage("prepare");
  done = prepare_rows(work);
  if (!done) return done;
  tell_warnings(work, reporter);
  reporter.stage("evaluate");
  done = predict_parts(work);
  if (!done) return done;
  if (work.plan.task == Task::none) {
    judge_plainly(work);
  } else {
    done = judge_rows(work, reporter);
  }
  if (done) done = judge_gates(work);
  if (!done) return done;
  tell_metrics(work, reporter, read_clock().mono - begun);
  reporter.stage("save", 1);
  done = save_predictions(work);
  if (done) done = save_confusion(work);
  if (done) done = save_metrics(work);
  if (!done) return done;
  work.outcome.success = true;
  return {};
}

}  // namespace mlb::job_program
