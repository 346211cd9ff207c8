// See prepare.h.
#include "learn/onnx/prepare.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <optional>

namespace mlb::learn::onnx {
namespace {

using prep::Feature;
using prep::FeatureKind;
using prep::WhenMissing;

constexpr double kLargest = std::numeric_limits<float>::max();

/// As prep scales: halves, for a difference may leave the range of double.
double scaled(const Feature& f, double x) {
  return (x / 2 - f.mean / 2) / (f.scale / 2);
}

float to_float(double x) {
  return static_cast<float>(std::clamp(x, -kLargest, kLargest));
}

class Preparer {
 public:
  Preparer(Graph& graph, const prep::Plan& plan) : graph_(graph) {
    for (const Feature& f : plan.features) {
      if (f.kind == FeatureKind::number) numbers_.insert(f.name);
    }
    std::vector<Value> parts;
    for (const Feature& f : plan.features) parts.push_back(feature(f));
    rows_ = graph_.node("Concat", parts, Attributes().integer("axis", 1));
  }
  Value rows() const { return rows_; }

 private:
  Value column(const Feature& f) {
    const auto found = inputs_.find(f.name);
    if (found != inputs_.end()) return found->second;
    const bool number = numbers_.count(f.name) > 0;
    return inputs_[f.name] = graph_.input(
               f.name, number ? Element::float64 : Element::text, 1,
               number ? "a number; NaN is missing" : "text; empty is missing");
  }

  Value feature(const Feature& f) {
    switch (f.kind) {
      case FeatureKind::number: return number(f);
      case FeatureKind::onehot: return onehot(f);
      case FeatureKind::hash: return hashed(f);
      case FeatureKind::code:
      case FeatureKind::ordinal:
      case FeatureKind::frequency:
      case FeatureKind::target: return level_number(f);
      case FeatureKind::indicator: return indicator(f);
    }
    return rows_;
  }

  /// Missing, or infinite.
  Value lacks_number(const Value& x) {
    return graph_.node("Or",
                       {graph_.node("IsNaN", {x}), graph_.node("IsInf", {x})});
  }

  Value number(const Feature& f) {
    const Value raw = column(f);
    Value x = raw;
    if (std::isfinite(f.low) || std::isfinite(f.high)) {
      x = graph_.node("Max", {x, graph_.constant(f.low)});
      x = graph_.node("Min", {x, graph_.constant(f.high)});
    }
    if (f.when_missing != WhenMissing::refuse) {
      x = graph_.node("Where", {lacks_number(raw), graph_.constant(f.fill), x});
    }
    if (f.log1p) {
      x = graph_.node("Log", {graph_.node("Add", {x, graph_.constant(1.0)})});
    }
    if (f.mean != 0 || f.scale != 1) {
      x = graph_.node("Mul", {x, graph_.constant(0.5)});
      x = graph_.node("Sub", {x, graph_.constant(f.mean / 2)});
      x = graph_.node("Div", {x, graph_.constant(f.scale / 2)});
    }
    x = graph_.node("Max", {x, graph_.constant(-kLargest)});
    x = graph_.node("Min", {x, graph_.constant(kLargest)});
    return graph_.cast(x, Element::float32);
  }

  /// The level that stands in for a missing one; none: missing counts as such.
  static std::optional<std::size_t> stand_in(const Feature& f) {
    if (f.when_missing != WhenMissing::fill) return std::nullopt;
    const auto found =
        std::find(f.levels.begin(), f.levels.end(), f.fill_level);
    return static_cast<std::size_t>(found - f.levels.begin());
  }

  Value onehot(const Feature& f) {
    std::vector<std::string> keys = f.levels;
    Dims places;
    for (std::size_t i = 0; i < keys.size(); ++i) {
      places.push_back(static_cast<std::int64_t>(i));
    }
    const auto filled = stand_in(f);
    // Beyond the levels is the place of missing ones, or none.
    const std::size_t missing = filled ? *filled : f.levels.size();
    const bool counts =
        missing < f.levels.size() || (!filled && f.missing_level);
    keys.emplace_back();
    places.push_back(counts ? static_cast<std::int64_t>(missing) : -1);
    const Value place = graph_.ml_node("LabelEncoder", {column(f)},
                                       Attributes()
                                           .texts("keys_strings", keys)
                                           .integers("values_int64s", places)
                                           .integer("default_int64", -1));
    Dims all;
    for (std::size_t i = 0; i < f.width(); ++i) {
      all.push_back(static_cast<std::int64_t>(i));
    }
    const std::span<const std::int64_t> view(all);
    const Value each =
        graph_.constant(view, {1, static_cast<std::int64_t>(f.width())});
    return graph_.cast(graph_.node("Equal", {place, each}), Element::float32);
  }

  /// Scaled here, in double: the graph only looks the numbers up.
  Value level_number(const Feature& f) {
    std::vector<std::string> keys = f.levels;
    std::vector<float> values;
    for (const double x : f.numbers) values.push_back(to_float(scaled(f, x)));
    const auto filled = stand_in(f);
    const double missing = !filled                      ? f.missing_number
                           : *filled < f.numbers.size() ? f.numbers[*filled]
                                                        : f.other_number;
    keys.emplace_back();
    values.push_back(to_float(scaled(f, missing)));
    return graph_.ml_node(
        "LabelEncoder", {column(f)},
        Attributes()
            .texts("keys_strings", keys)
            .numbers("values_floats", values)
            .number("default_float", to_float(scaled(f, f.other_number))));
  }

  Value hashed(const Feature& f) {
    return graph_.input(f.name + " (hashed)", Element::float32, f.buckets,
                        "1 in the bucket of the text, else 0: see "
                        "docs/model-file.md");
  }

  Value indicator(const Feature& f) {
    const Value x = column(f);
    if (numbers_.count(f.name) > 0) {
      return graph_.cast(lacks_number(x), Element::float32);
    }
    const float one = 1;
    return graph_.ml_node("LabelEncoder", {x},
                          Attributes()
                              .texts("keys_strings", {""})
                              .numbers("values_floats", {&one, 1})
                              .number("default_float", 0));
  }

  Graph& graph_;
  std::set<std::string> numbers_;
  std::map<std::string, Value> inputs_;
  Value rows_;
};

}  // namespace

Value prepare(Graph& graph, const prep::Plan& plan) {
  return Preparer(graph, plan).rows();
}

Value to_original(Graph& graph, Value y, const prep::TargetScaling& scaling) {
  if (scaling.scale != 1) {
    y = graph.node("Mul", {y, graph.constant(scaling.scale)});
  }
  if (scaling.mean != 0) {
    y = graph.node("Add", {y, graph.constant(scaling.mean)});
  }
  if (scaling.log1p) {
    y = graph.node("Sub", {graph.node("Exp", {y}), graph.constant(1.0)});
  }
  return graph.cast(y, Element::float32);
}

Value both(Graph& graph, const Value& p) {
  const Value other = graph.node("Sub", {graph.constant(1.0), p});
  return graph.node("Concat", {other, p}, Attributes().integer("axis", 1));
}

}  // namespace mlb::learn::onnx
