// See xgboost_api.h.
#include "learn/xgboost_api.h"

#include <dlfcn.h>

#include <string>

namespace mlb::learn {
namespace {

/// The name that programs linked against 1.6 and 1.7 ask for.
constexpr const char* kLibrary = "libxgboost.so.0";

struct Loaded {
  XgboostApi api;
  std::string problem;  ///< "" = all is there
};

Loaded load_all() {
  Loaded out;
  // Never closed: XGBoost keeps threads.
  void* library = ::dlopen(kLibrary, RTLD_LAZY | RTLD_LOCAL);
  if (library == nullptr) {
    const char* why = ::dlerror();
    out.problem = why == nullptr ? kLibrary : why;
    return out;
  }
  const auto find = [&](auto& function, const char* name) {
    void* found = ::dlsym(library, name);
    if (found == nullptr) {
      out.problem = std::string(kLibrary) + " has no " + name;
    }
    function =
        reinterpret_cast<std::remove_reference_t<decltype(function)>>(found);
  };
  find(out.api.last_error, "XGBGetLastError");
  find(out.api.rows_from_matrix, "XGDMatrixCreateFromMat_omp");
  find(out.api.set_float_info, "XGDMatrixSetFloatInfo");
  find(out.api.free_rows, "XGDMatrixFree");
  find(out.api.create, "XGBoosterCreate");
  find(out.api.free, "XGBoosterFree");
  find(out.api.set_param, "XGBoosterSetParam");
  find(out.api.update, "XGBoosterUpdateOneIter");
  find(out.api.slice, "XGBoosterSlice");
  find(out.api.predict_rows, "XGBoosterPredictFromDMatrix");
  find(out.api.predict_dense, "XGBoosterPredictFromDense");
  find(out.api.save, "XGBoosterSaveModelToBuffer");
  find(out.api.load, "XGBoosterLoadModelFromBuffer");
  return out;
}

const Loaded& loaded() {
  static const Loaded once = load_all();
  return once;
}

}  // namespace

Result<> load_xgboost() {
  if (loaded().problem.empty()) return {};
  return Error{Fault::data, "boosted_trees needs XGBoost: " + loaded().problem};
}

const XgboostApi& xgboost() {
  check_that(loaded().problem.empty(), "XGBoost was loaded");
  return loaded().api;
}

}  // namespace mlb::learn
