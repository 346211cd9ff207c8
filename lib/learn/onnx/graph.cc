// See graph.h.
#include "learn/onnx/graph.h"

#include "base/build.h"

namespace mlb::learn::onnx {
namespace {

constexpr std::int64_t kIrVersion = 8;
constexpr std::int64_t kOperators = 17;
constexpr std::int64_t kMlOperators = 3;
constexpr std::string_view kMl = "ai.onnx.ml";

// AttributeProto.AttributeType
constexpr std::int64_t kFloat = 1;
constexpr std::int64_t kInt = 2;
constexpr std::int64_t kString = 3;
constexpr std::int64_t kTensor = 4;
constexpr std::int64_t kFloats = 6;
constexpr std::int64_t kInts = 7;
constexpr std::int64_t kStrings = 8;

template <class T>
std::string_view raw(std::span<const T> values) {
  return {reinterpret_cast<const char*>(values.data()), values.size_bytes()};
}

/// TensorProto without its name.
Message tensor_of(const Dims& dims, Element element) {
  Message out;
  for (const auto d : dims) out.integer(1, d);
  out.integer(2, static_cast<std::int64_t>(element));
  return out;
}

/// ValueInfoProto: the first dimension is the rows.
Message described(const std::string& name, Element element, std::size_t columns,
                  const std::string& doc) {
  Message rows;
  rows.text(2, "rows");
  Message shape;
  shape.message(1, rows);
  if (columns > 0) {
    Message width;
    width.integer(1, static_cast<std::int64_t>(columns));
    shape.message(1, width);
  }
  Message tensor;
  tensor.integer(1, static_cast<std::int64_t>(element));
  tensor.message(2, shape);
  Message type;
  type.message(1, tensor);
  Message out;
  out.text(1, name);
  out.message(2, type);
  out.text(3, doc);
  return out;
}

Message operators(std::string_view domain, std::int64_t version) {
  Message out;
  out.text(1, domain);
  out.integer(2, version);
  return out;
}

}  // namespace

Message& Attributes::add(std::string_view name, std::int64_t type) {
  Message& out = all_.emplace_back();
  out.text(1, name);
  out.integer(20, type);
  return out;
}

Attributes& Attributes::integer(std::string_view name, std::int64_t value) {
  add(name, kInt).integer(3, value);
  return *this;
}
Attributes& Attributes::number(std::string_view name, float value) {
  add(name, kFloat).number(2, value);
  return *this;
}
Attributes& Attributes::text(std::string_view name, std::string_view value) {
  add(name, kString).text(4, value);
  return *this;
}
Attributes& Attributes::integers(std::string_view name, const Dims& values) {
  Message& out = add(name, kInts);
  for (const auto v : values) out.integer(8, v);
  return *this;
}
Attributes& Attributes::numbers(std::string_view name,
                                std::span<const float> values) {
  Message& out = add(name, kFloats);
  for (const float v : values) out.number(7, v);
  return *this;
}
Attributes& Attributes::texts(std::string_view name,
                              const std::vector<std::string>& values) {
  Message& out = add(name, kStrings);
  for (const auto& v : values) out.text(9, v);
  return *this;
}
Attributes& Attributes::doubles(std::string_view name,
                                std::span<const double> values) {
  Message tensor =
      tensor_of({static_cast<std::int64_t>(values.size())}, Element::float64);
  tensor.text(8, name);
  tensor.text(9, raw(values));
  add(name, kTensor).message(5, tensor);
  return *this;
}

Value Graph::fresh() {
  Value out;
  do {
    out.name = "mlbatch:" + std::to_string(++count_);
  } while (!taken_.insert(out.name).second);
  return out;
}

Value Graph::input(const std::string& name, Element element,
                   std::size_t columns, const std::string& doc) {
  taken_.insert(name);
  body_.message(11, described(name, element, columns, doc));
  return {name};
}

Value Graph::constant(const Message& data, const Dims& dims, Element element) {
  const Value out = fresh();
  Message whole = tensor_of(dims, element);
  whole.text(8, out.name);
  body_.text(5, whole.bytes() + data.bytes());
  return out;
}

Value Graph::constant(std::span<const float> values, const Dims& dims) {
  Message data;
  data.text(9, raw(values));
  return constant(data, dims, Element::float32);
}
Value Graph::constant(std::span<const double> values, const Dims& dims) {
  Message data;
  data.text(9, raw(values));
  return constant(data, dims, Element::float64);
}
Value Graph::constant(std::span<const std::int64_t> values, const Dims& dims) {
  Message data;
  data.text(9, raw(values));
  return constant(data, dims, Element::int64);
}
Value Graph::constant(const std::vector<std::string>& values,
                      const Dims& dims) {
  Message data;
  for (const auto& v : values) data.text(6, v);
  return constant(data, dims, Element::text);
}
Value Graph::constant(double value) {
  return constant(std::span<const double>(&value, 1), {1});
}
Value Graph::constant(float value) {
  return constant(std::span<const float>(&value, 1), {1});
}

Value Graph::add(std::string_view domain, std::string_view op,
                 const std::vector<Value>& inputs, const Attributes& attributes,
                 Value out) {
  Message node;
  for (const auto& input : inputs) node.text(1, input.name);
  node.text(2, out.name);
  node.text(3, out.name);
  node.text(4, op);
  for (const auto& attribute : attributes.all()) node.message(5, attribute);
  if (!domain.empty()) node.text(7, domain);
  body_.message(1, node);
  return out;
}

Value Graph::node(std::string_view op, const std::vector<Value>& inputs,
                  const Attributes& attributes) {
  return add("", op, inputs, attributes, fresh());
}

Value Graph::ml_node(std::string_view op, const std::vector<Value>& inputs,
                     const Attributes& attributes) {
  return add(kMl, op, inputs, attributes, fresh());
}

Value Graph::cast(const Value& value, Element to) {
  return node("Cast", {value},
              Attributes().integer("to", static_cast<std::int64_t>(to)));
}

Value Graph::reshape(const Value& value, const Dims& dims) {
  const std::span<const std::int64_t> all(dims);
  return node("Reshape",
              {value, constant(all, {static_cast<std::int64_t>(dims.size())})});
}

void Graph::output(const Value& value, std::string name, Element element,
                   std::size_t columns, const std::string& doc) {
  while (!taken_.insert(name).second) name += "_";
  add("", "Identity", {value}, {}, {name});
  body_.message(12, described(name, element, columns, doc));
}

std::string Graph::file(const std::string& name, const std::string& doc,
                        const Metadata& metadata) const {
  Message graph;
  graph.text(2, name);
  Message out;
  out.integer(1, kIrVersion);
  out.text(2, "mlbatch");
  out.text(3, build_id());
  out.text(6, doc);
  out.text(7, graph.bytes() + body_.bytes());
  out.message(8, operators("", kOperators));
  out.message(8, operators(kMl, kMlOperators));
  for (const auto& [key, value] : metadata) {
    Message entry;
    entry.text(1, key);
    entry.text(2, value);
    out.message(14, entry);
  }
  return out.bytes();
}

}  // namespace mlb::learn::onnx
