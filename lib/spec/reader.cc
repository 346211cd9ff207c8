// See reader.h: maps and single values.
#include "spec/reader.h"

#include <algorithm>
#include <array>

#include "base/nearest.h"
#include "job/date_pattern.h"

namespace mlb::spec {
namespace {

constexpr std::size_t kMaxText = 4096;

std::string join(std::string_view parent, std::string_view key) {
  return parent.empty() ? std::string(key)
                        : std::string(parent) + "." + std::string(key);
}

std::string_view kind_of(const Node& node) {
  switch (node.type) {
    case NodeType::null: return "nothing";
    case NodeType::scalar: return "a single value";
    case NodeType::list: return "a list";
    case NodeType::map: return "a map";
  }
  return "?";
}

/// Wanted as a number or a truth value, but written as text.
bool is_quoted_number(const Field& field, const Node& node) {
  switch (field.type) {
    case Type::integer:
    case Type::seed:
    case Type::real:
    case Type::real_or_word:
    case Type::integer_or_word:
    case Type::boolean:
    case Type::boolean_or_auto:
    case Type::share:
    case Type::duration:
    case Type::size: return node.quoted;
    case Type::sample:
    case Type::bounds:
    case Type::group:
    case Type::text:
    case Type::path:
    case Type::model:
    case Type::word:
    case Type::word_list:
    case Type::text_list:
    case Type::tag_list:
    case Type::text_map:
    case Type::gate_map:
    case Type::column_map:
    case Type::layer_list:
    case Type::sign_map:
    case Type::image:
    case Type::weight_map: return false;
    case Type::word_or_whole:
    case Type::span: return node.quoted;
  }
  return false;
}

/// "default 0.1; see: mlsubmit help fields model.boosted_trees.lr"
std::string help_hint(const Field& field, std::string_view key) {
  std::string out;
  const std::string fallback = default_text(field);
  constexpr std::array telling_nothing{"", "required", "none", "{}", "[]"};
  if (std::find(telling_nothing.begin(), telling_nothing.end(), fallback) ==
      telling_nothing.end()) {
    out = "default " + fallback + "; ";
  }
  return out + "see: mlsubmit help fields " +
         join(parent_of(field.path),
              key == field.also ? key : last_key(field.path));
}

/// A character of the CSV's form, and the word that may stand for it.
struct Mark {
  std::string_view path;
  std::string_view name;
  std::string_view word;
};
constexpr Mark kMarks[] = {{"csv.delimiter", "delimiter", "auto"},
                           {"csv.quote", "quote", "none"},
                           {"csv.escape", "escape", "none"},
                           {"csv.comment", "comment mark", "none"},
                           {"csv.thousands", "thousands mark", "none"},
                           {"csv.decimal", "decimal mark", ""}};

bool may_stand(const Mark& mark, const std::string& text) {
  if (mark.word.empty()) return text == "." || text == ",";
  const bool sign = text.size() == 1 && text != "\n" && text != "\r";
  return sign || text == mark.word || text == "tab" || text == "space";
}

/// What is wrong with a text that must have a form.
std::optional<Wrong> text_fault(const Field& field, const std::string& text) {
  for (const Mark& mark : kMarks) {
    if (field.path != mark.path || may_stand(mark, text)) continue;
    return Wrong{"E209", "'" + shown(text) + "' is no " +
                             std::string(mark.name) + "; want " +
                             std::string(field.rule)};
  }
  if (field.path == "name" && !is_plain_word(text, "._-", false)) {
    return Wrong{"E209", "'" + shown(text) + "' is no name; want " +
                             std::string(field.rule)};
  }
  if (field.path == "columns.*.date_format") {
    const auto pattern = parse_date_pattern(text);
    if (!pattern) return Wrong{"E209", pattern.error().message};
    return std::nullopt;
  }
  const bool column = field.path == "target" || field.fallback == "none";
  const bool may_be_empty =
      field.type != Type::text || field.path == "positive";
  if (column && !may_be_empty && text.empty()) {
    return Wrong{"E209", "the name is empty"};
  }
  return std::nullopt;
}

}  // namespace

std::string with_suggestion(std::string message,
                            const std::string& suggestion) {
  if (suggestion.empty()) return message;
  return message + "; did you mean '" + suggestion + "'?";
}

bool is_plain_word(std::string_view text, std::string_view extra, bool upper) {
  if (text.empty() || text.size() > 64) return false;
  return std::all_of(text.begin(), text.end(), [&](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
           (upper && c >= 'A' && c <= 'Z') || extra.find(c) != extra.npos;
  });
}

Draft Reader::read(NodeId root) {
  const Spot spot{"", root, tree_.at(root).place};
  draft_ = Draft{};
  draft_.root = spot.place;
  draft_.root.length = 1;
  const Node& top = tree_.at(root);
  if (top.type != NodeType::map) {
    findings_.add(spot.place, {"E112", "",
                               top.type == NodeType::null
                                   ? "the document is empty"
                                   : "a job is a map of fields, this is " +
                                         std::string(kind_of(top))});
    return std::move(draft_);
  }
  draft_.parsed.spec.name = surroundings_.name;
  for (const Item& item : top.items) read_member("", "", "", item);
  settle_split();
  check_rules(draft_, findings_);
  return std::move(draft_);
}

Reader::Spot Reader::spot_of(const std::string& parent,
                             const Item& item) const {
  const Node& value = tree_.at(item.value);
  const bool nothing = value.type == NodeType::null;
  return {join(parent, shown(item.key)), item.value,
          nothing ? item.key_place : value.place};
}

bool Reader::has_value(const Spot& spot) {
  if (node(spot).type != NodeType::null) return true;
  findings_.add(spot.place,
                {"E111",
                 spot.path,
                 spot.path + " has no value",
                 {},
                 "leave it out for its default; the text null needs quotes"});
  return false;
}

/// Remembers where a field was written.
void Reader::note(const Field& field, const Spot& spot) {
  const std::string path(field.path);
  draft_.places[path] = spot.place;
  draft_.parsed.origins[path] = source_.origin_of(spot.place);
}

void Reader::fail(const Field& field, const Spot& spot, Wrong wrong,
                  std::string suggestion) {
  draft_.bad.insert(std::string(field.path));
  const std::string help = help_hint(field, last_key(spot.path));
  findings_.add(
      spot.place,
      {std::move(wrong.code), spot.path,
       with_suggestion(spot.path + ": " + wrong.message, suggestion),
       suggestion, wrong.hint.empty() ? help : wrong.hint + "; " + help});
}

void Reader::fail_later(const Spot& spot, const Place& place,
                        std::string_view value) {
  const std::string what =
      value.empty() ? spot.path : spot.path + ": '" + std::string(value) + "'";
  findings_.add(place, {"E113", spot.path,
                        what + " is not supported yet by this version"});
}

void Reader::read_group(const Field& group, const Spot& spot) {
  if (!has_value(spot)) {
    draft_.bad.insert(std::string(group.path));
    return;
  }
  const std::string path(group.path);
  const Field* type = find_field(path + ".type");
  if (node(spot).type == NodeType::scalar && !group.short_key.empty()) {
    const Field* field = find_field(path + "." + std::string(group.short_key));
    return read_field(*field, {spot.path, spot.node, spot.place});
  }
  if (!want(NodeType::map, group, spot)) return;
  if (type != nullptr && read_as_variant(group, *type, spot)) return;
  std::string variant;
  if (type != nullptr) {
    if (const Item* item = find_item(node(spot), "type")) {
      read_field(*type, spot_of(spot.path, *item));
    }
    // Of a type that is not there yet no key is known.
    if (draft_.bad.contains(std::string(type->path))) return;
    const Value value = type->access.get(draft_.parsed.spec);
    variant = value_text(*type, value);
  }
  read_members(group, spot, variant);
}

/// `loss: {huber: 2}` for `loss: {type: huber, delta: 2}`: where the keys of a
/// type have a short form.
bool Reader::read_as_variant(const Field& group, const Field& type,
                             const Spot& spot) {
  if (node(spot).items.size() != 1) return false;
  const Item& item = node(spot).items[0];
  const Field* variant = find_field(join(group.path, item.key));
  if (variant == nullptr || variant->short_key.empty() ||
      !is_unwritten(variant->path)) {
    return false;
  }
  const Spot inside = spot_of(spot.path, item);
  const auto words = split_words(type.words);
  const auto at = std::find(words.begin(), words.end(), item.key);
  type.access.set(draft_.parsed.spec, std::int64_t{at - words.begin()});
  note(type, inside);
  read_group(*variant, inside);
  return true;
}

void Reader::read_members(const Field& group, const Spot& spot,
                          const std::string& variant) {
  for (const Item& item : node(spot).items) {
    if (item.key == "type" && !variant.empty()) continue;
    read_member(group.path, variant, spot.path, item);
  }
}

void Reader::read_member(std::string_view group, const std::string& variant,
                         const std::string& parent, const Item& item) {
  const auto is_key = [&](const Field* field) {
    return last_key(field->path) == item.key ||
           (!field->also.empty() && field->also == item.key);
  };
  std::vector<std::string> homes{std::string(group)};
  if (!variant.empty()) homes.push_back(join(group, variant));
  for (const std::string& home : homes) {
    for (const Field* field : children_of(home)) {
      if (!is_key(field)) continue;
      // model.ridge is a row, but not a key that may be written.
      if (is_unwritten(field->path)) break;
      const Spot spot = spot_of(parent, item);
      if (!draft_.places.contains(std::string(field->path))) {
        return read_field(*field, spot);
      }
      return findings_.add(
          item.key_place,
          {"E102", spot.path,
           spot.path + " is here twice: " + std::string(last_key(field->path)) +
               " and " + std::string(field->also) + " are the same"});
    }
  }
  refuse_member(group, variant, parent, item);
}

/// Says why this key is none of the group's.
void Reader::refuse_member(std::string_view group, const std::string& variant,
                           const std::string& parent, const Item& item) {
  const std::string path = join(parent, shown(item.key));
  const Spot spot{path, item.value, item.key_place};
  if (is_reserved(join(group, item.key)) ||
      is_reserved(join(join(group, variant), item.key))) {
    return fail_later(spot, item.key_place, "");
  }
  for (const Field* other : children_of(group)) {
    if (variant.empty() || other->type != Type::group) continue;
    if (find_field(join(other->path, item.key)) == nullptr) continue;
    return findings_.add(
        item.key_place,
        {"E119", path,
         path + " is for type " + std::string(last_key(other->path)) +
             ", not for " + variant});
  }
  auto keys = keys_below(group);
  if (!variant.empty()) {
    const auto more = keys_below(join(group, variant));
    keys.insert(keys.end(), more.begin(), more.end());
  }
  const std::string meant = nearest(item.key, keys);
  const std::string place =
      parent.empty() ? " at the top level" : " in " + parent;
  findings_.add(
      item.key_place,
      {"E101", path,
       with_suggestion("unknown key '" + shown(item.key) + "'" + place, meant),
       meant});
}

void Reader::read_field(const Field& field, const Spot& spot) {
  note(field, spot);
  switch (field.type) {
    case Type::group:
      if (field.path == "data") return read_data(field, spot);
      if (field.path == "data.split") return read_split(field, spot);
      if (field.path == "train.early_stop") return read_early_stop(field, spot);
      return read_group(field, spot);
    case Type::text_map: return read_labels(field, spot);
    case Type::gate_map: return read_gates(field, spot);
    case Type::column_map: return read_columns(field, spot);
    case Type::layer_list: return read_layers(field, spot);
    case Type::sign_map: return read_signs(field, spot);
    case Type::image: return read_image(field, spot);
    case Type::weight_map: return read_weights(field, spot);
    case Type::integer:
    case Type::seed:
    case Type::real:
    case Type::share:
    case Type::sample:
    case Type::bounds:
    case Type::boolean:
    case Type::boolean_or_auto:
    case Type::text:
    case Type::path:
    case Type::model:
    case Type::word:
    case Type::duration:
    case Type::size:
    case Type::word_list:
    case Type::text_list:
    case Type::tag_list:
    case Type::real_or_word:
    case Type::integer_or_word:
    case Type::word_or_whole:
    case Type::span: return read_simple(field, spot);
  }
}

void Reader::read_simple(const Field& field, const Spot& spot) {
  const auto value = read_value(field, spot);
  if (!value) {
    draft_.bad.insert(std::string(field.path));
    return;
  }
  if (field.type == Type::share && std::holds_alternative<double>(*value)) {
    draft_.fractions.insert(std::string(last_key(field.path)));
  }
  if (field.access.set != nullptr) {
    field.access.set(draft_.parsed.spec, *value);
  }
}

std::optional<Value> Reader::read_value(const Field& field, const Spot& spot) {
  if (!has_value(spot)) return std::nullopt;
  switch (field.type) {
    case Type::word_list:
    case Type::text_list:
    case Type::tag_list: return read_list(field, spot);
    case Type::share:
      if (node(spot).type == NodeType::list) return read_list(field, spot);
      break;
    default: break;
  }
  if (!want_scalar(field, spot)) return std::nullopt;
  switch (field.type) {
    case Type::text: return read_text(field, spot);
    case Type::path: return read_path(field, spot);
    case Type::model: return read_model(field, spot);
    case Type::word: return read_word(field, spot);
    case Type::sample: return read_sample(field, spot);
    case Type::word_or_whole: return read_word_or_whole(field, spot);
    case Type::span: return read_span(field, spot);
    default: return read_number(field, spot);
  }
}

bool Reader::want_scalar(const Field& field, const Spot& spot) {
  const Node& value = node(spot);
  if (value.type != NodeType::scalar) {
    fail(field, spot,
         {"E207", "want a " + std::string(name_of(field.type)) + ", found " +
                      std::string(kind_of(value))});
    return false;
  }
  if (is_quoted_number(field, value)) {
    fail(field, spot,
         {"E202", "\"" + shown(value.text) + "\" is text, because it is quoted",
          "write it without quotes"});
    return false;
  }
  return true;
}

namespace {

/// The value, or why the text is none, before the range is looked at.
Converted<Value> to_value(const Field& field, const std::string& text) {
  const auto wrap = [](const auto& converted, auto show) -> Converted<Value> {
    if (const auto* wrong = std::get_if<Wrong>(&converted)) return *wrong;
    return Value(show(std::get<0>(converted)));
  };
  switch (field.type) {
    case Type::boolean_or_auto:
      if (text == "auto") return Value{};
      [[fallthrough]];
    case Type::boolean: return wrap(to_boolean(text), [](bool b) { return b; });
    case Type::share:
    case Type::real_or_word:
    case Type::real: return wrap(to_real(text), [](double x) { return x; });
    case Type::duration:
      return wrap(to_duration(text),
                  [](Millis ms) { return std::int64_t{ms.count()}; });
    case Type::size:
      return wrap(to_size(text), [](std::uint64_t n) { return n; });
    default: break;
  }
  const auto whole = to_whole(text);
  if (const auto* wrong = std::get_if<Wrong>(&whole)) return *wrong;
  const Whole& n = std::get<Whole>(whole);
  if (field.type == Type::seed) {
    if (!n.negative || n.magnitude == 0) return Value(n.magnitude);
    return Wrong{"E214", text + " is outside " + rule_text(field)};
  }
  // Ranges of integer fields are small: beyond them the value is not used.
  const double clipped = std::clamp(n.real(), -1e15, 1e15);
  return Value(static_cast<std::int64_t>(clipped));
}

double size_of(const Value& value) {
  if (const auto* n = std::get_if<std::int64_t>(&value)) {
    return static_cast<double>(*n);
  }
  if (const auto* n = std::get_if<std::uint64_t>(&value)) {
    return static_cast<double>(*n);
  }
  const auto* x = std::get_if<double>(&value);
  return x ? *x : 0;
}

bool has_range(Type type) {
  return type == Type::integer || type == Type::real || type == Type::share ||
         type == Type::real_or_word || type == Type::integer_or_word ||
         type == Type::word_or_whole || type == Type::duration ||
         type == Type::size;
}

}  // namespace

std::optional<Value> Reader::read_number(const Field& field, const Spot& spot) {
  const std::string& text = node(spot).text;
  const auto words = split_words(field.words);
  const auto word = std::find(words.begin(), words.end(), text);
  if (word != words.end()) {
    if (field.type == Type::integer_or_word) return Value{};
    return Value(std::int64_t{word - words.begin()});
  }
  const auto later = split_words(field.words_later);
  if (std::find(later.begin(), later.end(), text) != later.end()) {
    fail_later(spot, spot.place, text);
    return std::nullopt;
  }
  auto converted = to_value(field, text);
  if (auto* wrong = std::get_if<Wrong>(&converted)) {
    const std::string rule = rule_text(field);
    if (has_range(field.type)) wrong->message += "; want " + rule;
    fail(field, spot, *wrong);
    return std::nullopt;
  }
  const Value& value = std::get<Value>(converted);
  if (!has_range(field.type) || field.range.holds(size_of(value))) {
    return value;
  }
  if (field.path == "mlbatch" && size_of(value) > 1) {
    fail(field, spot,
         {"E118", "this file needs a program that knows version " +
                      shown(text) + "; this one knows 1"});
    return std::nullopt;
  }
  fail(field, spot, {"E214", shown(text) + " is outside " + rule_text(field)});
  return std::nullopt;
}

bool Reader::is_known_word(const Field& field, const Spot& spot,
                           std::string_view word) {
  auto words = split_words(field.words);
  if (std::find(words.begin(), words.end(), word) != words.end()) return true;
  const auto later = split_words(field.words_later);
  if (std::find(later.begin(), later.end(), word) != later.end()) {
    draft_.bad.insert(std::string(field.path));
    fail_later(spot, spot.place, word);
    return false;
  }
  words.insert(words.end(), later.begin(), later.end());
  const std::string meant = nearest(word, words);
  fail(field, spot,
       {"E206", "'" + shown(word) + "' is not one of " + rule_text(field)},
       meant);
  return false;
}

std::optional<Value> Reader::read_word(const Field& field, const Spot& spot) {
  const std::string& text = node(spot).text;
  if (!is_known_word(field, spot, text)) return std::nullopt;
  const auto words = split_words(field.words);
  const auto at = std::find(words.begin(), words.end(), text);
  return Value(static_cast<std::int64_t>(at - words.begin()));
}

std::optional<Value> Reader::read_text(const Field& field, const Spot& spot) {
  const std::string& text = node(spot).text;
  if (text.size() > kMaxText) {
    fail(field, spot, {"E213", "the text has more than 4096 bytes"});
    return std::nullopt;
  }
  if (text.find('\0') != text.npos) {
    fail(field, spot, {"E209", "the text holds a NUL character"});
    return std::nullopt;
  }
  if (auto wrong = text_fault(field, text)) {
    fail(field, spot, std::move(*wrong));
    return std::nullopt;
  }
  return Value(text);
}

}  // namespace mlb::spec
