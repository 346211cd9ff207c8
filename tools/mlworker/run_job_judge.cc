// How good a model is on the rows of a job: metrics, how sure they are, the
// same of groups of rows, and what each column is worth.
#include <algorithm>
#include <map>

#include "job/metric_name.h"
#include "learn/bootstrap.h"
#include "learn/importance.h"
#include "learn/metrics.h"
#include "run_job.h"

namespace mlb::job_program {
namespace {

using prep::Rows;

constexpr std::size_t kMostOfGroups = 1000;  // an outcome is one message

/// Some rows, and what the model says of them.
struct Part {
  std::string name;
  const Rows* rows = nullptr;
  const learn::Design* design = nullptr;
  prep::Matrix predicted = {};
};

/// A metric of a part, for any weights of its rows.
struct Ready {
  std::string name;  ///< "test.auc"
  learn::OfWeights value;
};

/// Places in the part of the rows of each value.
using Groups = std::map<std::string, std::vector<std::size_t>>;

class Judge {
 public:
  Judge(Work& work, Reporter& reporter) : work_(work), reporter_(reporter) {}

  Result<> run() {
    auto found = find_parts();
    if (found) found = check_groups();
    if (!found) return found;
    const bool asked = importance().type == ImportanceType::permutation;
    phases_ = static_cast<double>(parts_.size()) + (asked ? 1 : 0);
    for (const Part& part : parts_) {
      auto judged = judge(part);
      if (!judged) return judged;
      ++phase_;
    }
    return asked ? weigh_columns() : Result<>{};
  }

 private:
  const EvaluateSpec& spec() const { return work_.spec.evaluate; }
  const Importance& importance() const { return spec().importance; }

  learn::GoesOn goes_on() {
    return [this](double share) {
      reporter_.stage("evaluate", (phase_ + share) / phases_);
      return !stop_asked();
    };
  }

  Result<> find_parts() {
    names_ = wanted_metrics(work_);
    std::sort(names_.begin(), names_.end());
    names_.erase(std::unique(names_.begin(), names_.end()), names_.end());
    const Part all[] = {{"train", &work_.split.train, &work_.train},
                        {"valid", &work_.split.valid, &work_.valid},
                        {"test", &work_.split.test, &work_.test}};
    for (const Part& part : all) {
      if (part.rows->empty()) continue;
      auto predicted = work_.model->predict(part.design->x);
      if (!predicted) return std::move(predicted).fail();
      parts_.push_back(part);
      parts_.back().predicted = std::move(*predicted);
    }
    return {};
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
      for (const Part& part : parts_) {
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
      const auto name =
          metric_of_group(part.name + ".balanced_accuracy", column, value);
      if (name.size() <= kLongestMetricName) continue;
      return Error{Fault::data, "evaluate.slices: column '" +
                                    table::shortened(column) + "' has '" +
                                    table::shortened(value) +
                                    "', which is too long to name a group"};
    }
    return {};
  }

  Result<> judge(const Part& part) {
    std::vector<Ready> metrics;
    for (const auto& name : names_) {
      metrics.push_back(
          {part.name + "." + name,
           learn::metric_of_weights(name, part.predicted, part.design->y)});
    }
    for (const Ready& m : metrics) {
      work_.outcome.metrics[m.name] = m.value(part.design->weights);
    }
    for (const auto& column : spec().slices) {
      add_groups(part, column, metrics);
    }
    return add_intervals(part, metrics);
  }

  /// The rows of other groups count 0.
  void add_groups(const Part& part, const std::string& column,
                  const std::vector<Ready>& metrics) {
    for (const auto& [value, places] : groups_of(part, column)) {
      std::vector<float> weights(part.rows->size());
      for (const std::size_t i : places) {
        weights[i] = static_cast<float>(part.design->weight(i));
      }
      for (const Ready& m : metrics) {
        work_.outcome.metrics[metric_of_group(m.name, column, value)] =
            m.value(weights);
      }
    }
  }

  Result<> add_intervals(const Part& part, const std::vector<Ready>& metrics) {
    if (spec().bootstrap.samples == 0) return {};
    std::vector<learn::OfWeights> values;
    for (const Ready& m : metrics) values.push_back(m.value);
    auto intervals =
        learn::bootstrap(values, part.rows->size(), part.design->weights,
                         spec().bootstrap, work_.spec.seed, goes_on());
    if (!intervals) return std::move(intervals).fail();
    for (std::size_t i = 0; i < metrics.size(); ++i) {
      work_.outcome.metrics[metrics[i].name + ".lo"] = (*intervals)[i].low;
      work_.outcome.metrics[metrics[i].name + ".hi"] = (*intervals)[i].high;
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
        *work_.model, work_.plan, *parts_.back().design, metric,
        importance().repeats, work_.spec.seed, goes_on());
    if (!columns) return std::move(columns).fail();
    std::string text = "column,metric,importance,deviation\n";
    for (const auto& c : *columns) {
      text += table::csv_field(c.column) + "," + parts_.back().name + "." +
              metric + "," + table::number_text(c.mean) + "," +
              table::number_text(c.deviation) + "\n";
    }
    return save(work_, "importance", "importance.csv", view_of(text));
  }

  Work& work_;
  Reporter& reporter_;
  std::vector<std::string> names_;
  std::vector<Part> parts_;  ///< with rows; train, valid, test
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
  const std::pair<const char*, const learn::Design*> splits[] = {
      {"train", &work.train}, {"valid", &work.valid}, {"test", &work.test}};
  for (const auto& [split, design] : splits) {
    if (design->x.rows == 0) continue;
    auto p = work.model->predict(design->x);
    if (!p) return std::move(p).fail();
    text += confusion_rows(split, work.plan,
                           learn::confusion(*p, design->y, design->weights));
  }
  return save(work, "confusion", "confusion.csv", view_of(text));
}

}  // namespace mlb::job_program
