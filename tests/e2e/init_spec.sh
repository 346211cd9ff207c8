#!/usr/bin/env bash
# init writes a spec that runs as it is, and with each other type of model that
# can predict the target.
# shellcheck source=lib.sh
source "$(dirname "$0")/lib.sh"

start_cluster 1 2
cp "$MLB_SRC"/jobspecs/data/{concrete,penguins}.csv "$T"
cd "$T"
said() { grep -qF -- "$1" "$T/err" || fail "not said: '$1', but $(cat "$T/err")"; }
shown() { grep -qE -- "$1" "$2" || fail "not shown: '$1', but $(cat "$2")"; }

# try NAME TARGET METRIC MODEL...: all of them, submitted together
try() {
  local name=$1 target=$2 metric=$3 model id
  shift 3
  expect_exit 0 mlsubmit init --from "$name.csv" --target "$target"
  mv out "$name.yaml"
  mlsubmit validate "$name.yaml" --data --strict 2>err || fail "$(cat err)"
  local -A ids=()
  for model in boosted_trees "$@"; do
    sed "s/^model: boosted_trees$/model: $model/" "$name.yaml" >"$model.yaml"
    [[ $model == boosted_trees ]] || ! cmp -s "$model.yaml" "$name.yaml" ||
      fail "$model: no word was changed"
    ids[$model]=$(mlsubmit submit "$model.yaml")
  done
  for model in "${!ids[@]}"; do
    id=${ids[$model]}
    expect_exit 0 mlsubmit wait "$id" --timeout 150s
    mlsubmit status "$id" --json | jq -e --arg m "$metric" '.metrics[$m] != null' >/dev/null ||
      fail "$model has no $metric"
    expect_exit 0 mlsubmit model info "$id"
    shown "^kind +$model$" out
  done
}
try concrete compressive_strength test.rmse net ridge baseline knn random_forest svr
shown '^# instead of it: net ridge baseline knn random_forest svr$' concrete.yaml
shown '^target: compressive_strength   # a regression$' concrete.yaml
try penguins species test.accuracy net baseline logistic linear_svm knn naive_bayes random_forest svm
shown '^target: species   # a classification$' penguins.yaml
shown '^#   species +category +the target; 3 values$' penguins.yaml
shown '^#   sex +category +a feature; 2 values, 11 missing$' penguins.yaml

# What is no feature is named, and warnings come along; odd names are quoted.
printf 'id,"a: b",note,y\n' >odd.csv
for i in {1..60}; do printf '%d,0%d,some words of row %d that nobody else has,%s\n' "$i" "$i" "$i" "$((i % 2))"; done >>odd.csv
expect_exit 0 mlsubmit init --from odd.csv --target y --model logistic
shown '^#   id +id +left out: an id' out
shown '^model: logistic$' out
shown '^# warning: ' out
mlsubmit validate - --data <out 2>err || fail "$(cat err)"
expect_exit 0 mlsubmit init --from odd.csv --target 'a: b'
shown '^target: "a: b"' out

expect_exit 2 mlsubmit init --from penguins.csv; said '--target'
expect_exit 2 mlsubmit init --from penguins.csv --target specie; said "did you mean 'species'?"
expect_exit 2 mlsubmit init --from penguins.csv --target species --model ridge
said "'ridge' is no model for 'species', which has classes; want one of net"
expect_exit 11 mlsubmit init --from nowhere.csv --target y
printf 'a,y\n1,1\n2,1\n' >constant.csv
expect_exit 11 mlsubmit init --from constant.csv --target y; said 'has 1 distinct values'
printf 'a,b\n1\n' >ragged.csv
expect_exit 11 mlsubmit init --from ragged.csv --target a
cp odd.csv 'a$b.csv'
expect_exit 3 mlsubmit init --from 'a$b.csv' --target y; said '$ is not expanded'
