// mlsubmit model: what a model file holds.  mlbatch-job looks into it, for
// this program links nothing that learns.
#include <algorithm>
#include <filesystem>
#include <sstream>

#include "base/file.h"
#include "model_file.h"
#include "program.h"
#include "render.h"
#include "spec/spec.h"
#include "verbs.h"
#include "wire/wire.h"

namespace mlb::submit {
namespace {

std::string bytes_of_hex(const std::string& hex) {
  std::string out;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    out += static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16));
  }
  return out;
}

/// The spec's YAML without the groups that no record has.
std::string without_envelope(const std::string& yaml) {
  constexpr std::string_view kEnvelope[] = {
      "mlbatch:",   "name:",  "description:", "tags:",   "labels:",
      "resources:", "retry:", "require:",     "metrics:"};
  std::string out;
  bool keeps = true;
  std::istringstream lines(yaml);
  for (std::string line; std::getline(lines, line);) {
    if (!line.empty() && line[0] != ' ') {
      keeps = std::none_of(std::begin(kEnvelope), std::end(kEnvelope),
                           [&](auto key) { return line.starts_with(key); });
    }
    if (keeps) out += line + "\n";
  }
  return out;
}

/// The training record as a spec; null when another version wrote it.
Json record_of(const std::string& hex) {
  const std::string bytes = bytes_of_hex(hex);
  auto spec = wire::decode_spec(view_of(bytes));
  if (!spec) return nullptr;
  const auto name = [](const Digest& digest) {
    return digest.is_none() ? std::string() : "sha256:" + digest.text();
  };
  spec->data.path = name(spec->data.digest);
  spec->train.init_from.name = name(spec->train.init_from.digest);
  return without_envelope(spec::to_yaml(*spec));
}

/// What the job says of it: beside the file, for equal work gives an equal
/// file.
Json job_of(const JobView& job) {
  const Json all = job_json(job);
  Json out;
  for (const char* key : {"id", "name", "state", "metrics", "submitted"}) {
    out[key] = all[key];
  }
  const Json& attempts = all["attempts"];
  out["program"] = attempts.empty() ? Json() : attempts.back()["program"];
  return out;
}

std::string text_of(const Json& value) {
  return value.is_string() ? value.get<std::string>() : value.dump();
}

/// "median 44.5 for missing, (x - 43.9) / 5.4"
std::string step_text(const Json& f) {
  std::string out;
  const auto add = [&](const std::string& text) {
    out += (out.empty() ? "" : "; ") + text;
  };
  if (f.contains("fill")) add("missing: " + text_of(f["fill"]));
  if (f.contains("missing") && f["missing"] != "fill") {
    add(f["missing"] == "level" ? "missing: a level" : "missing: an error");
  }
  if (f.contains("low") || f.contains("high")) {
    add("clipped to " + (f.contains("low") ? f["low"].dump() : "") + ".." +
        (f.contains("high") ? f["high"].dump() : ""));
  }
  if (f.value("log1p", false)) add("log(1 + x)");
  if (f.contains("mean") && (f["mean"] != 0.0 || f["scale"] != 1.0)) {
    add("(x - " + f["mean"].dump() + ") / " + f["scale"].dump());
  }
  if (f.contains("levels")) {
    std::string levels;
    for (const auto& level : f["levels"]) {
      if (levels.size() > 60) {
        levels += ", ...";
        break;
      }
      levels += (levels.empty() ? "" : ", ") + level.get<std::string>();
    }
    add(std::to_string(f["levels"].size()) + " levels: " + levels);
  }
  if (f.contains("buckets")) add(f["buckets"].dump() + " buckets");
  return out;
}

std::string joined(const Json& list) {
  std::string out;
  for (const auto& item : list) {
    out += (out.empty() ? "" : ", ") + item.get<std::string>();
  }
  return out;
}

std::string target_text(const Json& info) {
  std::string out = text_of(info["task"]);
  if (!text_of(info["target"]).empty()) out += " of " + text_of(info["target"]);
  if (!info["classes"].empty()) out += ": " + joined(info["classes"]);
  return out;
}

std::string scaling_text(const Json& scaling) {
  if (scaling.is_null()) return {};
  if (scaling["mean"] == 0.0 && scaling["scale"] == 1.0 &&
      scaling["log1p"] == false) {
    return {};
  }
  const std::string y = scaling["log1p"] == true ? "log(1 + y)" : "y";
  return "(" + y + " - " + scaling["mean"].dump() + ") / " +
         scaling["scale"].dump();
}

