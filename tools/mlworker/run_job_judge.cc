// How good a model is on the rows of a job: metrics, how sure they are, the
// same of groups of rows, and what each column is worth.
#include <algorithm>
#include <map>

#include "job/metric_name.h"
#include "learn/bootstrap.h"
#include "learn/cluster_metrics.h"
#include "learn/importance.h"
#include "learn/metrics.h"
#include "learn/row_groups.h"
#include "run_job.h"

namespace mlb::job_program {
namespace {

using prep::Rows;

constexpr std::size_t kMostOfGroups = 1000;  // an outcome is one message

/// Places in the part of the rows of each value.
using Groups = std::map<std::string, std::vector<std::size_t>>;

class Judge {
 public:
  Judge(Work& work, Reporter& reporter) : work_(work), reporter_(reporter) {}

  Result<> run() {
    names_ = wanted_metrics(work_);
    std::sort(names_.begin(), names_.end());
    names_.erase(std::unique(names_.begin(), names_.end()), names_.end());
    auto found = check_groups();
    if (!found) return found;
    const bool asked = importance().type == ImportanceType::permutation;
    phases_ = static_cast<double>(work_.parts.size()) + (asked ? 1 : 0);
    for (const Part& part : work_.parts) {
      auto judged = judge(part);
      if (!judged) return judged;
      ++phase_;
    }
    return asked ? weigh_columns() : Result<>{};
  }

 private:
  const EvaluateSpec& spec() const { return work_.spec.evaluate; }
  const Importance& importance() const { return spec().importance; }

  /// "test.auc"
  std::string name(const Part& part, std::size_t metric) const {
    return std::string(part.name) + "." + names_[metric];
  }

  learn::GoesOn goes_on() {
    return [this](double share) {
      reporter_.stage("evaluate", (phase_ + share) / phases_);
      return !stop_asked();
    };
  }

  Groups groups_of(const Part& part, const std::string& column) const {
    const table::Column& values = *work_.table.find(column);
    Groups out;
    for (std::size_t i = 0; i < part.rows->size(); ++i) {
      out[values.text_of((*part.rows)[i])].push_back(i);
    }
    return out;
  }

  /// That they are there, are few, and have names that may be written.
  Result<> check_groups() const {
    std::size_t metrics = 0;
    for (const auto& column : spec().slices) {
      const std::string where = "evaluate.slices: column '" + column + "' ";
      if (work_.table.find(column) == nullptr) {
        return Error{Fault::data, where + "is not in the data"};
      }
      for (const Part& part : work_.parts) {
        const Groups groups = groups_of(part, column);
        metrics += groups.size() * names_.size();
        if (metrics > kMostOfGroups) {
          return Error{Fault::data,
                       where + "has " + std::to_string(groups.size()) +
                           " values in the " + part.name +
                           " rows, which makes more than " +
                           std::to_string(kMostOfGroups) +
                           " metrics; want columns with fewer values, or "
                           "fewer metrics"};
        }
        auto good = check_names(part, column, groups);
        if (!good) return good;
      }
    }
    return {};
  }

  Result<> check_names(const Part& part, const std::string& column,
                       const Groups& groups) const {
    for (const auto& [value, places] : groups) {
      const auto name = metric_of_group(
          std::string(part.name) + ".balanced_accuracy", column, value);
      if (name.size() <= kLongestMetricName) continue;
      return Error{Fault::data, "evaluate.slices: column '" +
                                    table::shortened(column) + "' has '" +
                                    table::shortened(value) +
                                    "', which is too long to name a group"};
    }
    return {};
  }

  Result<> judge(const Part& part) {
    std::vector<learn::OfWeights> metrics;  // in the order of names_
    for (std::size_t i = 0; i < names_.size(); ++i) {
      metrics.push_back(
          learn::metric_of_weights(names_[i], part.predicted, part.design->y));
      work_.outcome.metrics[name(part, i)] =
          metrics.back()(part.design->weights);
    }
    for (const auto& column : spec().slices) {
      add_groups(part, column, metrics);
    }
    return add_intervals(part, metrics);
  }

