// Metrics by their field names, from predictions in original units.  Each
// takes the weights of the rows, from 0 on; none: each row counts 1.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "prep/plan.h"

namespace mlb::learn {

/// Of rows x classes probabilities and class indices.  Empty input: nan.
double accuracy(const prep::Matrix& p, const std::vector<float>& y,
                const std::vector<float>& weights = {});
/// Mean of -log of the probability of the true class, clipped to 1e-15.
double log_loss(const prep::Matrix& p, const std::vector<float>& y,
                const std::vector<float>& weights = {});
/// Two classes: of the last one, at the larger probability; more: the mean
/// over the classes (macro).  A class with no row and no prediction counts 0.
double f1(const prep::Matrix& p, const std::vector<float>& y,
          const std::vector<float>& weights = {});
/// Area under the ROC curve by ranks, ties count half (Hand, Till, "A simple
/// generalisation of the area under the ROC curve", 2001, section 2); more
/// than two classes: one against the rest, macro.  One class only: nan.
double auc(const prep::Matrix& p, const std::vector<float>& y,
           const std::vector<float>& weights = {});

/// Of rows x 1 values.
double rmse(const prep::Matrix& p, const std::vector<float>& y,
            const std::vector<float>& weights = {});
double mae(const prep::Matrix& p, const std::vector<float>& y,
           const std::vector<float>& weights = {});
/// 1 - residual / total sum of squares; nan for a constant target.
double r2(const prep::Matrix& p, const std::vector<float>& y,
          const std::vector<float>& weights = {});

/// The defaults of a task: accuracy f1 log_loss (auc for two classes), or
/// rmse mae r2.
std::vector<std::string> default_metrics(const prep::Plan& plan);
/// Whether the task has this metric ("loss" is not one of them).
bool has_metric(prep::Task task, const std::string& name);
double metric(const std::string& name, const prep::Matrix& p,
              const std::vector<float>& y,
              const std::vector<float>& weights = {});

}  // namespace mlb::learn
