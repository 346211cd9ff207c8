// An ONNX graph while it grows: inputs, constants, nodes, outputs; at the end
// the bytes of a file.  Field numbers are those of onnx.proto (IR version 8,
// operators of ai.onnx 17 and ai.onnx.ml 3).
#pragma once

#include <cstdint>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "learn/onnx/proto.h"

namespace mlb::learn::onnx {

/// onnx.TensorProto.DataType.
enum class Element : std::int32_t {
  float32 = 1,
  int64 = 7,
  text = 8,
  float64 = 11
};

/// Something that nodes read, by its name in the graph.
struct Value {
  std::string name;
};

using Dims = std::vector<std::int64_t>;

/// A size as one of Dims.
inline std::int64_t whole(std::size_t n) {
  return static_cast<std::int64_t>(n);
}

/// Of one node.
class Attributes {
 public:
  Attributes& integer(std::string_view name, std::int64_t value);
  Attributes& number(std::string_view name, float value);
  Attributes& text(std::string_view name, std::string_view value);
  Attributes& integers(std::string_view name, const Dims& values);
  Attributes& numbers(std::string_view name, std::span<const float> values);
  Attributes& texts(std::string_view name,
                    const std::vector<std::string>& values);
  /// A tensor of one dimension.
  Attributes& doubles(std::string_view name, std::span<const double> values);

  const std::vector<Message>& all() const { return all_; }

 private:
  Message& add(std::string_view name, std::int64_t type);
  std::vector<Message> all_;
};

class Graph {
 public:
  /// rows x columns; `doc` says what is to be given.
  Value input(const std::string& name, Element element, std::size_t columns,
              const std::string& doc);
  Value constant(std::span<const float> values, const Dims& dims);
  Value constant(std::span<const double> values, const Dims& dims);
  Value constant(std::span<const std::int64_t> values, const Dims& dims);
  Value constant(const std::vector<std::string>& values, const Dims& dims);
  Value constant(double value);  ///< of one number, for every row
  Value constant(float value);

  Value node(std::string_view op, const std::vector<Value>& inputs,
             const Attributes& attributes = {});
  /// One of ai.onnx.ml.
  Value ml_node(std::string_view op, const std::vector<Value>& inputs,
                const Attributes& attributes);
  Value cast(const Value& value, Element to);
  /// -1 in `dims`: what is left, the rows.
  Value reshape(const Value& value, const Dims& dims);

  /// rows x columns; 0 columns: one value a row.  A name that an input has
  /// gets "_" behind it.
  void output(const Value& value, std::string name, Element element,
              std::size_t columns, const std::string& doc);

  using Metadata = std::vector<std::pair<std::string, std::string>>;
  std::string file(const std::string& name, const std::string& doc,
                   const Metadata& metadata) const;

 private:
  Value fresh();
  Value add(std::string_view domain, std::string_view op,
            const std::vector<Value>& inputs, const Attributes& attributes,
            Value out);
  /// `data`: the fields of a TensorProto that hold its numbers or texts.
  Value constant(const Message& data, const Dims& dims, Element element);

  Message body_;  ///< nodes, initializers, inputs, outputs of a GraphProto
  std::set<std::string> taken_;
  std::size_t count_ = 0;
};

}  // namespace mlb::learn::onnx
