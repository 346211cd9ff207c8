#!/usr/bin/env bash
# The JSON Schema is one, takes every good spec, and refuses what it can tell:
# with python3-jsonschema and a reader of YAML 1.2, which know nothing of us.
# shellcheck source=lib.sh
source "$(dirname "$0")/lib.sh"

cd "$T"
mlsubmit schema >schema.json
for spec in "$MLB_SRC"/jobspecs/*.yaml; do
  cp "$spec" "good-$(basename "$spec")"
  mlsubmit show-spec "$spec" >"good-resolved-$(basename "$spec")"
done
base=$'kind: train\ndata: {csv: a.csv}\ntarget: y\n'
n=0
good() {
  n=$((n + 1))
  printf '%s%s\n' "$base" "$1" >"good-$n.yaml"
  mlsubmit validate "good-$n.yaml" >/dev/null 2>err || fail "$1: $(cat err)"
}
bad() {
  n=$((n + 1))
  printf '%s%s\n' "$base" "$1" >"bad-$n.yaml"
  expect_exit 3 mlsubmit validate "bad-$n.yaml"
}
good 'model: ridge'
good 'model: {type: ridge, lambda: auto, pca: 0.9}'
good 'model: {type: boosted_trees, lr: 0.05, monotone: {age: -1}}'
good 'model: {type: net, loss: {huber: 2}, input: [8, 8, 1], layers: [conv2d: {filters: 4, padding: 1}, relu, maxpool, flatten, residual: [dense: 64], concat: [[dense: 8], []], repeat: {times: 2, layers: [dense: 8]}, dropout: 0.2]}'
good $'model: {type: net, preset: mlp_small}\ntrain: {optimizer: sgd, schedule: {type: step, every: 5 epochs, gamma: 0.5, warmup: 100 steps}, early_stop: false, class_weights: {a: 2}, checkpoint: {every: 60s}, on_nan: {type: rollback, max: 2}, time: 1h}'
good $'model: knn\ncolumns: {age: {missing: {const: 3}, clip: [0, 9]}, "k_*": {type: category, encode: {hash: 16}}}\nretry: {max: 0, on: [signal]}\nresources: {memory: 512M}\nrequire: {test.accuracy: ">= 0.5"}\nlabels: {team: a}'
base=$'kind: evaluate\n'
good $'data: a.csv\nevaluate: {model: "@last"}\nrequire: {test.auc: ">= 0.5"}'
good $'evaluate: {model: 12345678}\ndata: {csv: a.csv, split: auto}'
bad $'data: a.csv\nevaluate: {model: [a]}'
bad $'data: a.csv\nevaluate: {modle: a.mlm}'
base=$'kind: train\ndata: {csv: a.csv}\ntarget: y\n'
bad 'model: forest'
bad 'model: {type: ridge, trees: 5}'
bad 'model: {type: boosted_trees, lr: 15}'
bad 'model: {type: net, layers: [dens: 3]}'
bad 'model: {type: net, layers: [{dense: 3, relu: 1}]}'
bad $'model: net\ntrain: {epoch: 5}'
bad $'model: net\ntrain: {validate_every: 10}'
bad $'model: net\nresources: {memory: 512}'
bad $'model: net\ncolumns: {age: {missing: zero}}'
/usr/bin/python3 -W ignore - <<'PY'
import glob, json, jsonschema, ruamel.yaml
schema = json.load(open("schema.json"))
jsonschema.Draft202012Validator.check_schema(schema)
judge = jsonschema.Draft202012Validator(schema)
read = ruamel.yaml.YAML(typ="safe", pure=True)  # version 1.2: `on` is a text
for path in sorted(glob.glob("good-*")):
    problem = jsonschema.exceptions.best_match(judge.iter_errors(read.load(open(path))))
    assert problem is None, (path, list(problem.absolute_path), problem.message)
for path in sorted(glob.glob("bad-*")):
    assert not judge.is_valid(read.load(open(path))), open(path).read()
PY