  /// The rows of other groups count 0.
  void add_groups(const Part& part, const std::string& column,
                  const std::vector<learn::OfWeights>& metrics) {
    for (const auto& [value, places] : groups_of(part, column)) {
      std::vector<float> weights(part.rows->size());
      for (const std::size_t i : places) {
        weights[i] = static_cast<float>(part.design->weight(i));
      }
      for (std::size_t i = 0; i < metrics.size(); ++i) {
        work_.outcome.metrics[metric_of_group(name(part, i), column, value)] =
            metrics[i](weights);
      }
    }
  }

  Result<> add_intervals(const Part& part,
                         const std::vector<learn::OfWeights>& metrics) {
    if (spec().bootstrap.samples == 0) return {};
    auto intervals =
        learn::bootstrap(metrics, part.rows->size(), part.design->weights,
                         spec().bootstrap, work_.spec.seed, goes_on());
    if (!intervals) return std::move(intervals).fail();
    for (std::size_t i = 0; i < metrics.size(); ++i) {
      work_.outcome.metrics[name(part, i) + ".lo"] = (*intervals)[i].low;
      work_.outcome.metrics[name(part, i) + ".hi"] = (*intervals)[i].high;
    }
    return {};
  }

  /// By the first metric that was asked for, on the rows that are most like
  /// new ones.
  Result<> weigh_columns() {
    auto named = wanted_metrics(work_);
    if (named.empty()) named = learn::default_metrics(work_.plan);
    const std::string metric = named.front();
    auto columns = learn::permutation_importance(
        *work_.model, work_.plan, *work_.parts.back().design, metric,
        importance().repeats, work_.spec.seed, goes_on());
    if (!columns) return std::move(columns).fail();
    std::string text = "column,metric,importance,deviation\n";
    for (const auto& c : *columns) {
      text += table::csv_field(c.column) + "," + work_.parts.back().name + "." +
              metric + "," + table::number_text(c.mean) + "," +
              table::number_text(c.deviation) + "\n";
    }
    return save(work_, "importance", "importance.csv", view_of(text));
  }

  Work& work_;
  Reporter& reporter_;
  std::vector<std::string> names_;
  double phase_ = 0;
  double phases_ = 1;
};

/// "test,Adelie,21,0,1": of a split and class the rows predicted as each.
std::string confusion_rows(const char* split, const prep::Plan& plan,
                           const std::vector<double>& counts) {
  std::string out;
  for (std::size_t is = 0; is < plan.classes.size(); ++is) {
    out += std::string(split) + "," + table::csv_field(plan.classes[is]);
    for (std::size_t said = 0; said < plan.classes.size(); ++said) {
      out += "," + table::number_text(counts[is * plan.classes.size() + said]);
    }
    out += "\n";
  }
  return out;
}

}  // namespace

Result<> predict_parts(Work& work) {
  const Part all[] = {{"train", &work.split.train, &work.train},
                      {"valid", &work.split.valid, &work.valid},
                      {"test", &work.split.test, &work.test}};
  work.parts.clear();
  for (const Part& part : all) {
    if (part.rows->empty()) continue;
    auto predicted = learn::predict_all(*work.model, part.design->x);
    if (!predicted) return std::move(predicted).fail();
    work.parts.push_back(part);
    work.parts.back().predicted = std::move(*predicted);
  }
  return {};
}

void judge_plainly(Work& work) {
  for (const Part& part : work.parts) {
    for (const auto& name : wanted_metrics(work)) {
      work.outcome.metrics[std::string(part.name) + "." + name] =
          work.plan.task == prep::Task::none
              ? learn::cluster_metric(name, *part.design, part.predicted,
                                      work.spec.seed)
              : learn::metric(name, part.predicted, part.design->y,
                              part.design->weights);
    }
  }
}

Result<> judge_rows(Work& work, Reporter& reporter) {
  return Judge(work, reporter).run();
}

Result<> save_confusion(Work& work) {
  const auto& asked = work.spec.metrics;
  const bool wanted =
      std::find(asked.begin(), asked.end(), "confusion") != asked.end();
  if (!wanted || work.plan.task != prep::Task::classification) return {};
  std::string text = "split,target";
  for (const auto& c : work.plan.classes) text += "," + table::csv_field(c);
  text += "\n";
  for (const Part& part : work.parts) {
    text += confusion_rows(
        part.name, work.plan,
        learn::confusion(part.predicted, part.design->y, part.design->weights));
  }
  return save(work, "confusion", "confusion.csv", view_of(text));
}

}  // namespace mlb::job_program