/// Name and value pairs, aligned.
std::string head_text(const Json& info) {
  std::vector<std::vector<std::string>> rows;
  const auto row = [&](const std::string& name, const std::string& value) {
    if (!value.empty()) rows.push_back({name, value});
  };
  row("kind", text_of(info["kind"]));
  row("task", target_text(info));
  row("learns", scaling_text(info["target_scaling"]));
  row("bytes", info["bytes"].dump());
  row("sha256", text_of(info["sha256"]));
  for (const auto& [name, value] : info["facts"].items()) {
    row(name, text_of(value));
  }
  if (!info["job"].is_null()) {
    const Json& job = info["job"];
    row("job", text_of(job["id"]) + " " + text_of(job["name"]) + ", " +
                   text_of(job["state"]));
    if (!job["program"].is_null()) row("program", text_of(job["program"]));
    for (const auto& [name, value] : job["metrics"].items()) {
      row(name, text_of(value));
    }
  }
  return aligned(rows);
}

std::string features_text(const Json& info) {
  std::vector<std::vector<std::string>> rows{
      {"column", "becomes", "width", "how"}};
  for (const auto& f : info["features"]) {
    rows.push_back({text_of(f["column"]), text_of(f["kind"]), f["width"].dump(),
                    step_text(f)});
  }
  return aligned(rows);
}

std::string layers_text(const Json& layers) {
  std::vector<std::vector<std::string>> rows{{"layer", "output", "parameters"}};
  for (const auto& l : layers) {
    const std::string indent(2 * l["depth"].get<std::size_t>(), ' ');
    rows.push_back({indent + text_of(l["layer"]), text_of(l["output"]),
                    l["parameters"].dump()});
  }
  return aligned(rows);
}

std::string indented(const std::string& text) {
  std::string out = "  ";
  for (const char c : text) {
    out += c;
    if (c == '\n') out += "  ";
  }
  out.resize(out.find_last_not_of(' ') + 1);
  return out;
}

std::string info_text(const Json& info) {
  std::string out = head_text(info);
  out += "\nfeatures, " + info["width"].dump() + " numbers a row\n" +
         indented(features_text(info));
  if (!info["layers"].is_null()) {
    out += "\nlayers\n" + indented(layers_text(info["layers"]));
  }
  out += "\nwhat determined the result\n";
  out += indented(info["record"].is_null()
                      ? std::string("not readable by this version\n")
                      : info["record"].get<std::string>());
  return out;
}

Exit info(const Globals& globals, const ModelFileHere& model) {
  auto answer = ask_program("mlbatch-job", {"model-info", model.path});
  if (!answer) return std::move(answer).fail();
  Json found = Json::parse(*answer, nullptr, false);
  if (!found.is_object()) return Error{Fault::bug, "mlbatch-job: no JSON"};
  found["record"] = record_of(found["record"].get<std::string>());
  found["job"] = model.job ? job_of(*model.job) : Json(nullptr);
  if (!globals.json) {
    print_text(info_text(found));
    return 0;
  }
  Json out{{"schema", "mlbatch.model/1"}};
  out.update(found);
  print_line(json_line(out));
  return 0;
}

/// Whether the path may get this content: nothing of the user's is lost.
Result<> may_write(const ModelFlags& flags, const std::string& content) {
  std::error_code error;
  if (flags.force || !std::filesystem::exists(flags.output, error)) return {};
  const auto old = read_file(flags.output);
  if (old && *old == content) return {};
  return Error{Fault::refused,
               flags.output + ": exists with other content; use --force"};
}

Exit export_model(const ModelFlags& flags, const std::string& path) {
  auto made = ask_program("mlbatch-job",
                          {"model-export", path, "--format", flags.format});
  if (!made) return std::move(made).fail();
  if (flags.output == "-") {
    print_text(*made);
    return 0;
  }
  auto written = may_write(flags, *made);
  if (written) written = write_file_durably(flags.output, view_of(*made));
  if (!written) return std::move(written).fail();
  print_line(flags.output);
  return 0;
}

Result<> check_flags(const ModelFlags& flags) {
  const bool exports = flags.action == "export";
  if (exports && (flags.format.empty() || flags.output.empty())) {
    return Error{Fault::usage,
                 "model export wants --format onnx or json, and -o FILE"};
  }
  if (!exports &&
      (!flags.format.empty() || !flags.output.empty() || flags.force)) {
    return Error{Fault::usage,
                 "model info takes none of --format, -o and --force"};
  }
  return {};
}

}  // namespace

Exit model(const Globals& globals, const ModelFlags& flags) {
  if (auto good = check_flags(flags); !good) return std::move(good).fail();
  auto found = find_model(globals, flags.model);
  if (!found) return std::move(found).fail();
  return flags.action == "info" ? info(globals, *found)
                                : export_model(flags, found->path);
}

}  // namespace mlb::submit
