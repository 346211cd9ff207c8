// Saving a trainer of nets in the middle, and going on.  See net_trainer.h.
#include "learn/net/net_trainer.h"

namespace mlb::learn {
namespace {

constexpr std::uint8_t kStateVersion = 1;

Error does_not_fit() {
  return {Fault::integrity, "the state of the training does not fit"};
}

void write(Writer& w, const NetWeights& weights) {
  w.numbers<float>(weights.parameters);
  w.numbers<float>(weights.statistics);
}

/// Empty ones stand for "none yet".
Result<NetWeights> read(Reader& r, const Net& net, bool may_be_empty) {
  auto parameters = r.numbers<float>();
  auto statistics = r.numbers<float>();
  if (!parameters || !statistics) return does_not_fit();
  const bool empty = may_be_empty && parameters->empty() && statistics->empty();
  const bool fits = parameters->size() == net.parameters &&
                    statistics->size() == net.statistics;
  if (!empty && !fits) return does_not_fit();
  return NetWeights{std::move(*parameters), std::move(*statistics)};
}

}  // namespace

void NetTrainer::save_state(Writer& w) const {
  w.number(kStateVersion);
  write_state(w);
  w.block(safe_place_);
}

Result<> NetTrainer::load_state(Reader& r) {
  auto version = r.number<std::uint8_t>();
  if (!version || *version != kStateVersion) return does_not_fit();
  auto state = read_state(r);
  if (!state) return state;
  auto safe_place = r.block();
  if (!safe_place) return does_not_fit();
  safe_place_.assign(safe_place->begin(), safe_place->end());
  return {};
}

void NetTrainer::write_state(Writer& w) const {
  w.number(epoch_);
  w.number(at_);
  w.number(steps_);
  w.number(since_report_.loss);
  w.number(since_report_.weight);
  w.number(rate_scale_);
  w.number(rollbacks_);
  w.number(since_best_);
  w.number(static_cast<std::uint8_t>(best_value_.has_value()));
  w.number(best_value_.value_or(0));
  w.text(ending_);
  write(w, weights_);
  write(w, best_);
  optimizer_->save(w);
  schedule_->save(w);
}

Result<> NetTrainer::load_counters(Reader& r) {
  auto epoch = r.number<std::uint32_t>();
  auto at = r.number<std::uint64_t>();
  auto steps = r.number<std::uint64_t>();
  auto loss = r.number<double>();
  auto weight = r.number<double>();
  auto rate_scale = r.number<double>();
  auto rollbacks = r.number<std::int32_t>();
  auto since_best = r.number<std::int32_t>();
  auto has_best = r.number<std::uint8_t>();
  auto best = r.number<double>();
  auto ending = r.text();
  // A number that fails leaves fewer than the 8 bytes that a text begins with:
  // the last stands for all.
  if (!ending || *at > order_.size()) {
    return does_not_fit();
  }
  epoch_ = *epoch;
  at_ = *at;
  steps_ = *steps;
  since_report_ = {*loss, *weight};
  rate_scale_ = *rate_scale;
  rollbacks_ = *rollbacks;
  since_best_ = *since_best;
  best_value_.reset();
  if (*has_best != 0) best_value_ = *best;
  ending_ = std::move(*ending);
  return {};
}

Result<> NetTrainer::load_weights(Reader& r) {
  auto weights = read(r, net_, false);
  if (!weights) return std::move(weights).fail();
  auto best = read(r, net_, true);
  if (!best) return std::move(best).fail();
  weights_ = std::move(*weights);
  best_ = std::move(*best);
  return {};
}

Result<> NetTrainer::read_state(Reader& r) {
  auto counters = load_counters(r);
  if (!counters) return counters;
  auto weights = load_weights(r);
  if (!weights) return weights;
  auto optimizer = optimizer_->load(r);
  if (!optimizer) return optimizer;
  auto schedule = schedule_->load(r);
  if (!schedule) return schedule;
  if (at_ > 0) shuffle();  // the order of this epoch, again
  return {};
}

}  // namespace mlb::learn
