// See reader.h: lengths of training, sizes of images, weights of classes.
#include <algorithm>
#include <array>

#include "spec/reader.h"

namespace mlb::spec {
namespace {

constexpr std::size_t kMaxClasses = 10'000;
constexpr Range kWeights{0, 1e6, true, false};
constexpr double kMaxSide = 65'536;

}  // namespace

std::optional<Value> Reader::read_word_or_whole(const Field& field,
                                                const Spot& spot) {
  const std::string& text = node(spot).text;
  const auto words = split_words(field.words);
  if (std::find(words.begin(), words.end(), text) != words.end()) {
    return Value(text);
  }
  return read_number(field, spot);
}

/// The canonical text of the span.
std::optional<Value> Reader::read_span(const Field& field, const Spot& spot) {
  auto span = to_span(node(spot).text, field.words);
  if (auto* wrong = std::get_if<Wrong>(&span)) {
    wrong->message += "; want " + rule_text(field);
    fail(field, spot, std::move(*wrong));
    return std::nullopt;
  }
  const auto& good = std::get<TrainSpan>(span);
  const bool time = good.unit == SpanUnit::time;
  if (time && good.count < 1000) {
    fail(field, spot, {"E214", shown(node(spot).text) + " is less than 1s"});
    return std::nullopt;
  }
  if (!time && !field.range.holds(static_cast<double>(good.count))) {
    fail(field, spot,
         {"E214", shown(node(spot).text) + " is outside " +
                      real_text(field.range.low) + ".." +
                      real_text(field.range.high)});
    return std::nullopt;
  }
  return Value(span_text(good));
}

void Reader::read_image(const Field& field, const Spot& spot) {
  auto* net = std::get_if<NetSpec>(&draft_.parsed.spec.model);
  if (net == nullptr || !has_value(spot)) return;
  if (node(spot).type == NodeType::scalar && node(spot).text == "auto") return;
  if (node(spot).type != NodeType::list || node(spot).items.size() != 3) {
    return fail(field, spot,
                {"E207", "want auto or [height, width, channels]"});
  }
  std::array<int, 3> sides{};
  for (std::size_t i = 0; i < 3; ++i) {
    const Spot side = spot_of(spot.path, node(spot).items[i]);
    const auto whole = to_whole(node(side).text);
    const auto* number = std::get_if<Whole>(&whole);
    const bool good = node(side).type == NodeType::scalar &&
                      !node(side).quoted && number != nullptr &&
                      number->real() >= 1 && number->real() <= kMaxSide;
    if (!good) {
      return fail(field, {spot.path, side.node, side.place},
                  {"E214", "want whole numbers in 1..65536"});
    }
    sides[i] = static_cast<int>(number->magnitude);
  }
  net->input = ImageSize{sides[0], sides[1], sides[2]};
}

void Reader::read_weights(const Field& field, const Spot& spot) {
  ClassWeights& out = draft_.parsed.spec.train.class_weights;
  if (!has_value(spot)) return;
  if (node(spot).type == NodeType::scalar) {
    if (!is_known_word(field, spot, node(spot).text)) return;
    out.type = node(spot).text == "balanced" ? ClassWeightsType::balanced
                                             : ClassWeightsType::none;
    return;
  }
  if (!want(NodeType::map, field, spot) ||
      !want_at_most(kMaxClasses, field, spot)) {
    return;
  }
  out.type = ClassWeightsType::given;
  for (const Item& item : node(spot).items) {
    const Spot weight = spot_of(spot.path, item);
    const auto real = to_real(node(weight).text);
    const auto* number = std::get_if<double>(&real);
    if (node(weight).type != NodeType::scalar || node(weight).quoted ||
        number == nullptr || !kWeights.holds(*number)) {
      fail(field, weight, {"E214", "want a number in (0, 1e6]"});
      continue;
    }
    out.weights[item.key] = *number;
  }
}

}  // namespace mlb::spec
