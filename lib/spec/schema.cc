// See schema.h.
#include "spec/schema.h"

#include <algorithm>
#include <cmath>

#include "base/json.h"
#include "spec/fields.h"
#include "spec/scalar.h"

namespace mlb::spec {
namespace {

constexpr std::string_view kLayers = "model.net.layers";

Json schema_of(const Field& field);

Json any_of(std::vector<Json> forms) {
  if (forms.size() == 1) return std::move(forms[0]);
  return {{"anyOf", std::move(forms)}};
}

Json words_of(std::string_view words) {
  Json list = Json::array();
  for (const auto word : split_words(words)) list.push_back(std::string(word));
  return {{"enum", std::move(list)}};
}

Json typed(const char* type) {
  return {{"type", type}};
}

Json matching(const char* pattern) {
  return {{"type", "string"}, {"pattern", pattern}};
}

Json list_of(Json items) {
  return {{"type", "array"}, {"items", std::move(items)}};
}

/// What YAML reads as a number or a boolean is a text where one is wanted.
Json text() {
  return {{"type", {"string", "number", "boolean"}}};
}

Json map_to(Json values) {
  return {{"type", "object"}, {"additionalProperties", std::move(values)}};
}

Json number_in(const Range& range, const char* type) {
  Json out = typed(type);
  if (std::isfinite(range.low)) {
    out[range.open_low ? "exclusiveMinimum" : "minimum"] = range.low;
  }
  if (std::isfinite(range.high)) {
    out[range.open_high ? "exclusiveMaximum" : "maximum"] = range.high;
  }
  return out;
}

Json with_words(Json number, const Field& field) {
  return any_of({std::move(number), words_of(field.words)});
}

/// "10 epochs", "60s".
Json span_of(const Field& field) {
  std::vector<Json> forms;
  for (const auto unit : split_words(field.words)) {
    forms.push_back(unit == "time"     ? matching("^[0-9]+(ms|s|m|h|d)$")
                    : unit == "epochs" ? matching("^[0-9e.]+ epochs?$")
                                       : matching("^[0-9e.]+ steps?$"));
  }
  return any_of(std::move(forms));
}

Json image() {
  Json side{{"type", "integer"}, {"minimum", 1}, {"maximum", 65536}};
  Json sides = list_of(std::move(side));
  sides["minItems"] = sides["maxItems"] = 3;
  return any_of({words_of("auto"), std::move(sides)});
}

/// A map with exactly these fields, each perhaps under a second name.
Json object_of(const std::vector<const Field*>& fields) {
  Json properties = Json::object();
  for (const Field* field : fields) {
    const Json one = schema_of(*field);
    properties[std::string(last_key(field->path))] = one;
    if (!field->also.empty()) properties[std::string(field->also)] = one;
  }
  return {{"type", "object"},
          {"properties", std::move(properties)},
          {"additionalProperties", false}};
}

bool is_part_of_type(const Field* field) {
  return is_unwritten(field->path);
}

/// A group whose other keys depend on its type.
Json group_by_type(const Field& group, const Field& type) {
  std::vector<const Field*> common = children_of(group.path);
  std::erase_if(
      common, [&](const Field* f) { return is_part_of_type(f) || f == &type; });
  std::vector<Json> forms{words_of(type.words)};
  for (const auto word : split_words(type.words)) {
    const std::string path = std::string(group.path) + "." + std::string(word);
    std::vector<const Field*> fields = common;
    for (const Field* f : children_of(path)) fields.push_back(f);
    Json form = object_of(fields);
    form["properties"]["type"] = {{"const", word}};
    if (default_text(type) != word) form["required"] = {"type"};
    forms.push_back(std::move(form));
    const Field* own = find_field(path);
    if (own == nullptr || own->short_key.empty()) continue;
    const Field* only = find_field(path + "." + std::string(own->short_key));
    Json brief = object_of(common);
    brief["properties"][std::string(word)] = schema_of(*only);
    brief["required"] = {word};
    forms.push_back(std::move(brief));
  }
  return any_of(std::move(forms));
}

Json group(const Field& field) {
  const Field* type = find_field(std::string(field.path) + ".type");
  const auto children = children_of(field.path);
  if (type != nullptr &&
      std::any_of(children.begin(), children.end(),
                  [](const Field* f) { return is_part_of_type(f); })) {
    return group_by_type(field, *type);
  }
  std::vector<Json> forms{object_of(children)};
  if (!field.short_key.empty()) {
    const auto path =
        std::string(field.path) + "." + std::string(field.short_key);
    forms.push_back(schema_of(*find_field(path)));
  }
  // Forms that the reader knows besides.
  if (field.path == "data") forms.push_back(typed("string"));
  if (field.path == "data.split") forms.push_back(words_of("stored auto"));
  if (field.path == "train.early_stop") {
    forms.push_back({{"enum", {false, "auto"}}});
  }
  return any_of(std::move(forms));
}

/// A word, or a map with one key that has the layer's keys.
Json layer() {
  constexpr std::string_view kHolders[] = {"residual", "concat", "repeat"};
  const Json layers{{"$ref", "#/$defs/layers"}};
  Json words = Json::array();
  Json properties = Json::object();
  for (const Field* f : children_of(kLayers)) {
    const std::string name(last_key(f->path));
    const bool holds = std::find(std::begin(kHolders), std::end(kHolders),
                                 name) != std::end(kHolders);
    if (!holds) words.push_back(name);
    properties[name] = name == "residual" ? layers
                       : name == "concat" ? list_of(layers)
                                          : schema_of(*f);
  }
  return any_of({Json{{"enum", std::move(words)}},
                 Json{{"type", "object"},
                      {"properties", std::move(properties)},
                      {"additionalProperties", false},
                      {"minProperties", 1},
                      {"maxProperties", 1}}});
}

Json columns() {
  return map_to(object_of(children_of("columns.*")));
}

/// A word; of two fields of columns also a map of one key.
Json word(const Field& field) {
  std::vector<Json> forms{words_of(field.words)};
  const auto map_of = [](const char* key, Json value) {
    return Json{{"type", "object"},
                {"properties", {{key, std::move(value)}}},
                {"required", {key}},
                {"additionalProperties", false}};
  };
  if (field.path == "columns.*.missing") {
    forms.push_back(map_of("const", text()));
  }
  if (field.path == "columns.*.encode") {
    forms.push_back(map_of("hash", number_in({1, 65536}, "integer")));
  }
  return any_of(std::move(forms));
}

Json plain(const Field& field) {
  switch (field.type) {
    case Type::group: return group(field);
    case Type::integer: return number_in(field.range, "integer");
    case Type::seed: return {{"type", "integer"}, {"minimum", 0}};
    case Type::real: return number_in(field.range, "number");
    case Type::boolean: return typed("boolean");
    case Type::boolean_or_auto:
      return any_of({typed("boolean"), words_of("auto")});
    case Type::share:
      return any_of({number_in(field.range, "number"), list_of(text())});
    case Type::sample:
      return any_of(
          {words_of("all"), Json{{"type", "number"}, {"exclusiveMinimum", 0}}});
    case Type::bounds: {
      Json out = list_of(typed("number"));
      out["minItems"] = out["maxItems"] = 2;
      return out;
    }
    case Type::text: return text();
    case Type::path: return {{"type", "string"}, {"minLength", 1}};
    // The first digits of a UUID may be a number.
    case Type::model: return {{"type", {"string", "number"}}, {"minLength", 1}};
    case Type::word: return word(field);
    case Type::duration: return matching("^[0-9]+(ms|s|m|h|d)$");
    case Type::size: return matching("^[0-9]+[KMGT]$");
    case Type::word_list: return list_of(words_of(field.words));
    case Type::text_list:
    case Type::tag_list: return list_of(text());
    case Type::text_map: return map_to(text());
    case Type::gate_map: return map_to(typed("string"));
    case Type::column_map: return columns();
    case Type::layer_list: return {{"$ref", "#/$defs/layers"}};
    case Type::real_or_word:
      return with_words(number_in(field.range, "number"), field);
    case Type::integer_or_word:
    case Type::word_or_whole:
      return with_words(number_in(field.range, "integer"), field);
    case Type::sign_map: return map_to({{"enum", {1, -1}}});
    case Type::image: return image();
    case Type::weight_map:
      return any_of({words_of(field.words),
                     map_to({{"type", "number"}, {"exclusiveMinimum", 0}})});
    case Type::span: return span_of(field);
  }
  return true;
}

Json schema_of(const Field& field) {
  Json out = plain(field);
  std::string doc(field.doc);
  const std::string fallback = default_text(field);
  if (!fallback.empty()) doc += "; default " + fallback;
  if (!field.rule.empty()) doc += "; " + std::string(field.rule);
  out["description"] = doc;
  return out;
}

}  // namespace

std::string json_schema() {
  Json out{{"$schema", "https://json-schema.org/draft/2020-12/schema"},
           {"$id", "urn:mlbatch:spec:1"},
           {"title", "mlbatch job spec, version 1"}};
  const Json top = object_of(children_of(""));
  out.update(top);
  out["required"] = {"kind", "data"};
  out["$defs"] = {{"layer", layer()},
                  {"layers", list_of({{"$ref", "#/$defs/layer"}})}};
  return out.dump(2) + "\n";
}

}  // namespace mlb::spec
