// What each code of a finding means, longer than its line: for `mlsubmit
// explain`.  A test parses every example: the first one has the code, the
// second one has no error.
#include "spec/explain.h"

#include <algorithm>

#include "spec/diagnostic.h"

namespace mlb::spec {
namespace {

// clang-format off: one row, one code
constexpr Explanation kExplanations[] = {
    {"E100",
     "The text breaks off or is bracketed wrongly; the place is where "
     "reading stopped, the cause often stands before it.",
     "data: {csv: a.csv", "data: {csv: a.csv}"},
    {"E101", "No field has this name. `mlsubmit help fields` lists all.",
     "train: {epoch: 5}", "train: {epochs: 5}"},
    {"E102", "YAML readers would silently keep one of the two.",
     "seed: 1\nseed: 2", "seed: 2"},
    {"E103",
     "Merge keys are not applied; write the fields out, or use an "
     "anchor for the whole value.",
     "train: {<<: {epochs: 5}}", "train: {epochs: 5}"},
    {"E104", "Tags change what a value is; no field needs one.", "seed: !int 1",
     "seed: 1"},
    {"E105", "Keys are plain texts.", "labels: {[a]: b}", "labels: {a: b}"},
    {"E106",
     "An alias repeats the value of an anchor that stands before it, "
     "and not around it.",
     "tags: &mine [*mine]", "tags: [mine]"},
    {"E107", "At most 32 lists and maps may stand inside each other.", "", ""},
    {"E108", "At most 50,000 values, those of aliases counted each time.", "",
     ""},
    {"E109", "A spec has at most 256 KiB.", "", ""},
    {"E110",
     "The file is to be UTF-8 without control characters; a spec saved "
     "as Latin-1 has this error at its first accent.",
     "", ""},
    {"E111",
     "The key stands there without a value; leave it out for the "
     "default.",
     "seed:", "seed: 1"},
    {"E112",
     "A spec is a map of fields; several jobs in one file are separated "
     "by lines of ---.",
     "- kind: train", "kind: train\ndata: a.csv\ntarget: y\nmodel: net"},
    {"E113",
     "The name is kept for a later version, so that its meaning will "
     "not change.",
     "notify: me", ""},
    {"E114", "There is no default that would do.",
     "kind: train\ndata: a.csv\ntarget: y",
     "kind: train\ndata: a.csv\ntarget: y\nmodel: net"},
    {"E116", "They exclude each other; keep one.",
     "data: {csv: a.csv, dataset: b.h5}", "data: {csv: a.csv}"},
    {"E117", "The others are shown once some of these are mended.", "", ""},
    {"E118", "The file says that it needs a newer mlbatch.", "mlbatch: 2",
     "mlbatch: 1"},
    {"E119",
     "The key belongs to another type of model, optimiser or schedule, or to "
     "another kind of job.",
     "model: {type: ridge, trees: 5}",
     "model: {type: random_forest, trees: 5}"},
    {"E120", "A list has it once.", "tags: [a, a]", "tags: [a]"},
    {"E201", "Whole numbers are decimal: no 0x10, no 010, no 1_000.",
     "seed: ten", "seed: 10"},
    {"E202", "What is quoted is always text.", "seed: \"1\"", "seed: 1"},
    {"E203", "Only true and false; yes, no, on and off are texts.",
     "train: {shuffle: yes}", "train: {shuffle: true}"},
    {"E204", "A whole number and its unit: ms, s, m, h or d.",
     "resources: {timeout: 90}", "resources: {timeout: 90s}"},
    {"E205", "A whole number and its unit: K, M, G or T, powers of 1024.",
     "resources: {memory: 512}", "resources: {memory: 512M}"},
    {"E206", "The message lists what may stand there.", "model: forest",
     "model: random_forest"},
    {"E207", "The message says which form is wanted.", "train: [5]",
     "train: {epochs: 5}"},
    {"E208",
     "Paths are relative to the spec's folder; ~ and $VAR are not "
     "expanded, so that a spec means the same for everybody.",
     "data: ~/a.csv", "data: a.csv"},
    {"E209",
     "Names, tags and keys of labels have few characters, so that they "
     "can stand in a shell and in a path.",
     "tags: [\"a b\"]", "tags: [a-b]"},
    {"E210",
     "Metrics of a list stand without the split; in require and "
     "early_stop they are SPLIT.METRIC.",
     "require: {accuracy: \">= 0.9\"}", "require: {test.accuracy: \">= 0.9\"}"},
    {"E211", "A condition is >=, >, <= or < and a number, or between a b.",
     "require: {test.accuracy: \"0.9\"}",
     "require: {test.accuracy: \">= 0.9\"}"},
    {"E212", "train, valid and test add up to 1.",
     "data: {csv: a.csv, split: {train: 0.7, valid: 0.2, test: 0.2}}",
     "data: {csv: a.csv, split: {train: 0.7, valid: 0.2, test: 0.1}}"},
    {"E213", "Every text and list has a limit; the message says which.", "",
     ""},
    {"E214",
     "The number is not in the range of its field. ( and ) exclude the "
     "bound, [ and ] include it.",
     "model: {type: boosted_trees, lr: 15}",
     "model: {type: boosted_trees, lr: 0.1}"},
    {"E215",
     "The shape that enters does not fit the layer; `mlsubmit validate` "
     "prints the shapes before it.",
     "model: {type: net, layers: [conv2d: 8]}",
     "model: {type: net, input: [8, 8, 1], layers: [conv2d: 8, flatten]}"},
    {"E216", "The task has no such metric, or the split no rows.",
     "data: {csv: a.csv, split: {train: 0.8, valid: 0.2, test: 0}}\n"
     "require: {test.accuracy: \">= 0.9\"}",
     "data: {csv: a.csv, split: {train: 0.8, valid: 0.2, test: 0}}\n"
     "require: {valid.accuracy: \">= 0.9\"}"},
    {"E217", "Without validation rows nothing says when to stop.",
     "data: {csv: a.csv, split: {train: 0.8, valid: 0, test: 0.2}}\n"
     "train: {early_stop: {patience: 5}}",
     "data: {csv: a.csv, split: {train: 0.8, valid: 0, test: 0.2}}\n"
     "train: {early_stop: false}"},
    {"E218",
     "The parts of the split or of the target's preparation exclude "
     "each other.",
     "task: classification\ntarget_transform: log1p",
     "task: regression\ntarget_transform: log1p"},
    {"E219",
     "A column is the target, an id, a weight, a group or the split, "
     "and only one of these.",
     "features: {id: y}", "features: {id: row}"},
    {"E220",
     "A clustering (model: kmeans) learns from features alone: it has no "
     "target and no classes.",
     "kind: train\ndata: a.csv\ntarget: y\nmodel: kmeans",
     "kind: train\ndata: a.csv\nfeatures: {exclude: [y]}\nmodel: kmeans"},
    {"E221",
     "A number and what is counted, or a duration where that is "
     "allowed.",
     "train: {validate_every: 10}", "train: {validate_every: 10 epochs}"},
    {"E301", "Write --set train.epochs=5 or --unset train.epochs.", "", ""},
    {"E302", "A list is set as a whole: --set 'model.layers=[dense: 8, relu]'.",
     "", ""},
    {"W301", "The field is right but changes nothing here.",
     "model: ridge\ntrain: {epochs: 5}", "model: net\ntrain: {epochs: 5}"},
};
// clang-format on

std::string indented(std::string_view text) {
  std::string out = "    ";
  for (const char c : text) {
    out += c;
    if (c == '\n') out += "    ";
  }
  return out + "\n";
}

}  // namespace

std::span<const Explanation> explanations() {
  return kExplanations;
}

Result<std::string> explain(std::string_view code) {
  const auto codes = known_codes();
  if (code.empty()) {
    std::string out;
    for (const CodeInfo& info : codes) {
      out += std::string(info.code) + "  " + std::string(info.meaning) + "\n";
    }
    return out;
  }
  const auto info =
      std::find_if(codes.begin(), codes.end(),
                   [&](const CodeInfo& c) { return c.code == code; });
  if (info == codes.end()) {
    return Error{Fault::usage, "there is no code '" + std::string(code) +
                                   "'; `mlsubmit explain` lists all"};
  }
  std::string out =
      std::string(code) + ": " + std::string(info->meaning) + "\n";
  for (const Explanation& e : kExplanations) {
    if (e.code != code) continue;
    out += "  " + std::string(e.text) + "\n";
    if (!e.wrong.empty()) out += "\n  instead of\n" + indented(e.wrong);
    if (!e.right.empty()) out += "  write\n" + indented(e.right);
  }
  return out;
}

}  // namespace mlb::spec
