#!/usr/bin/env bash
# model export: what is written, and what is refused.
# shellcheck source=lib.sh
source "$(dirname "$0")/lib.sh"

start_cluster 1 2
cd "$T"
jobspecs=$MLB_SRC/jobspecs
said() { grep -qF -- "$1" "$T/err" || fail "not said: '$1', but $(cat "$T/err")"; }
trained() {
  id=$(mlsubmit submit "$jobspecs/$1" --set "model=$2" --set 'require={}')
  expect_exit 0 mlsubmit wait "$id" --timeout 60s
}

trained concrete-ridge.yaml ridge
expect_exit 0 mlsubmit model export "$id" --format onnx -o ridge.onnx
expect ridge.onnx "$(cat out)" 'what is printed'
grep -q compressive_strength ridge.onnx || fail 'the target is not named'
mlsubmit model export @last --format onnx -o - >again.onnx
cmp ridge.onnx again.onnx || fail 'two exports differ'
expect_exit 0 mlsubmit model export "$id" --format onnx -o ridge.onnx   # the same
echo mine >ridge.json
expect_exit 10 mlsubmit model export "$id" --format json -o ridge.json
said 'ridge.json: exists with other content; use --force'
expect mine "$(cat ridge.json)" 'a file of the user'
expect_exit 0 mlsubmit model export "$id" --format json -o ridge.json --force

# The numbers of a ridge are enough to predict: by hand, as jq does it.
mlsubmit get "$id" predictions -o got >/dev/null
row=$(sed -n 2p got/predictions.csv)
want=$(cut -d, -f4 <<<"$row")
cells=$(sed -n "$(($(cut -d, -f1 <<<"$row") + 1))p" "$jobspecs/data/concrete.csv")
head -n 1 "$jobspecs/data/concrete.csv" >header
jq -e --arg header "$(cat header)" --arg cells "$cells" --argjson want "$want" '
  . as $m | [($header / ","), ($cells / ",")] | transpose |
  map({(.[0]): (.[1] | tonumber)}) | add | . as $x |
  [$m.features, $m.model.weights] | transpose |
  map(($x[.[0].column] - .[0].mean) / .[0].scale * .[1]) | add + $m.model.intercept |
  (. - $want) | fabs < 0.001' ridge.json >/dev/null || fail 'the weights predict something else'

trained penguins-trees.yaml '{type: random_forest, trees: 3}'
expect_exit 0 mlsubmit model export "$id" --format json -o forest.json
jq -e '.schema == "mlbatch.model_export/1" and (.model.trees | length) == 3 and
  (.columns | length) == .width and (.model.trees[0][-1].value | add | . > 0.999 and . < 1.001)' \
  forest.json >/dev/null || fail "$(head -c 2000 forest.json)"
trained penguins-trees.yaml '{type: boosted_trees, trees: 3}'
expect_exit 0 mlsubmit model export "$id" --format json -o boosted.json
jq -e '.model.xgboost.learner.gradient_booster.model.trees | length == 9' boosted.json >/dev/null ||
  fail 'not the trees of XGBoost'

trained penguins-trees.yaml knn
for format in onnx json; do
  expect_exit 10 mlsubmit model export "$id" --format $format -o knn.out
  said 'a model of kind knn cannot be written as'
  [[ ! -e knn.out ]] || fail 'a file is left behind'
done
trained penguins-trees.yaml net
expect_exit 10 mlsubmit model export "$id" --format json -o -
expect_exit 2 mlsubmit model export "$id" -o x.onnx; said 'wants --format'
expect_exit 2 mlsubmit model export "$id" --format onnx; said '-o FILE'
expect_exit 2 mlsubmit model export "$id" --format pickle -o x
expect_exit 2 mlsubmit model info "$id" --format onnx
expect_exit 6 mlsubmit model export nowhere.mlm --format onnx -o x.onnx
expect_exit 11 mlsubmit model export "$id" --format onnx -o /dev/null/x.onnx
head -c 200 got/../forest.json >bad.mlm
expect_exit 12 mlsubmit model export bad.mlm --format onnx -o x.onnx
