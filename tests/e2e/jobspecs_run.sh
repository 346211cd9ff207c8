#!/usr/bin/env bash
# The examples do what they promise.  penguins-net.yaml is run, and measured,
# by path_penguins.sh, penguins-prep.yaml by prep_kind.sh, penguins-evaluate.yaml
# by evaluate.sh.
# shellcheck source=lib.sh
source "$(dirname "$0")/lib.sh"

jobspecs="$MLB_SRC/jobspecs"
start_cluster 1 2
# metric ID NAME: its final value
metric() { mlsubmit status "$1" --json | jq --arg name "$2" '.metrics[$name]'; }
# expect_metric ID NAME CONDITION
expect_metric() {
  jq -ne "$(metric "$1" "$2") $3" >/dev/null ||
    fail "$2 is $(metric "$1" "$2"), want $3"
}

five=$(mlsubmit submit "$jobspecs/penguins-five-lines.yaml")
ridge=$(mlsubmit submit "$jobspecs/concrete-ridge.yaml")
expect_exit 0 mlsubmit wait "$five" --timeout 120s
expect_metric "$five" test.accuracy '>= 0.95'
# Linear regression reaches an error of about 10 MPa on these data.
expect_exit 0 mlsubmit wait "$ridge" --timeout 60s
expect_metric "$ridge" test.rmse '<= 12'
expect_metric "$ridge" test.rmse '>= 8'
expect_metric "$ridge" test.r2 '>= 0.5'
expect true "$(mlsubmit status "$ridge" --json | jq '.gates | all(.passed)')" 'gates'

trees=$(mlsubmit submit "$jobspecs/penguins-trees.yaml")
forest=$(mlsubmit submit "$jobspecs/concrete-forest.yaml")
expect_exit 0 mlsubmit wait "$trees" --timeout 120s
expect_metric "$trees" test.accuracy '>= 0.9'
expect_exit 0 mlsubmit wait "$forest" --timeout 120s
expect_metric "$forest" test.rmse '<= 8'

# One word makes it another model.
# runs SPEC METRIC CONDITION TYPE...
runs() {
  local spec="$jobspecs/$1" metric="$2" condition="$3" type id
  for type in "${@:4}"; do
    id=$(mlsubmit submit "$spec" --set "model=$type" --set 'require={}')
    expect_exit 0 mlsubmit wait "$id" --timeout 120s
    expect_metric "$id" "$metric" "$condition"
  done
}
runs penguins-trees.yaml test.accuracy '>= 0.9' \
  logistic linear_svm svm knn random_forest '{type: logistic, pca: 0.99}'
runs penguins-five-lines.yaml test.accuracy '>= 0.4' naive_bayes baseline
runs concrete-ridge.yaml test.rmse '<= 20' baseline knn svr boosted_trees \
  '{type: ridge, lambda: auto}'

# A net that bends does better: about 6 MPa.
net=$(mlsubmit submit "$jobspecs/concrete-net.yaml")
expect_exit 0 mlsubmit wait "$net" --timeout 120s
expect_metric "$net" test.r2 '>= 0.8'

# Every metric that may be named is computed on every split.
named=$(mlsubmit submit "$jobspecs/concrete-ridge.yaml" --set 'metrics=[mae]' \
  --require 'train.mae>0')
expect_exit 0 mlsubmit wait "$named" --timeout 60s
expect_metric "$named" test.mae '> 1'
named=$(mlsubmit submit "$jobspecs/penguins-five-lines.yaml" \
  --set 'metrics=[f1, auc]' --set train.epochs=20 --require 'test.auc>=0.95')
expect_exit 0 mlsubmit wait "$named" --timeout 120s
expect_metric "$named" test.f1 '>= 0.9'
expect_metric "$named" train.auc '<= 1'

# No example is without a test.
for file in "$jobspecs"/*.yaml; do
  grep -q "$(basename "$file")" "$MLB_SRC"/tests/e2e/{evaluate,jobspecs_run,path_penguins,predict,prep_kind}.sh ||
    fail "no test runs $file"
done
