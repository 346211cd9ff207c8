#!/usr/bin/env bash
# A clustering through a job: no target, all rows train, clusters as
# predictions; killed or run again it ends with the same model.
# shellcheck source=crash_common.sh
source "$(dirname "$0")/crash_common.sh"

cd "$T"
spec=$MLB_SRC/jobspecs/penguins-kmeans.yaml
said() { grep -qF -- "$1" "$T/err" || fail "not said: '$1', but $(cat "$T/err")"; }
digest_of() { mlsubmit status "$1" --json | jq -r '.artefacts[] | select(.name == "model").sha256'; }
holds() { jq -e "$1" "$2" >/dev/null || fail "not so: $1 in $(cat "$2")"; }

start_cluster 1 2
id=$(mlsubmit submit "$spec")
expect_exit 0 mlsubmit wait "$id" --json
holds '.metrics["train.silhouette"] > 0.4 and .metrics["train.inertia"] > 100 and
  (.metrics | length) == 2 and .progress.epochs == 10 and .progress.step > 10 and .exact' out
mlsubmit get "$id" predictions metrics -o got >/dev/null
expect row,split,prediction "$(head -n 1 got/predictions.csv)"
expect 344 "$(grep -c ',train,[012]$' got/predictions.csv)" 'rows with a cluster'
expect 10 "$(grep -c ',train.loss,' got/metrics.csv)" 'starts that were reported'
expect_exit 0 mlsubmit model info "$id" --json
holds '.kind == "kmeans" and .task == "clustering" and .target == "" and .facts.clusters == 3' out
expect_exit 0 mlsubmit rerun "$id" --exact --yes
grep -q '^exact: yes' out || fail "$(cat out)"

# Each split has its inertia when one is written; a gate may miss; by components.
id=$(mlsubmit submit "$spec" --set 'data.split={train: 0.6, valid: 0.2, test: 0.2}' \
  --set 'model={type: kmeans, k: 4, init: random, n_init: 2, pca: 2}' --require 'test.inertia<1')
expect_exit 9 mlsubmit wait "$id" --json
holds '.metrics | has("valid.inertia") and has("test.inertia") and has("train.silhouette")' out
mlsubmit get "$id" predictions -o divided >/dev/null
expect 138 "$(grep -cE ',(valid|test),[0-3]$' divided/predictions.csv)" 'rows that did not train'
expect_exit 0 mlsubmit model info "$id"
id=$(mlsubmit submit "$spec" --set 'model={type: kmeans, k: 400}' --set 'require={}')
expect_exit 7 mlsubmit wait "$id"
expect bad_data "$(mlsubmit status "$id" --json | jq -r .class)"

# What does not go with it is told before anything is sent.
expect_exit 3 mlsubmit submit "$spec" --set target=species
said 'E220]: target: kmeans predicts no column'
expect_exit 3 mlsubmit submit "$spec" --set 'metrics=[f1]'
said "'f1' cannot be: this kmeans makes clusters"

# A worker that is killed in the middle costs nothing.
{ printf 'a,b,c,d,e,f,g,h\n'
  awk 'BEGIN { srand(5); for (i = 0; i < 15000; i++) { for (j = 0; j < 8; j++) printf "%s%.4f", j ? "," : "", rand(); print "" } }'
} >cloud.csv
cat >slow.yaml <<YAML
kind: train
data: cloud.csv
model: {type: kmeans, k: 40, n_init: 10, tol: 0, max_iter: 100}
train: {checkpoint: {every: 1 epochs}}
YAML
calm=$(mlsubmit submit slow.yaml)
expect_exit 0 mlsubmit wait "$calm" --timeout 150s
id=$(mlsubmit submit slow.yaml)
starts_reported() { [[ $(mlsubmit status "$id" --json | jq ".progress.epoch // 0") -ge 3 ]]; }
wait_for 60 starts_reported
mapfile -t group < <(pgrep -f -- "$T/worker1")
kill -9 "${group[@]}" "${PIDS[worker1]}" 2>/dev/null || true
start_worker 2
expect_exit 0 mlsubmit wait "$id" --timeout 150s
[[ $(mlsubmit status "$id" --json | jq '.attempts[1].resumed_from') -ge 1 ]] || fail 'it began anew'
expect "$(digest_of "$calm")" "$(digest_of "$id")" 'the model'

# A spec to begin with.
cp "$MLB_SRC/jobspecs/data/penguins.csv" .
expect_exit 0 mlsubmit init --from penguins.csv --model kmeans
mv out first.yaml
expect_exit 0 mlsubmit validate first.yaml --data --strict
id=$(mlsubmit submit first.yaml)
expect_exit 0 mlsubmit wait "$id" --timeout 60s
expect_exit 2 mlsubmit init --from penguins.csv --model kmeans --target species
said 'kmeans predicts no column; leave --target out'
