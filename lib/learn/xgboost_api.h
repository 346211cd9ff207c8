// XGBoost's C API, loaded by the first model that needs it: linked, it would
// add 2 ms of CPU to the start of every job.
#pragma once

#include <xgboost/c_api.h>

#include "base/result.h"

namespace mlb::learn {

/// The functions that we use, by their names without the prefix.
struct XgboostApi {
  decltype(&XGBGetLastError) last_error = nullptr;
  decltype(&XGDMatrixCreateFromMat_omp) rows_from_matrix = nullptr;
  decltype(&XGDMatrixSetFloatInfo) set_float_info = nullptr;
  decltype(&XGDMatrixFree) free_rows = nullptr;
  decltype(&XGBoosterCreate) create = nullptr;
  decltype(&XGBoosterFree) free = nullptr;
  decltype(&XGBoosterSetParam) set_param = nullptr;
  decltype(&XGBoosterUpdateOneIter) update = nullptr;
  decltype(&XGBoosterSlice) slice = nullptr;
  decltype(&XGBoosterPredictFromDMatrix) predict_rows = nullptr;
  decltype(&XGBoosterPredictFromDense) predict_dense = nullptr;
  decltype(&XGBoosterSaveModelToBuffer) save = nullptr;
  decltype(&XGBoosterLoadModelFromBuffer) load = nullptr;
};

/// Fault::data when it is not installed.  Loaded once; any thread.
Result<> load_xgboost();
/// After load_xgboost() succeeded.
const XgboostApi& xgboost();

}  // namespace mlb::learn
