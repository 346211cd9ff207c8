// The schema of a CSV: names and types of its columns as YAML, written by
// `inspect --schema`, obeyed with --schema FILE.
#include "spec/tree.h"

#include "base/file.h"
#include "base/json.h"
#include "spec/scalar.h"
#include "spec/spec.h"
#include "table/date.h"
#include "verbs.h"

namespace mlb::prep_tool {
namespace {

/// Reads the tree of a schema file; what is wrong becomes a finding.
class SchemaReader {
 public:
  SchemaReader(const spec::Tree& tree, spec::Findings& findings)
      : tree_(tree), findings_(findings) {}

  std::vector<ColumnRule> columns(spec::NodeId root) {
    std::vector<ColumnRule> out;
    const spec::Node& top = tree_.at(root);
    const spec::Item* list = spec::find_item(top, "columns");
    if (list == nullptr || tree_.at(list->value).type != spec::NodeType::list ||
        tree_.at(list->value).items.empty()) {
      wrong(top.place, "want a list 'columns' of {name, type}");
      return out;
    }
    for (const spec::Item& item : top.items) {
      if (item.key != "columns") wrong(item.key_place, unknown(item.key));
    }
    for (const spec::Item& item : tree_.at(list->value).items) {
      out.push_back(column(tree_.at(item.value)));
    }
    return out;
  }

 private:
  static std::string unknown(const std::string& key) {
    return "unknown key '" + key + "'";
  }
  void wrong(const spec::Place& place, const std::string& message) {
    findings_.add(place, {.code = "E101", .path = "", .message = message});
  }

  ColumnRule column(const spec::Node& node) {
    ColumnRule out;
    bool named = false;
    bool typed = false;
    for (const spec::Item& item : node.items) {
      const spec::Node& value = tree_.at(item.value);
      if (value.type != spec::NodeType::scalar) {
        wrong(value.place, "want a text");
      } else if (item.key == "name") {
        out.pattern = value.text;
        named = true;
      } else if (item.key == "type") {
        typed = true;
        read_type(value, out);
      } else if (item.key == "date_format") {
        out.date_format = value.text;
        auto good = table::DateFormat::parse(value.text);
        if (!good) wrong(value.place, good.error().message);
      } else {
        wrong(item.key_place, unknown(item.key));
      }
    }
    if (!named || !typed) wrong(node.place, "want a column as {name, type}");
    const bool moment =
        out.type == ColumnType::date || out.type == ColumnType::time;
    if (!moment && !out.date_format.empty()) {
      wrong(node.place, "only a date or a time has a date_format");
    }
    return out;
  }

  void read_type(const spec::Node& value, ColumnRule& out) {
    auto type = column_type(value.text);
    if (type) {
      out.type = *type;
    } else {
      wrong(value.place, type.error().message);
    }
  }

  const spec::Tree& tree_;
  spec::Findings& findings_;
};

Error first_of(const std::vector<spec::Diagnostic>& errors,
               const std::string& path) {
  const spec::Diagnostic& d = errors.front();
  std::string message = path + ":" + std::to_string(d.line) + ":" +
                        std::to_string(d.column) + ": " + d.message;
  if (errors.size() > 1) {
    message += " (and " + std::to_string(errors.size() - 1) + " more errors)";
  }
  return {Fault::spec, message};
}

}  // namespace

Result<std::vector<ColumnRule>> read_schema(const std::string& path) {
  auto text = read_file(path, spec::kMaxBytes);
  if (!text) return std::move(text).fail();
  const Error none{Fault::spec,
                   path + ": want one document with a list 'columns'"};
  if (text->find_first_not_of(" \t\r\n") == text->npos) return none;
  const spec::Source source(*text, path);
  spec::Findings findings(source);
  spec::Tree tree;
  const auto roots = spec::read_yaml(source, tree, findings);
  std::vector<ColumnRule> out;
  if (roots.size() == 1) {
    out = SchemaReader(tree, findings).columns(roots.front());
  }
  const auto errors = findings.take(spec::Severity::error);
  if (!errors.empty()) return first_of(errors, path);
  if (roots.size() == 1) return out;
  return none;
}

std::string schema_text(const Json& report) {
  std::string out =
      "# Names and types of the columns, in order; for mlprep --schema.\n"
      "columns:\n";
  for (const auto& c : report["columns"]) {
    out += "  - {name: " + spec::yaml_text(c["name"].get<std::string>()) +
           ", type: " + c["type"].get<std::string>();
    if (c.contains("date_format") && c["date_format"].is_string()) {
      out += ", date_format: " +
             spec::yaml_text(c["date_format"].get<std::string>());
    }
    out += "}\n";
  }
  return out;
}

}  // namespace mlb::prep_tool
