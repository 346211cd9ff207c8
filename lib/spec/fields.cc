// Looking up rows of the field table, and their texts.
#include "spec/fields.h"

#include <algorithm>

#include "base/units.h"
#include "spec/scalar.h"

namespace mlb::spec {
namespace {

std::string join(std::string_view parent, std::string_view key) {
  return parent.empty() ? std::string(key)
                        : std::string(parent) + "." + std::string(key);
}

/// Is `path` an instance of `pattern`, in which a key may be `*`?
bool matches(std::string_view pattern, std::string_view path) {
  const std::size_t star = pattern.find('*');
  if (star == pattern.npos) return pattern == path;
  const std::string_view tail = pattern.substr(star + 1);
  return path.size() > star + tail.size() &&
         path.starts_with(pattern.substr(0, star)) && path.ends_with(tail);
}

bool is_named(const Field& field, std::string_view path) {
  const std::string as_written = written_path(field.path);
  if (matches(as_written, path)) return true;
  if (field.also.empty()) return false;
  return matches(join(parent_of(as_written), field.also), path) ||
         matches(join(parent_of(field.path), field.also), path);
}

std::string bound_text(Type type, double bound) {
  if (type == Type::duration) {
    return duration_text(Millis(static_cast<std::int64_t>(bound)));
  }
  if (type == Type::size) return size_text(static_cast<std::uint64_t>(bound));
  if (type == Type::integer || type == Type::integer_or_word ||
      type == Type::word_or_whole) {
    return std::to_string(static_cast<std::int64_t>(bound));
  }
  return real_text(bound);
}

std::string range_text(const Field& field) {
  const Range& r = field.range;
  const std::string low = bound_text(field.type, r.low);
  const std::string high = bound_text(field.type, r.high);
  const bool real = field.type == Type::real || field.type == Type::share ||
                    field.type == Type::real_or_word;
  if (!real) return low + ".." + high;
  return (r.open_low ? "(" : "[") + low + ", " + high +
         (r.open_high ? ")" : "]");
}

std::string joined(const std::vector<std::string_view>& words,
                   std::string_view with) {
  std::string out;
  for (const std::string_view word : words) {
    if (!out.empty()) out += with;
    out += word;
  }
  return out;
}

/// "n epochs or n steps", "a duration or n epochs"
std::string span_rule(const Field& field) {
  std::string out;
  for (const std::string_view unit : split_words(field.words)) {
    out += out.empty() ? "" : " or ";
    out += unit == "time" ? "a duration" : "n " + std::string(unit);
  }
  return out;
}

}  // namespace

JobSpec spec_with(std::string_view path) {
  JobSpec out;
  const Field& type = *find_field("model.type");
  const auto words = split_words(type.words);
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (path.starts_with("model." + std::string(words[i]) + ".")) {
      type.access.set(out, static_cast<std::int64_t>(i));
    }
  }
  return out;
}

const Field* find_field(std::string_view path) {
  const auto rows = all_fields();
  const auto row = std::find_if(rows.begin(), rows.end(),
                                [&](const Field& f) { return f.path == path; });
  return row == rows.end() ? nullptr : &*row;
}

namespace {

/// What jobs of the kind lack; the fields below these are meant, too.
std::string_view fields_lacking(Kind kind) {
  switch (kind) {
    case Kind::train: return "evaluate predict";
    case Kind::prep: return "model train evaluate predict metrics require keep";
    case Kind::evaluate:
      return "model train predict task target_transform positive keep.model "
             "features.include features.exclude features.id";
    case Kind::predict:
      return "model train evaluate metrics require task target_transform "
             "positive keep data.split data.sample columns features";
  }
  return {};
}

}  // namespace

bool has_field(Kind kind, std::string_view path) {
  const auto lacking = split_words(fields_lacking(kind));
  return std::none_of(
      lacking.begin(), lacking.end(), [&](std::string_view name) {
        return path.starts_with(name) &&
               (path.size() == name.size() || path[name.size()] == '.');
      });
}

bool is_unwritten(std::string_view path) {
  const Field* type = find_field(join(parent_of(path), "type"));
  if (type == nullptr || find_field(path) == nullptr) return false;
  const auto words = split_words(type->words);
  return std::find(words.begin(), words.end(), last_key(path)) != words.end();
}

std::string written_path(std::string_view path) {
  if (path.empty()) return {};
  const std::string parent = written_path(parent_of(path));
  const bool deeper = !parent_of(path).empty();
  if (deeper && is_unwritten(path)) return parent;
  return join(parent, last_key(path));
}

bool is_reserved(std::string_view path) {
  const auto names = reserved_fields();
  return std::find(names.begin(), names.end(), path) != names.end();
}

std::vector<const Field*> fields_written(std::string_view path) {
  std::vector<const Field*> out;
  for (const Field& field : all_fields()) {
    if (field.path == path) return {&field};
    if (is_named(field, path) && !is_unwritten(field.path)) {
      out.push_back(&field);
    }
  }
  return out;
}

bool is_reserved_written(std::string_view path) {
  const auto names = reserved_fields();
  return std::any_of(names.begin(), names.end(), [&](std::string_view name) {
    return matches(written_path(name), path) || name == path;
  });
}

std::vector<std::string> written_paths() {
  std::vector<std::string> out;
  for (const Field& field : all_fields())
    out.push_back(written_path(field.path));
  for (const std::string_view name : reserved_fields()) {
    out.push_back(written_path(name));
  }
  return out;
}

std::string_view last_key(std::string_view path) {
  const std::size_t dot = path.rfind('.');
  return dot == path.npos ? path : path.substr(dot + 1);
}

