// See reader.h: how columns are read and prepared, the split, the sample.
#include <algorithm>

#include "spec/reader.h"

namespace mlb::spec {
namespace {

constexpr std::size_t kMaxColumns = 10'000;
constexpr std::size_t kLongestName = 4096;
constexpr double kMostBuckets = 65536;

template <class E>
E enum_of(const Value& value) {
  return static_cast<E>(std::get<std::int64_t>(value));
}

std::vector<DatePart> parts_of(const std::vector<std::string>& words) {
  const auto known = split_words(find_field("columns.*.dates")->words);
  std::vector<DatePart> out;
  for (const std::string& word : words) {
    const auto at = std::find(known.begin(), known.end(), word);
    out.push_back(static_cast<DatePart>(at - known.begin()));
  }
  return out;
}

/// Puts the value of `columns.*.KEY` into a rule.
void set_key(ColumnRule& rule, std::string_view key, const Value& value) {
  if (key == "type") rule.type = enum_of<ColumnType>(value);
  if (key == "missing") rule.missing = enum_of<Missing>(value);
  if (key == "scale") rule.scale = enum_of<Scale>(value);
  if (key == "encode") rule.encode = enum_of<Encode>(value);
  if (key == "unknown") rule.unknown = enum_of<Unknown>(value);
  if (key == "max_levels") {
    rule.max_levels = static_cast<int>(std::get<std::int64_t>(value));
  }
  if (key == "date_format") rule.date_format = std::get<std::string>(value);
  if (key == "dates") {
    rule.dates = parts_of(std::get<std::vector<std::string>>(value));
  }
}

}  // namespace

void Reader::read_columns(const Field& field, const Spot& spot) {
  if (!want(NodeType::map, field, spot) ||
      !want_at_most(kMaxColumns, field, spot)) {
    return;
  }
  for (const Item& item : node(spot).items) {
    const Spot column = spot_of(spot.path, item);
    if (item.key.empty() || item.key.size() > kLongestName ||
        item.key.find('\0') != item.key.npos) {
      fail(field, {column.path, item.value, item.key_place},
           {"E209",
            "the name of the column is empty, longer than 4096 bytes, "
            "or holds a NUL"});
    }
    if (!has_value(column) || !want(NodeType::map, field, column)) continue;
    ColumnRule rule{.pattern = item.key};
    for (const Item& member : node(column).items) {
      read_column_key(rule, column.path, member);
    }
    draft_.parsed.origins["columns." + item.key] =
        source_.origin_of(item.key_place);
    draft_.column_places.push_back(item.key_place);
    draft_.parsed.spec.columns.push_back(std::move(rule));
  }
}

void Reader::read_column_key(ColumnRule& rule, const std::string& column,
                             const Item& member) {
  const Field* key = find_field("columns.*." + member.key);
  if (key == nullptr) return refuse_member("columns.*", "", column, member);
  const Spot spot = spot_of(column, member);
  const bool map = node(spot).type == NodeType::map;
  if (key->type == Type::bounds) return read_clip(rule, *key, spot);
  if (map && member.key == "missing") return read_const(rule, *key, spot);
  if (map && member.key == "encode") return read_hash(rule, *key, spot);
  const auto value = read_value(*key, spot);
  const auto* list =
      value ? std::get_if<std::vector<std::string>>(&*value) : nullptr;
  if (list != nullptr && list->empty()) {
    return fail(*key, spot,
                {"E207", "want at least one part",
                 "a column that is left out has type: ignore"});
  }
  if (value) set_key(rule, member.key, *value);
}

/// The value of a map with this one key; null if it is another map.
const Item* Reader::only_member(const Field& field, const Spot& spot,
                                const char* key) {
  const Node& map = node(spot);
  if (map.items.size() == 1 && map.items[0].key == key) return &map.items[0];
  fail(field, spot,
       {"E207", "want one of its words, or {" + std::string(key) + ": ...}"});
  return nullptr;
}

void Reader::read_const(ColumnRule& rule, const Field& field,
                        const Spot& spot) {
  const Item* item = only_member(field, spot, "const");
  if (item == nullptr) return;
  const Spot value = spot_of(spot.path, *item);
  if (!has_value(value)) return;
  if (node(value).type != NodeType::scalar) {
    return fail(field, value, {"E207", "want a single value"});
  }
  if (!read_text(field, value)) return;
  rule.missing = Missing::constant;
  rule.missing_value = node(value).text;
}

void Reader::read_hash(ColumnRule& rule, const Field& field, const Spot& spot) {
  const Item* item = only_member(field, spot, "hash");
  if (item == nullptr) return;
  const Spot value = spot_of(spot.path, *item);
  if (!has_value(value)) return;
  const auto number = to_whole(node(value).text);
  const auto* whole = std::get_if<Whole>(&number);
  if (whole == nullptr || whole->real() < 1 || whole->real() > kMostBuckets) {
    return fail(field, value,
                {"E214", "'" + shown(node(value).text) +
                             "' is not a number of features; want 1..65536"});
  }
  rule.encode = Encode::hash;
  rule.buckets = static_cast<int>(whole->magnitude);
}

void Reader::read_clip(ColumnRule& rule, const Field& field, const Spot& spot) {
  if (!want(NodeType::list, field, spot)) return;
  const auto& items = node(spot).items;
  std::vector<double> bounds;
  for (const Item& item : items) {
    const auto number = to_real(tree_.at(item.value).text);
    if (const auto* x = std::get_if<double>(&number)) bounds.push_back(*x);
  }
  if (items.size() != 2 || bounds.size() != 2) {
    return fail(field, spot, {"E207", "want two numbers: [low, high]"});
  }
  if (!(bounds[0] < bounds[1])) {
    return fail(field, spot, {"E214", "the lower bound comes first"});
  }
  rule.clip = {bounds[0], bounds[1]};
}

/// A map, or one of the words `stored` and `auto`.
void Reader::read_split(const Field& field, const Spot& spot) {
  const Node& value = node(spot);
  const bool stored = value.text == "stored";
  if (value.type == NodeType::scalar && (stored || value.text == "auto")) {
    draft_.parsed.spec.data.split.by =
        stored ? SplitBy::stored : SplitBy::automatic;
    return;
  }
  read_group(field, spot);
}

std::optional<Value> Reader::read_sample(const Field& field, const Spot& spot) {
  const std::string& text = node(spot).text;
  if (text == "all") return Value{};
  const auto number = to_real(text);
  if (const auto* wrong = std::get_if<Wrong>(&number)) {
    fail(field, spot, *wrong);
    return std::nullopt;
  }
  const double x = std::get<double>(number);
  const bool whole = std::holds_alternative<Whole>(to_whole(text));
  const bool share = x > 0 && x < 1;
  const bool rows = whole && x >= 2 && field.range.holds(x);
  if (share || rows) return Value(x);
  fail(
      field, spot,
      {"E214", shown(text) + " is no sample; want " + std::string(field.rule)});
  return std::nullopt;
}

}  // namespace mlb::spec
