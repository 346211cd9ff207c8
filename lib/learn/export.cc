// See export.h.
#include "learn/export.h"

#include "learn/describe.h"
#include "learn/onnx/prepare.h"

namespace mlb::learn {
namespace {

using onnx::Attributes;
using onnx::Element;
using onnx::Graph;
using onnx::Value;

/// Protocol Buffers, and so every reader of ONNX, go no further.
constexpr std::size_t kMostBytes = (1u << 31) - 1;

Error refused(const Model& model, const std::string& format) {
  return {Fault::refused, "a model of kind " + model.kind() +
                              " cannot be written as " + format};
}

/// The most likely class by name; of equals the first.
Value best_class(Graph& graph, const Value& p,
                 const std::vector<std::string>& classes) {
  const Value best = graph.node(
      "ArgMax", {p}, Attributes().integer("axis", 1).integer("keepdims", 0));
  const Value names =
      graph.constant(classes, {static_cast<std::int64_t>(classes.size())});
  return graph.node("Gather", {names, best});
}

std::string doc_of(const prep::Plan& plan, const std::string& kind) {
  const std::string of = plan.target.empty() ? "" : " of " + plan.target;
  return "A " + kind + " of mlbatch: " + std::string(name_of(plan.task)) + of +
         ". Inputs are the raw columns, rows x 1.";
}

}  // namespace

Result<std::string> to_onnx_file(const StoredModel& stored,
                                 const std::string& digest) {
  const prep::Plan& plan = stored.plan;
  const std::string kind = stored.model->kind();
  Graph graph;
  const Value rows = onnx::prepare(graph, plan);
  auto answer = stored.model->to_onnx(graph, rows);
  if (!answer) return std::move(answer).fail();
  if (plan.task == prep::Task::none) {
    const Value nearest =
        graph.node("ArgMin", {*answer},
                   Attributes().integer("axis", 1).integer("keepdims", 0));
    graph.output(nearest, "prediction", Element::int64, 0,
                 "the number of the nearest centre");
  } else if (plan.task == prep::Task::classification) {
    graph.output(best_class(graph, *answer, plan.classes), "prediction",
                 Element::text, 0, "the most likely class");
    graph.output(*answer, "probabilities", Element::float32,
                 plan.classes.size(), "of the classes in their order");
  } else {
    graph.output(graph.reshape(*answer, {-1}), "prediction", Element::float32,
                 0, "in units of the target");
  }
  std::string classes;
  for (const auto& c : plan.classes)
    classes += (classes.empty() ? "" : "\n") + c;
  std::string out = graph.file("mlbatch", doc_of(plan, kind),
                               {{"mlbatch.kind", kind},
                                {"mlbatch.target", plan.target},
                                {"mlbatch.classes", classes},
                                {"mlbatch.sha256", digest}});
  if (out.size() <= kMostBytes) return out;
  return Error{Fault::refused, "as ONNX the model has " +
                                   std::to_string(out.size()) +
                                   " bytes; no reader takes more than 2 GiB"};
}

Result<std::string> to_json_file(const StoredModel& stored,
                                 const std::string& digest) {
  auto text = stored.model->to_json();
  if (!text) return text;
  Json out{{"schema", "mlbatch.model_export/1"}};
  out.update(describe(stored));
  out["columns"] = stored.plan.output_names();
  out["sha256"] = digest;
  out["model"] = Json::parse(*text);
  return out.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

Result<Value> Model::to_onnx(Graph&, const Value&) const {
  return refused(*this, "ONNX");
}

Result<std::string> Model::to_json() const {
  return refused(*this, "JSON");
}

}  // namespace mlb::learn
