// The field table: the only list of what a spec may hold.  The reader, the
// defaults, to_yaml, `help fields` and mlbatch-jobspec(5) all come from it.
// Names that a later version will give a meaning are in it as reserved.
#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "job/spec.h"

namespace mlb::spec {

enum class Type {
  group,    ///< a map of further fields
  integer,  ///< in `range`
  seed,     ///< 0..2^64-1
  real,     ///< in `range`
  boolean,
  boolean_or_auto,
  share,   ///< in `range`; or, with a column, a list of its values
  sample,  ///< all, a share, or a number of rows
  bounds,  ///< [low, high]
  text,
  path,
  model,      ///< a model file, a job that left one, or a digest
  word,       ///< one of `words`
  duration,   ///< in `range`, milliseconds
  size,       ///< in `range`, bytes
  word_list,  ///< of `words`
  text_list,
  tag_list,
  text_map,
  gate_map,
  column_map,
  layer_list,
  real_or_word,     ///< in `range`, or one of `words`
  integer_or_word,  ///< in `range`, or the one of `words`
  sign_map,         ///< column: +1 or -1
  word_or_whole,    ///< one of `words`, or a whole number in `range`
  image,            ///< [height, width, channels], or auto
  weight_map,       ///< of classes; or one of `words`
  span,             ///< "10 epochs", "500 steps", "60s": units in `words`
};

/// low <= value <= high; an open end excludes the bound itself.
struct Range {
  double low = -std::numeric_limits<double>::infinity();
  double high = std::numeric_limits<double>::infinity();
  bool open_low = false;
  bool open_high = false;

  bool holds(double value) const {
    return (open_low ? value > low : value >= low) &&
           (open_high ? value < high : value <= high);
  }
};

/// The value of a field outside of JobSpec.  Enumerators are their number,
/// durations their milliseconds; monostate is "not set".
using Value = std::variant<std::monostate, bool, std::int64_t, std::uint64_t,
                           double, std::string, std::vector<std::string>>;

/// How a field's value gets into a JobSpec and out of it.
struct Access {
  void (*set)(JobSpec&, const Value&) = nullptr;
  Value (*get)(const JobSpec&) = nullptr;
};

/// A row of the table.
struct Field {
  /// Keys joined by dots.  What only one kind of model, optimiser or layer
  /// has stands below that kind: "model.ridge.lambda" is written
  /// `model: {type: ridge, lambda: 1}`.
  std::string_view path;
  Type type = Type::group;
  std::string_view doc;
  Access access = {};
  Range range = {};
  std::string_view words = {};        ///< separated by blanks
  std::string_view words_later = {};  ///< known, not supported yet
  std::string_view fallback = {};     ///< shown as default; else from JobSpec
  std::string_view rule = {};         ///< what range and words do not say
  std::string_view also = {};         ///< second name of the same key
  std::string_view short_key = {};    ///< group: `g: x` means `g: {key: x}`
  bool required = false;
};

std::span<const Field> all_fields();
/// Those of them that lie below "model".
std::span<const Field> model_fields();
/// Those of them below "model.net", below "train", and below the kinds of job
/// that use a model.
std::span<const Field> net_fields();
std::span<const Field> train_fields();
std::span<const Field> judge_fields();
/// Paths that are known by name only: "not supported yet by this version".
std::span<const std::string_view> reserved_fields();

/// The row with exactly this path, or null.
const Field* find_field(std::string_view path);
bool is_reserved(std::string_view path);
/// Rows that a path as written can mean: "model.lambda" finds
/// model.ridge.lambda.  Second names are understood.
std::vector<const Field*> fields_written(std::string_view path);
/// Likewise, whether it is the name of something reserved.
bool is_reserved_written(std::string_view path);
/// A spec whose model has the row: of a ridge for model.ridge.lambda.
JobSpec spec_with(std::string_view path);
/// Whether jobs of this kind have the field; what they do not have is neither
/// shown nor asked for.
bool has_field(Kind kind, std::string_view path);
/// Is it a group of keys that only one type of its parent has, and so never
/// written: model.ridge, train.optimizer.sgd?
bool is_unwritten(std::string_view path);

/// The row's path as it is written: "model.lambda" of model.ridge.lambda.
std::string written_path(std::string_view path);
/// Every path as it is written, reserved ones too: for suggestions.
std::vector<std::string> written_paths();

/// The last key of a path.
std::string_view last_key(std::string_view path);
/// The path without its last key; "" for a top-level field.
std::string_view parent_of(std::string_view path);
/// The rows directly below `path` ("" = top level).
std::vector<const Field*> children_of(std::string_view path);
/// Last keys of everything directly below `path`, reserved ones too.
std::vector<std::string_view> keys_below(std::string_view path);
/// "a b c" as a list.
std::vector<std::string_view> split_words(std::string_view words);

/// "whole number", "one of", ...: for messages and help.
std::string_view name_of(Type type);
/// "1..1000000", "(0, 10]", "net|ridge": what values are allowed; may be "".
std::string rule_text(const Field& field);
/// As shown in help: from JobSpec unless the row says otherwise.
std::string default_text(const Field& field);
/// As YAML; a list in [], monostate as "".
std::string value_text(const Field& field, const Value& value);

}  // namespace mlb::spec
