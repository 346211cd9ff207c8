#!/usr/bin/env bash
# From a CSV to predictions, by UUID: the whole path with a broker and a worker.
# shellcheck source=lib.sh
source "$(dirname "$0")/lib.sh"

start_cluster 1 2
id=$(mlsubmit submit "$MLB_SRC/jobspecs/penguins-net.yaml")
[[ $id =~ ^[0-9a-f-]{36}$ ]] || fail "no UUID: $id"
expect_exit 0 mlsubmit wait "$id" --timeout 120s
expect succeeded "$(state_of "$id")"

accuracy=$(mlsubmit status "$id" --json | jq '.metrics."test.accuracy"')
jq -ne "$accuracy >= 0.95" >/dev/null || fail "test accuracy is $accuracy"

mlsubmit get "${id:0:8}" -o "$T/got" >/dev/null
for file in model.mlm predictions.csv metrics.csv spec.yaml; do
  [[ -s $T/got/$file ]] || fail "$file was not fetched"
done
rows=$(mlsubmit status "$id" --json | jq -r '.artefacts[].name' | sort | xargs)
[[ $rows == *model* && $rows == *predictions* ]] || fail "artefacts: $rows"
head -1 "$T/got/predictions.csv" | grep -q '^row,split,target,prediction,p_' ||
  fail "header of predictions.csv"

# The job can be run again from its own resolved spec, with the same model.
again=$(mlsubmit submit "$T/got/spec.yaml")
expect_exit 0 mlsubmit wait "$again" --timeout 120s
digest() { mlsubmit status "$1" --json | jq -r '.artefacts[] | select(.name == "model").sha256'; }
expect "$(digest "$id")" "$(digest "$again")" 'digest of the model of an equal job'