std::string_view parent_of(std::string_view path) {
  const std::size_t dot = path.rfind('.');
  return dot == path.npos ? std::string_view{} : path.substr(0, dot);
}

std::vector<const Field*> children_of(std::string_view path) {
  std::vector<const Field*> out;
  for (const Field& field : all_fields()) {
    if (parent_of(field.path) == path) out.push_back(&field);
  }
  return out;
}

std::vector<std::string_view> keys_below(std::string_view path) {
  std::vector<std::string_view> out;
  for (const Field* field : children_of(path)) {
    if (!is_unwritten(field->path)) out.push_back(last_key(field->path));
  }
  for (const std::string_view name : reserved_fields()) {
    if (parent_of(name) == path) out.push_back(last_key(name));
  }
  return out;
}

std::vector<std::string_view> split_words(std::string_view words) {
  std::vector<std::string_view> out;
  while (!words.empty()) {
    const std::size_t end = std::min(words.find(' '), words.size());
    if (end > 0) out.push_back(words.substr(0, end));
    words.remove_prefix(std::min(end + 1, words.size()));
  }
  return out;
}

std::string_view name_of(Type type) {
  switch (type) {
    case Type::group: return "map";
    case Type::integer:
    case Type::seed: return "whole number";
    case Type::real: return "number";
    case Type::boolean:
    case Type::boolean_or_auto: return "boolean";
    case Type::share: return "fraction or list of values";
    case Type::sample: return "number";
    case Type::bounds: return "two numbers";
    case Type::text: return "text";
    case Type::path: return "path";
    case Type::model: return "model";
    case Type::word: return "word";
    case Type::duration: return "duration";
    case Type::size: return "size";
    case Type::word_list: return "list of words";
    case Type::text_list: return "list of texts";
    case Type::tag_list: return "list of tags";
    case Type::text_map: return "map of texts";
    case Type::gate_map: return "map of conditions";
    case Type::column_map: return "map of columns";
    case Type::layer_list: return "list of layers";
    case Type::real_or_word: return "number or word";
    case Type::integer_or_word: return "whole number or word";
    case Type::sign_map: return "map of signs";
    case Type::word_or_whole: return "word or whole number";
    case Type::image: return "list of sizes";
    case Type::weight_map: return "map of weights";
    case Type::span: return "length of training";
  }
  return "?";
}

std::string rule_text(const Field& field) {
  std::string out;
  switch (field.type) {
    case Type::integer:
    case Type::real:
    case Type::share:
    case Type::duration:
    case Type::size: out = range_text(field); break;
    case Type::seed: out = "0..18446744073709551615"; break;
    case Type::boolean: out = "true|false"; break;
    case Type::boolean_or_auto: out = "true|false|auto"; break;
    case Type::real_or_word:
    case Type::integer_or_word:
      out = range_text(field) + " or " + joined(split_words(field.words), "|");
      break;
    case Type::word:
    case Type::word_list: out = joined(split_words(field.words), "|"); break;
    case Type::word_or_whole:
      out = joined(split_words(field.words), "|") + " or " + range_text(field);
      break;
    case Type::span: out = span_rule(field); break;
    case Type::model:
      out =
          "a job that left one (its UUID or 6 and more digits of it, @last, "
          "name:NAME), sha256: and a digest, or a path as for data.csv";
      break;
    case Type::group:
    case Type::sample:
    case Type::bounds:
    case Type::text:
    case Type::path:
    case Type::text_list:
    case Type::tag_list:
    case Type::text_map:
    case Type::gate_map:
    case Type::column_map:
    case Type::layer_list:
    case Type::sign_map:
    case Type::image:
    case Type::weight_map: break;
  }
  if (!out.empty() && !field.rule.empty()) out += "; ";
  return out + std::string(field.rule);
}

std::string default_text(const Field& field) {
  if (!field.fallback.empty()) return std::string(field.fallback);
  if (field.path == "model.net.layers")
    return "[dense: 64, relu, dense: 32, relu]";
  if (field.access.get == nullptr) return {};
  return value_text(field, field.access.get(spec_with(field.path)));
}

std::string value_text(const Field& field, const Value& value) {
  struct Show {
    const Field& field;
    std::string operator()(std::monostate) const {
      if (field.type == Type::sample) return "all";
      const bool word = field.type == Type::real_or_word ||
                        field.type == Type::integer_or_word;
      if (word) return std::string(field.words);
      return field.type == Type::boolean_or_auto ? "auto" : "";
    }
    std::string operator()(bool b) const { return b ? "true" : "false"; }
    std::string operator()(std::int64_t n) const {
      if (field.type == Type::duration) return duration_text(Millis(n));
      const bool word =
          field.type == Type::word || field.type == Type::real_or_word;
      if (!word) return std::to_string(n);
      return std::string(
          split_words(field.words).at(static_cast<std::size_t>(n)));
    }
    std::string operator()(std::uint64_t n) const {
      return field.type == Type::size ? size_text(n) : std::to_string(n);
    }
    std::string operator()(double x) const { return real_text(x); }
    std::string operator()(const std::string& s) const {
      // "10 epochs" is plain in YAML, too.
      return field.type == Type::span ? s : yaml_text(s);
    }
    std::string operator()(const std::vector<std::string>& list) const {
      std::string out;
      for (const auto& s : list) {
        out += (out.empty() ? "" : ", ") + yaml_text(s);
      }
      return "[" + out + "]";
    }
  };
  return std::visit(Show{field}, value);
}

}  // namespace mlb::spec
