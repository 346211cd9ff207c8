// See reader.h: data and early_stop, which have forms of their own.
#include <algorithm>

#include "job/families.h"
#include "spec/overrides.h"
#include "spec/reader.h"

namespace mlb::spec {

void Reader::read_data(const Field& field, const Spot& spot) {
  if (node(spot).type != NodeType::scalar) {
    read_group(field, spot);
    if (draft_.has("data.csv") && draft_.has("data.dataset")) {
      fail(field, {spot.path, spot.node, draft_.place_of("data.dataset")},
           {"E116", "csv and dataset are both given; want one of them"});
    }
    return;
  }
  const std::string_view key = data_key(node(spot).text);
  if (node(spot).text.starts_with("sha256:")) {
    return read_field(*find_field("data.dataset"), spot);
  }
  if (!key.empty()) {
    return read_field(*find_field("data." + std::string(key)), spot);
  }
  fail(field, spot,
       {"E208", "cannot tell what '" + shown(node(spot).text) + "' is",
        "write {csv: FILE} or {dataset: FILE}"});
}

/// Unless somebody asks for a split: a clustering has no target that could be
/// judged on other rows, so all rows train; whoever judges trains none.
void Reader::settle_split() {
  JobSpec& spec = draft_.parsed.spec;
  if (draft_.places.contains("data.split")) return;
  if (spec.kind == Kind::evaluate) spec.data.split.by = SplitBy::automatic;
  if (predicts(spec.model) != Predicts::clusters) return;
  spec.data.split = {.train = 1, .valid = 0, .test = 0};
}

void Reader::read_early_stop(const Field& field, const Spot& spot) {
  TrainSpec& train = draft_.parsed.spec.train;
  const Node& value = node(spot);
  if (value.type == NodeType::map) {
    train.early_stop_mode = EarlyStopMode::on;
    return read_group(field, spot);
  }
  if (value.type == NodeType::scalar && !value.quoted) {
    if (value.text == "false") {
      train.early_stop_mode = EarlyStopMode::off;
      return;
    }
    if (value.text == "auto") return;
  }
  if (!has_value(spot)) return;
  fail(field, spot,
       {"E207", "want a map, false or auto",
        "write {patience: 10} to ask for it with its defaults"});
}

void Reader::read_signs(const Field& field, const Spot& spot) {
  constexpr std::size_t kMaxSigns = 1000;
  auto* trees = std::get_if<BoostedTreesSpec>(&draft_.parsed.spec.model);
  if (trees == nullptr || !want(NodeType::map, field, spot) ||
      !want_at_most(kMaxSigns, field, spot)) {
    return;
  }
  trees->monotone.clear();
  for (const Item& item : node(spot).items) {
    const Spot sign = spot_of(spot.path, item);
    if (!has_value(sign) || !want_scalar(field, sign)) continue;
    const std::string& text = node(sign).text;
    if (text != "1" && text != "+1" && text != "-1") {
      fail(field, sign,
           {"E206", "'" + shown(text) + "' is no direction; want +1 or -1"});
      continue;
    }
    trees->monotone[item.key] = text == "-1" ? -1 : 1;
  }
}

}  // namespace mlb::spec
