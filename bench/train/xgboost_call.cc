// See xgboost_call.h.
#include "xgboost_call.h"

#include <xgboost/c_api.h>

#include <limits>
#include <utility>
#include <vector>

std::string call_xgboost(const XgboostRows& rows, int threads, int rounds) {
  DMatrixHandle data = nullptr;
  XGDMatrixCreateFromMat_omp(rows.values, rows.rows, rows.columns,
                             std::numeric_limits<float>::quiet_NaN(), &data,
                             threads);
  XGDMatrixSetFloatInfo(data, "label", rows.labels, rows.rows);
  BoosterHandle booster = nullptr;
  XGBoosterCreate(&data, 1, &booster);
  const std::vector<std::pair<const char*, std::string>> parameters{
      {"tree_method", "hist"},
      {"objective", "multi:softprob"},
      {"num_class", std::to_string(rows.classes)},
      {"nthread", std::to_string(threads)},
      {"eta", "0.1"},
      {"max_depth", "6"},
      {"verbosity", "0"}};
  for (const auto& [name, value] : parameters) {
    XGBoosterSetParam(booster, name, value.c_str());
  }
  const char* name = "train";
  const char* line = nullptr;
  int failed = 0;
  for (int round = 0; round < rounds && failed == 0; ++round) {
    failed = XGBoosterUpdateOneIter(booster, round, data);
    XGBoosterEvalOneIter(booster, round, &data, &name, 1, &line);
  }
  bst_ulong size = 0;
  const char* bytes = nullptr;
  XGBoosterSaveModelToBuffer(booster, R"({"format": "json"})", &size, &bytes);
  XGBoosterFree(booster);
  XGDMatrixFree(data);
  return failed == 0 ? "" : "xgboost: a round failed";
}
