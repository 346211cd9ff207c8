// Metrics by their field names, from predictions in original units.  Each
// takes the weights of the rows, from 0 on; none: each row counts 1.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "prep/plan.h"

namespace mlb::learn {

/// A metric of certain predictions: asked for with many sets of weights, it
/// computes what does not depend on them once.  From any thread.
using OfWeights = std::function<double(const std::vector<float>& weights)>;

/// Of rows x classes probabilities and class indices.  No row that counts, or
/// one of nan among those that do: nan.
double accuracy(const prep::Matrix& p, const std::vector<float>& y,
                const std::vector<float>& weights = {});
/// The mean recall of the classes that have rows.
double balanced_accuracy(const prep::Matrix& p, const std::vector<float>& y,
                         const std::vector<float>& weights = {});
/// Mean of -log of the probability of the true class, clipped to 1e-15.
double log_loss(const prep::Matrix& p, const std::vector<float>& y,
                const std::vector<float>& weights = {});
/// precision, recall, f1, brier: two classes: of the last one, at the larger
/// probability; more: the mean over all classes (macro).  0 of a class without
/// a prediction (precision), a row (recall), either (f1).
double precision(const prep::Matrix& p, const std::vector<float>& y,
                 const std::vector<float>& weights = {});
double recall(const prep::Matrix& p, const std::vector<float>& y,
              const std::vector<float>& weights = {});
double f1(const prep::Matrix& p, const std::vector<float>& y,
          const std::vector<float>& weights = {});
/// Mean squared distance of the probability from 1 or 0: Brier, "Verification
/// of forecasts expressed in terms of probability", 1950.  The mean over more
/// classes is his sum over the classes, divided by their number.
double brier(const prep::Matrix& p, const std::vector<float>& y,
             const std::vector<float>& weights = {});
/// Mean distance of accuracy and confidence (the largest probability) in 15
/// bins of equal width: Guo et al., "On calibration of modern neural networks",
/// 2017, section 2.
double ece(const prep::Matrix& p, const std::vector<float>& y,
           const std::vector<float>& weights = {});
/// Matthews' correlation, of any number of classes: Gorodkin, "Comparing two
/// K-category assignments by a K-category correlation coefficient", 2004.  0
/// where all rows are of one class or all predictions are.
double mcc(const prep::Matrix& p, const std::vector<float>& y,
           const std::vector<float>& weights = {});
/// Area under the ROC curve by ranks, ties count half (Hand, Till, "A simple
/// generalisation of the area under the ROC curve", 2001, section 2); more
/// than two classes: one against the rest, macro.  A class without rows, or
/// with all of them: nan.
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
/// Mean of |residual| / |target|: a share, not per cent.  A target nearer to 0
/// than 2.2e-16 counts as that, as in scikit-learn.
double mape(const prep::Matrix& p, const std::vector<float>& y,
            const std::vector<float>& weights = {});
/// Median of |residual|; between two rows, their mean.
double medae(const prep::Matrix& p, const std::vector<float>& y,
             const std::vector<float>& weights = {});

/// Of classes: the weight of the rows that are of each class (rows of the
/// table) and that are predicted as each (columns), row by row.  A row with a
/// nan is in none.
std::vector<double> confusion(const prep::Matrix& p,
                              const std::vector<float>& y,
                              const std::vector<float>& weights = {});

/// The defaults of a task: accuracy f1 log_loss (auc for two classes), or
/// rmse mae r2, or inertia.
std::vector<std::string> default_metrics(const prep::Plan& plan);
/// Whether the task has this metric ("loss" is not one of them).
bool has_metric(prep::Task task, const std::string& name);
/// Of classes and numbers; those of clusters are in cluster_metrics.h.
double metric(const std::string& name, const prep::Matrix& p,
              const std::vector<float>& y,
              const std::vector<float>& weights = {});
OfWeights metric_of_weights(const std::string& name, const prep::Matrix& p,
                            const std::vector<float>& y);

}  // namespace mlb::learn
