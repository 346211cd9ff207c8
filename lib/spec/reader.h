// One document of the tree -> JobSpec, by the field table.  Internal to
// lib/spec.  Every mistake becomes a finding and reading goes on, so that all
// of them are reported at once.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "spec/fields.h"
#include "spec/scalar.h"
#include "spec/spec.h"
#include "spec/tree.h"

namespace mlb::spec {

/// Where paths start, and what a job without a name is called.
struct Surroundings {
  std::string base_dir;     ///< of paths in the file
  std::string working_dir;  ///< of paths in arguments
  std::string name;
};

/// A spec with what is needed to judge it as a whole.
struct Draft {
  Parsed parsed;
  Place root;
  std::map<std::string, Place> places;  ///< row path -> its value
  std::set<std::string> bad;            ///< row paths with an error
  std::map<std::string, Place> layers;  ///< "model.layers[2]"
  std::vector<Place> gates;
  std::vector<Place> metrics;
  std::vector<Place> column_places;  ///< of the patterns
  std::set<std::string> fractions;   ///< parts of the split that are numbers

  /// Was it written, and without a mistake?
  bool has(const std::string& path) const {
    return places.contains(path) && !bad.contains(path);
  }
  Place place_of(const std::string& path) const {
    const auto found = places.find(path);
    return found == places.end() ? root : found->second;
  }
};

class Reader {
 public:
  Reader(const Source& source, const Tree& tree, Findings& findings,
         const Surroundings& surroundings)
      : source_(source),
        tree_(tree),
        findings_(findings),
        surroundings_(surroundings) {}

  Draft read(NodeId root);

 private:
  /// A value and how it is called in messages.
  struct Spot {
    std::string path;  ///< as written
    NodeId node = 0;
    Place place;  ///< of the value, or of the key when it has none
  };

  // reader.cc: maps and single values
  Spot spot_of(const std::string& parent, const Item& item) const;
  const Node& node(const Spot& spot) const { return tree_.at(spot.node); }
  void read_group(const Field& group, const Spot& spot);
  bool read_as_variant(const Field& group, const Field& type, const Spot& spot);
  void read_members(const Field& group, const Spot& spot,
                    const std::string& variant);
  void read_member(std::string_view group, const std::string& variant,
                   const std::string& parent, const Item& item);
  void refuse_member(std::string_view group, const std::string& variant,
                     const std::string& parent, const Item& item);
  void read_field(const Field& field, const Spot& spot);
  void read_simple(const Field& field, const Spot& spot);
  std::optional<Value> read_value(const Field& field, const Spot& spot);
  bool want_scalar(const Field& field, const Spot& spot);
  std::optional<Value> read_number(const Field& field, const Spot& spot);
  std::optional<Value> read_word(const Field& field, const Spot& spot);
  std::optional<Value> read_text(const Field& field, const Spot& spot);
  bool is_known_word(const Field& field, const Spot& spot,
                     std::string_view word);
  void note(const Field& field, const Spot& spot);
  void fail(const Field& field, const Spot& spot, Wrong wrong,
            std::string suggestion = {});
  void fail_later(const Spot& spot, const Place& place, std::string_view value);
  bool has_value(const Spot& spot);

  // read_path.cc
  std::optional<Value> read_path(const Field& field, const Spot& spot);
  std::optional<Value> read_model(const Field& field, const Spot& spot);
  std::optional<Value> resolved(const Field& field, const Spot& spot,
                                const std::string& path);
  std::optional<Value> read_digest(const Field& field, const Spot& spot,
                                   const std::string& text);

  // read_parts.cc: lists and maps of their own
  std::optional<Value> read_list(const Field& list, const Spot& spot);
  void read_labels(const Field& field, const Spot& spot);
  void read_gates(const Field& field, const Spot& spot);

  // read_columns.cc
  void read_columns(const Field& field, const Spot& spot);
  void read_column_key(ColumnRule& rule, const std::string& column,
                       const Item& member);
  const Item* only_member(const Field& field, const Spot& spot,
                          const char* key);
  void read_const(ColumnRule& rule, const Field& field, const Spot& spot);
  void read_hash(ColumnRule& rule, const Field& field, const Spot& spot);
  void read_clip(ColumnRule& rule, const Field& field, const Spot& spot);
  void read_split(const Field& field, const Spot& spot);
  std::optional<Value> read_sample(const Field& field, const Spot& spot);

  bool want(NodeType type, const Field& field, const Spot& spot);
  bool want_at_most(std::size_t limit, const Field& field, const Spot& spot);

  // read_model.cc: what has short forms
  void read_data(const Field& field, const Spot& spot);
  void settle_split();
  void read_early_stop(const Field& field, const Spot& spot);
  void read_signs(const Field& field, const Spot& spot);

  // read_layers.cc: the layers of a net, which hold others
  void read_layers(const Field& field, const Spot& spot);
  std::optional<std::vector<Layer>> read_layer_list(const Field& field,
                                                    const Spot& spot);
  std::optional<Layer> read_layer(const Field& field, const Spot& spot);
  std::optional<Layer> read_layer_value(const Field& kind, Layer layer,
                                        const Spot& spot);
  std::optional<Layer> read_branches(const Field& kind, Layer layer,
                                     const Spot& spot);
  std::optional<Layer> read_layer_keys(const Field& kind, Layer layer,
                                       const Spot& spot);
  bool read_layer_key(const Field& key, Layer& layer, const Spot& spot);

  // read_train.cc: values that only training has
  std::optional<Value> read_word_or_whole(const Field& field, const Spot& spot);
  std::optional<Value> read_span(const Field& field, const Spot& spot);
  void read_image(const Field& field, const Spot& spot);
  void read_weights(const Field& field, const Spot& spot);

  const Source& source_;
  const Tree& tree_;
  Findings& findings_;
  const Surroundings& surroundings_;
  Draft draft_;
};

/// What does not go with a clustering, or with every other model.
void check_cluster_rules(const Draft& draft, Findings& findings);

/// The rules of the data: splits, roles of columns, what prep jobs lack.
void check_data_rules(const Draft& draft, Findings& findings);

/// The cross-field rules: sums, empty splits, shapes, what a model cannot use.
void check_rules(const Draft& draft, Findings& findings);

/// "a sentence; did you mean 'x'?"
std::string with_suggestion(std::string message, const std::string& suggestion);

/// Is it 1..64 characters of a-z, 0-9, `extra`, and (if `upper`) A-Z?
bool is_plain_word(std::string_view text, std::string_view extra, bool upper);

/// Is `name` a known metric "split.metric"?  A finding's words if not.
std::optional<Finding> metric_fault(const std::string& name);

/// A condition of `require`; a Wrong says what may be written.
Converted<Gate> to_gate(const std::string& metric,
                        const std::string& condition);

}  // namespace mlb::spec
