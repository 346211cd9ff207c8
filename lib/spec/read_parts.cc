// See reader.h: lists, and the maps whose keys the user makes up.
#include <algorithm>
#include <array>

#include "base/nearest.h"
#include "job/metric_name.h"
#include "spec/reader.h"

namespace mlb::spec {
namespace {

constexpr std::size_t kMaxTags = 32;
constexpr std::size_t kMaxList = 1000;
constexpr std::size_t kMaxLabelText = 256;

constexpr std::array<std::string_view, 3> kSplits{"train", "valid", "test"};
/// The metric that is no number.
constexpr std::string_view kTable = "confusion";

std::string_view trimmed(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

Wrong not_a_condition(std::string_view text) {
  return {"E211", "'" + shown(text) + "' is not a condition",
          "write \">= 0.9\", \"> x\", \"<= x\", \"< x\" or \"between 1 2\""};
}

std::optional<double> bound_of(std::string_view text) {
  const auto number = to_real(trimmed(text));
  const auto* value = std::get_if<double>(&number);
  return value ? std::optional<double>(*value) : std::nullopt;
}

Converted<Gate> to_between(Gate gate, std::string_view text,
                           std::string_view bounds) {
  const std::size_t gap = bounds.find(' ');
  if (gap == bounds.npos) return not_a_condition(text);
  const auto low = bound_of(bounds.substr(0, gap));
  const auto high = bound_of(bounds.substr(gap));
  if (!low || !high) return not_a_condition(text);
  if (*low > *high) {
    return Wrong{"E211", "'" + shown(text) + "': nothing lies between them",
                 "the smaller number comes first"};
  }
  gate.comparison = Comparison::between;
  gate.low = *low;
  gate.high = *high;
  return gate;
}

}  // namespace

Converted<Gate> to_gate(const std::string& metric,
                        const std::string& condition) {
  const std::string_view text = trimmed(condition);
  Gate gate{.metric = metric, .condition = std::string(text)};
  if (text.starts_with("between ")) {
    return to_between(gate, text, trimmed(text.substr(8)));
  }
  struct Sign {
    std::string_view text;
    Comparison comparison;
  };
  constexpr Sign signs[] = {{">=", Comparison::at_least},
                            {"<=", Comparison::at_most},
                            {">", Comparison::above},
                            {"<", Comparison::below}};
  for (const Sign& sign : signs) {
    if (!text.starts_with(sign.text)) continue;
    const auto bound = bound_of(text.substr(sign.text.size()));
    if (!bound) break;
    gate.comparison = sign.comparison;
    gate.low = *bound;
    return gate;
  }
  return not_a_condition(text);
}

std::optional<Finding> metric_fault(const std::string& name) {
  const Field* metrics = find_field("metrics");
  const std::string_view text = name;
  const std::size_t dot = text.find('.');
  const std::string_view split = text.substr(0, dot);
  const std::string_view metric =
      dot == text.npos ? std::string_view{} : text.substr(dot + 1);
  const auto has = [](const auto& words, std::string_view word) {
    return std::find(words.begin(), words.end(), word) != words.end();
  };
  auto known = split_words(metrics->words);
  std::erase(known, kTable);
  known.push_back("loss");
  if (has(kSplits, split) && metric == kTable) {
    return Finding{"E216", "",
                   "'" + name +
                       "' is a table, not a number: it has no "
                       "conditions"};
  }
  const auto later = split_words(metrics->words_later);
  if (has(kSplits, split) && has(known, metric)) return std::nullopt;
  if (has(kSplits, split) && has(later, metric)) {
    return Finding{"E113", "",
                   "'" + name + "' is not supported yet by this version"};
  }
  known.insert(known.end(), later.begin(), later.end());
  std::vector<std::string> names;
  for (const std::string_view s : kSplits) {
    for (const std::string_view m : known) {
      names.push_back(std::string(s) + "." + std::string(m));
    }
  }
  const std::vector<std::string_view> candidates(names.begin(), names.end());
  std::string meant = nearest(name, candidates);
  // A metric alone: of the split that is judged by.
  if (meant.empty() && has(known, name)) meant = "test." + name;
  return Finding{
      "E210", "",
      with_suggestion("'" + shown(name) + "' is not a metric", meant), meant,
      "a metric is train.NAME, valid.NAME or test.NAME"};
}

bool Reader::want(NodeType type, const Field& field, const Spot& spot) {
  const NodeType found = node(spot).type;
  if (found == type) return true;
  if (found == NodeType::null) {
    draft_.bad.insert(std::string(field.path));
    return has_value(spot);
  }
  const std::string wanted =
      type == NodeType::list ? "a list: [a, b]" : "a map: {key: value}";
  fail(field, spot, {"E207", "want " + wanted});
  return false;
}

bool Reader::want_at_most(std::size_t limit, const Field& field,
                          const Spot& spot) {
  const std::size_t found = node(spot).items.size();
  if (found <= limit) return true;
  fail(field, spot,
       {"E213", std::to_string(found) + " of them are too many; want at most " +
                    std::to_string(limit)});
  return false;
}

std::optional<Value> Reader::read_list(const Field& list, const Spot& spot) {
  Field field = list;
  // Values of a column are texts, quoted or not.
  if (field.type == Type::share) field.type = Type::text_list;
  const bool tags = field.type == Type::tag_list;
  if (!want(NodeType::list, field, spot) ||
      !want_at_most(tags ? kMaxTags : kMaxList, field, spot)) {
    return std::nullopt;
  }
  std::vector<std::string> out;
  bool good = true;
  for (const Item& item : node(spot).items) {
    Spot element = spot_of(spot.path, item);
    element.path = spot.path;
    if (tree_.at(item.value).type == NodeType::null) element.place = spot.place;
    if (field.path == "metrics") draft_.metrics.push_back(element.place);
    const Node& value = node(element);
    if (!has_value(element) || !want_scalar(field, element)) {
      good = false;
    } else if (field.type == Type::word_list &&
               !is_known_word(field, element, value.text)) {
      good = false;
    } else if (tags && !is_plain_word(value.text, "._/-", true)) {
      fail(field, element,
           {"E209", "'" + shown(value.text) +
                        "' is no tag; want 1 to 64 of A-Z a-z 0-9 . _ / -"});
      good = false;
    } else if (!read_text(field, element)) {
      good = false;
    } else if (std::find(out.begin(), out.end(), value.text) != out.end()) {
      fail(field, element,
           {"E120", "'" + shown(value.text) + "' is here twice"});
      good = false;
    } else {
      out.push_back(value.text);
    }
  }
  return good ? std::optional<Value>(std::move(out)) : std::nullopt;
}

void Reader::read_labels(const Field& field, const Spot& spot) {
  if (!want(NodeType::map, field, spot) ||
      !want_at_most(kMaxTags, field, spot)) {
    return;
  }
  for (const Item& item : node(spot).items) {
    const Spot label = spot_of(spot.path, item);
    if (!is_plain_word(item.key, "._/-", true)) {
      fail(
          field, {label.path, item.value, item.key_place},
          {"E209", "the key is no label; want 1 to 64 of A-Z a-z 0-9 . _ / -"});
    }
    if (!has_value(label) || !want_scalar(field, label)) continue;
    const std::string& text = node(label).text;
    if (text.size() > kMaxLabelText || text.find('\0') != text.npos) {
      fail(field, label, {"E213", "want a text of at most 256 bytes"});
    }
    draft_.parsed.spec.labels[item.key] = text;
  }
}

void Reader::read_gates(const Field& field, const Spot& spot) {
  if (!want(NodeType::map, field, spot) ||
      !want_at_most(kMaxTags, field, spot)) {
    return;
  }
  for (const Item& item : node(spot).items) {
    const Spot gate = spot_of(spot.path, item);
    const MetricName name = parse_metric_name(item.key);
    auto fault = metric_fault(std::string(name.plain));
    if (item.key.size() > kLongestMetricName) {
      fault = Finding{"E213", "",
                      "a metric's name has at most " +
                          std::to_string(kLongestMetricName) + " bytes"};
    }
    if (!fault && name.metric() == "loss") {
      // It is of the epochs; at the end the metrics of the task are computed.
      fault =
          Finding{"E113", "",
                  "'" + item.key + "' is not supported yet by this version"};
    }
    if (fault) {
      fault->path = gate.path;
      fault->message = spot.path + ": " + fault->message;
      findings_.add(item.key_place, std::move(*fault));
    }
    if (!has_value(gate) || !want_scalar(field, gate)) continue;
    const auto read = to_gate(item.key, node(gate).text);
    if (const auto* wrong = std::get_if<Wrong>(&read)) {
      fail(field, gate, *wrong);
      continue;
    }
    draft_.parsed.spec.require.push_back(std::get<Gate>(read));
    draft_.gates.push_back(item.key_place);
    draft_.parsed.origins["require." + item.key] =
        source_.origin_of(gate.place);
  }
}

}  // namespace mlb::spec
