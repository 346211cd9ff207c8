#!/usr/bin/env bash
# rerun --exact: every type of model gives the same bytes again; and says so
# when it does not.
# shellcheck source=crash_common.sh
source "$(dirname "$0")/crash_common.sh"

start_cluster 1 2
cd "$T"
jobspecs=$MLB_SRC/jobspecs
said() { grep -qF -- "$1" "$T/err" || fail "not said: '$1', but $(cat "$T/err")"; }

quick=(--set 'require={}' --set resources.cpus=1 --set seed=5)
ids=()
for model in '{type: net, layers: [dense: 16, batchnorm, relu, dropout: 0.2]}' \
  '{type: net, layers: [embed, dense: 16, relu]}' \
  baseline logistic linear_svm knn naive_bayes '{type: random_forest, trees: 50}' \
  '{type: boosted_trees, trees: 30}' svm '{type: logistic, pca: 0.9}'; do
  ids+=("$(mlsubmit submit "$jobspecs/penguins-five-lines.yaml" "${quick[@]}" --set "model=$model")")
done
for model in '{type: net, layers: [dense: 16, relu]}' ridge '{type: ridge, lambda: auto}' \
  '{type: random_forest, trees: 50}' '{type: boosted_trees, trees: 30, subsample: 0.5}' svr; do
  ids+=("$(mlsubmit submit "$jobspecs/concrete-ridge.yaml" "${quick[@]}" --set "model=$model")")
done
expect_exit 0 mlsubmit wait "${ids[@]}" --timeout 170s
expect_exit 0 mlsubmit rerun "${ids[@]}" --exact --yes
expect "${#ids[@]}" "$(grep -c '^exact: yes, sha256:' out)" 'exact reruns'
types=$(for id in "${ids[@]}"; do mlsubmit model info "$id" --json | jq -r .kind; done | sort -u | wc -l)
[[ $types -ge 12 ]] || fail "only $types kinds"

# It is a job of its own, which names the first.
id=$(mlsubmit rerun "${ids[0]}" -q)
expect_exit 0 mlsubmit wait "$id"
expect "${ids[0]}" "$(mlsubmit status "$id" --json | jq -r .retry_of)" 'rerun of'
expect_exit 0 mlsubmit rerun "$id" --exact --json
jq -e --arg id "$id" '.schema == "mlbatch.rerun/1" and .exact and .rerun_of == $id and
  .sha256 == .sha256_before' out >/dev/null || fail "$(cat out)"

# Where the clock ends the training, nobody promises the same.
cat >clock.yaml <<YAML
kind: train
data: $jobspecs/data/penguins.csv
target: species
model: {type: net, layers: [dense: 32, relu]}
train: {epochs: 100000, time: 1s, early_stop: false}
keep: {model: last}
YAML
timed=$(mlsubmit submit clock.yaml)
expect_exit 0 mlsubmit wait "$timed"
for _ in 1 2 3 4; do
  status=0
  mlsubmit rerun "$timed" --exact >out 2>err || status=$?
  [[ $status -eq 0 ]] || break
done
expect 12 "$status" 'exit code of another model'
grep -qE '^exact: no, sha256:[0-9a-f]{64} is not sha256:[0-9a-f]{64}$' out || fail "$(cat out)"

none=$(mlsubmit submit "$jobspecs/concrete-ridge.yaml" --set keep.model=none)
expect_exit 0 mlsubmit wait "$none"
expect_exit 6 mlsubmit rerun "$none" --exact; said 'has no model to compare with'
expect_exit 2 mlsubmit rerun "${ids[0]}" "${ids[1]}"; said 'rerun of 2 jobs needs --yes'
expect_exit 6 mlsubmit rerun 00000000-0000-4000-8000-000000000000; said 'no such job'
