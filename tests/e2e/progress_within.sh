#!/usr/bin/env bash
# One long epoch: where it stands is seen while it runs.
# shellcheck source=lib.sh
source "$(dirname "$0")/lib.sh"

{ echo x,z,y; seq 1 400000 | awk '{print $1 % 97 "." $1 "," $1 % 13 "," 2 * $1 + $1 % 5}'; } >"$T/a.csv"
cat >"$T/job.yaml" <<YAML
kind: train
data: $T/a.csv
target: y
model: {type: net, layers: [dense: 256, relu, dense: 256, relu, dense: 256, relu]}
train: {epochs: 1, batch_size: 16}
resources: {timeout: 5m}
YAML
start_cluster 1 1
id=$(mlsubmit submit "$T/job.yaml")
# told CONDITION: of the job's progress, in the words of jq
told() {
  mlsubmit status "$id" --json >"$T/now"
  jq -e ".progress | $1" "$T/now" >/dev/null
}
wait_for 60 'told ".stage == \"train\" and .step > 0 and .fraction > 0"'
jq -e '.progress | .epoch == null and .fraction < 1 and .eta_s > 0 and .rows_per_s > 0 and
  .memory > 1e6 and .metrics["train.loss"] > 0 and .metrics["train.lr"] == 0.001' \
  "$T/now" >/dev/null || fail "$(jq -c .progress "$T/now")"
step=$(jq .progress.step "$T/now")
wait_for 60 "told '.step > $step'"
mlsubmit cancel "$id" >/dev/null
expect_exit 8 mlsubmit wait "$id" --timeout 60s
