// See boosted.h.
#include "learn/boosted.h"

#include <algorithm>
#include <limits>

#include "learn/booster_trees.h"
#include "learn/metrics.h"
#include "learn/xgboost_api.h"

namespace mlb::learn {
namespace {

constexpr float kMissing = std::numeric_limits<float>::quiet_NaN();
constexpr const char* kPlainPrediction =
    R"({"type": 0, "training": false, "iteration_begin": 0, )"
    R"("iteration_end": 0, "strict_shape": true})";
constexpr const char* kInPlacePrediction =
    R"({"type": 0, "training": false, "iteration_begin": 0, )"
    R"("iteration_end": 0, "strict_shape": true, "cache_id": 0, )"
    R"("missing": NaN})";

Result<> checked(int code) {
  if (code == 0) return {};
  // Its messages carry a stack trace behind the first line.
  const std::string text = xgboost().last_error();
  return Error{Fault::data, "xgboost: " + text.substr(0, text.find('\n'))};
}

Result<> set(const Booster& booster, const std::string& name,
             const std::string& value) {
  return checked(
      xgboost().set_param(booster.get(), name.c_str(), value.c_str()));
}

std::string text_of(double value) {
  char out[40];
  std::snprintf(out, sizeof out, "%.17g", value);
  return out;
}

Result<Booster> new_booster(const DMatrixHandle* rows, std::size_t count) {
  auto there = load_xgboost();
  if (!there) return std::move(there).fail();
  BoosterHandle handle = nullptr;
  auto made = checked(xgboost().create(rows, count, &handle));
  if (!made) return std::move(made).fail();
  return Booster(handle);
}

/// What XGBoost gave, in its own memory.
struct Found {
  const bst_ulong* shape = nullptr;
  bst_ulong dimensions = 0;
  const float* values = nullptr;

  std::size_t count() const {
    std::size_t out = 1;
    for (bst_ulong i = 0; i < dimensions; ++i) out *= shape[i];
    return out;
  }
};

/// XGBoost gives one number a row for two classes and for a target.
Result<prep::Matrix> to_answers(const Found& found, std::size_t rows,
                                std::size_t outputs, const TargetUnits& units) {
  if (found.count() != rows * (outputs == 2 ? 1 : outputs)) {
    return Error{Fault::integrity, "xgboost: predictions of another size"};
  }
  prep::Matrix out = make_matrix(rows, outputs);
  for (std::size_t i = 0; i < rows; ++i) {
    if (outputs == 2) {
      out.values[2 * i] = 1 - found.values[i];
      out.values[2 * i + 1] = found.values[i];
    } else if (outputs > 2) {
      std::copy_n(found.values + i * outputs, outputs,
                  out.values.begin() + static_cast<long>(i * outputs));
    } else {
      out.values[i] = static_cast<float>(
          units.to_original(static_cast<double>(found.values[i])));
    }
  }
  return out;
}

Result<std::string> json_of(BoosterHandle booster) {
  bst_ulong size = 0;
  const char* data = nullptr;
  auto saved =
      checked(xgboost().save(booster, R"({"format": "json"})", &size, &data));
  if (!saved) return std::move(saved).fail();
  return std::string(data, size);
}

}  // namespace

void BoosterCloser::operator()(void* handle) const {
  xgboost().free(handle);
}

void RowsCloser::operator()(void* handle) const {
  xgboost().free_rows(handle);
}

Result<BoosterRows> BoostedTrainer::rows_of(const Design& d) const {
  DMatrixHandle handle = nullptr;
  auto made = checked(xgboost().rows_from_matrix(d.x.values.data(), d.x.rows,
                                                 d.x.columns, kMissing, &handle,
                                                 threads_of(spec_)));
  if (!made) return std::move(made).fail();
  BoosterRows out(handle);
  std::vector<float> labels = d.y;
  if (plan_.task == prep::Task::regression) {
    const auto y = learned_targets(plan_, d);
    std::transform(y.begin(), y.end(), labels.begin(),
                   [](double v) { return static_cast<float>(v); });
  }
  auto done = checked(
      xgboost().set_float_info(handle, "label", labels.data(), labels.size()));
  if (done && !d.weights.empty()) {
    done = checked(xgboost().set_float_info(handle, "weight", d.weights.data(),
                                            d.weights.size()));
  }
  if (!done) return std::move(done).fail();
  return out;
}

/// "(1,0,-1)": one a column of the matrix.
Result<std::string> BoostedTrainer::monotone() const {
  std::string out;
  std::map<std::string, int> unused = model_.monotone;
  for (const prep::Feature& f : plan_.features) {
    const auto sign = model_.monotone.find(f.name);
    const bool number = f.kind == prep::FeatureKind::number;
    const bool asked = number && sign != model_.monotone.end();
    if (asked) unused.erase(f.name);
    for (std::size_t i = 0; i < f.width(); ++i) {
      out += (out.empty() ? "(" : ",");
      out += std::to_string(asked ? sign->second : 0);
    }
  }
  if (unused.empty()) return out + ")";
  return Error{Fault::data, "monotone: there is no feature '" +
                                unused.begin()->first +
                                "' that is learned as a number"};
}

Result<> BoostedTrainer::configure() {
  const bool numbers = plan_.task == prep::Task::regression;
  const std::size_t classes = plan_.classes.size();
  std::vector<std::pair<std::string, std::string>> values{
      {"verbosity", "0"},
      {"tree_method", "hist"},
      {"nthread", std::to_string(threads_of(spec_))},
      {"seed", std::to_string(spec_.seed % 0x7fffffff)},
      {"eta", text_of(model_.learning_rate)},
      {"max_depth", std::to_string(model_.max_depth)},
      {"min_child_weight", text_of(model_.min_child_weight)},
      {"subsample", text_of(model_.subsample)},
      {"colsample_bytree", text_of(model_.colsample)},
      {"alpha", text_of(model_.l1)},
      {"lambda", text_of(model_.l2)},
      {"gamma", text_of(model_.gamma)},
      {"max_bin", std::to_string(model_.bins)},
      {"objective", numbers        ? "reg:squarederror"
                    : classes == 2 ? "binary:logistic"
                                   : "multi:softprob"}};
  if (classes > 2) values.emplace_back("num_class", std::to_string(classes));
  if (numbers) {
    double sum = 0;
    double all = 0;
    const auto y = learned_targets(plan_, *train_);
    for (std::size_t i = 0; i < y.size(); ++i) {
      sum += train_->weight(i) * y[i];
      all += train_->weight(i);
    }
    values.emplace_back("base_score", text_of(sum / all));
  }
  if (!model_.monotone.empty()) {
    auto signs = monotone();
    if (!signs) return std::move(signs).fail();
    values.emplace_back("monotone_constraints", *signs);
  }
  for (const auto& [name, value] : values) {
    auto done = set(booster_, name, value);
    if (!done) return done;
  }
  return {};
}

Result<> BoostedTrainer::begin(const Design& train, const Design& valid) {
  train_ = &train;
  valid_ = &valid;
  auto stopper = EarlyStopper::make(spec_.train, valid);
  if (!stopper) return std::move(stopper).fail();
  stopper_ = std::move(*stopper);
  auto there = load_xgboost();
  if (!there) return there;
  auto rows = rows_of(train);
  if (!rows) return std::move(rows).fail();
  train_rows_ = std::move(*rows);
  std::vector<DMatrixHandle> handles{train_rows_.get()};
  if (valid.x.rows > 0) {
    auto more = rows_of(valid);
    if (!more) return std::move(more).fail();
    valid_rows_ = std::move(*more);
    handles.push_back(valid_rows_.get());
  }
  auto booster = new_booster(handles.data(), handles.size());
  if (!booster) return std::move(booster).fail();
  booster_ = std::move(*booster);
  return configure();
}

/// Quick: XGBoost keeps the sums of its rows up to date.
Result<prep::Matrix> BoostedTrainer::predicted(const BoosterRows& rows,
                                               std::size_t count) const {
  Found found;
  auto done = checked(xgboost().predict_rows(booster_.get(), rows.get(),
                                             kPlainPrediction, &found.shape,
                                             &found.dimensions, &found.values));
  if (!done) return std::move(done).fail();
  return to_answers(found, count, outputs_of(plan_), target_units(plan_));
}

Result<bool> BoostedTrainer::step(StepReport& report) {
  if (round_ >= model_.trees || stopper_.is_over()) return false;
  auto grown =
      checked(xgboost().update(booster_.get(), round_, train_rows_.get()));
  if (!grown) return std::move(grown).fail();
  ++round_;
  const auto round = static_cast<std::uint32_t>(round_);
  report = {round, static_cast<std::uint32_t>(model_.trees), round, {}};
  auto on_train = predicted(train_rows_, train_->x.rows);
  if (!on_train) return std::move(on_train).fail();
  report.metrics["train.loss"] = loss_of(plan_, *on_train, *train_);
  if (valid_rows_) {
    auto on_valid = predicted(valid_rows_, valid_->x.rows);
    if (!on_valid) return std::move(on_valid).fail();
    for (const auto& name : validation_metrics(spec_.train, plan_)) {
      report.metrics["valid." + name] =
          metric(name, *on_valid, valid_->y, valid_->weights);
    }
    report.metrics["valid.loss"] = loss_of(plan_, *on_valid, *valid_);
  }
  if (stopper_.is_best(report.metrics)) best_round_ = round_;
  return true;
}

void BoostedTrainer::save_state(Writer& w) const {
  w.number<std::int32_t>(round_);
  w.number<std::int32_t>(best_round_);
  stopper_.save(w);
  if (round_ == 0) return;
  const auto json = json_of(booster_.get());
  w.text(json ? *json : "");  // refused when it is loaded
}

Result<> BoostedTrainer::load_state(Reader& r) {
  const auto round = r.number<std::int32_t>();
  const auto best = r.number<std::int32_t>();
  if (!round || !best || *round < 0 || *best < 0 || *best > *round ||
      !stopper_.load(r)) {
    return damaged_state();
  }
  if (*round == 0) return {};
  const auto json = r.text();
  if (!json || !is_sound_booster(*json, train_->x.columns, outputs_of(plan_))) {
    return damaged_state();
  }
  const auto loaded =
      checked(xgboost().load(booster_.get(), json->data(), json->size()));
  if (!loaded) return damaged_state();
  round_ = *round;
  best_round_ = *best;
  return configure();
}

Result<std::unique_ptr<Model>> BoostedTrainer::finish() {
  if (round_ == 0) {
    return Error{Fault::data, "stopped before the first round had ended"};
  }
  const bool best = spec_.keep.model != KeptModel::last && best_round_ > 0;
  const int rounds = best ? best_round_ : round_;
  BoosterHandle handle = nullptr;
  auto cut = checked(xgboost().slice(booster_.get(), 0, rounds, 1, &handle));
  if (!cut) return std::move(cut).fail();
  Booster kept(handle);
  auto json = json_of(rounds == round_ ? booster_.get() : kept.get());
  if (!json) return std::move(json).fail();
  return BoostedModel::of(std::move(*json), std::move(kept), plan_);
}

Result<std::unique_ptr<Model>> BoostedModel::of(std::string json,
                                                Booster booster,
                                                const prep::Plan& plan) {
  auto done = set(booster, "nthread", "1");
  if (done) done = set(booster, "verbosity", "0");
  if (!done) return std::move(done).fail();
  return std::unique_ptr<Model>(std::make_unique<BoostedModel>(
      std::move(json), std::move(booster), plan.width(), outputs_of(plan),
      target_units(plan)));
}

Result<std::unique_ptr<Model>> BoostedModel::from_json(std::string json,
                                                       const prep::Plan& plan) {
  auto booster = new_booster(nullptr, 0);
  if (!booster) return std::move(booster).fail();
  auto done = checked(xgboost().load(booster->get(), json.data(), json.size()));
  if (!done) return std::move(done).fail();
  return of(std::move(json), std::move(*booster), plan);
}

Result<prep::Matrix> BoostedModel::predict(const prep::Matrix& x) const {
  auto fits = want_width(x, width_);
  if (!fits) return std::move(fits).fail();
  if (x.rows == 0) return make_matrix(0, outputs_);
  const std::string rows =
      R"({"data": [)" +
      std::to_string(reinterpret_cast<std::uintptr_t>(x.values.data())) +
      R"(, true], "shape": [)" + std::to_string(x.rows) + ", " +
      std::to_string(x.columns) + R"(], "typestr": "<f4", "version": 3})";
  Found found;
  auto done = checked(xgboost().predict_dense(
      booster_.get(), rows.c_str(), kInPlacePrediction, nullptr, &found.shape,
      &found.dimensions, &found.values));
  if (!done) return std::move(done).fail();
  return to_answers(found, x.rows, outputs_, units_);
}

Facts BoostedModel::facts() const {
  const auto trees = booster_trees(json_);
  std::size_t nodes = 0;
  for (const BoosterTree& tree : trees) nodes += tree.nodes.size();
  return {{"trees", static_cast<double>(trees.size())},
          {"nodes", static_cast<double>(nodes)}};
}

void BoostedModel::save(Writer& w) const {
  w.text(json_);
}

Result<std::unique_ptr<Model>> BoostedModel::load(const prep::Plan& plan,
                                                  Reader& r) {
  auto json = r.text();
  if (!json || !is_sound_booster(*json, plan.width(), outputs_of(plan))) {
    return damaged("boosted_trees");
  }
  auto model = from_json(std::move(*json), plan);
  if (!model) return damaged("boosted_trees");
  return model;
}

}  // namespace mlb::learn
