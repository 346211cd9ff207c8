#!/usr/bin/env bash
# retry: a job that was cancelled goes on from its checkpoint, as a new job,
# and ends with the model of one that nobody stopped; or begins from scratch.
# shellcheck source=crash_common.sh
source "$(dirname "$0")/crash_common.sh"

EPOCHS=1500
start_cluster 1 1
cd "$T"
said() { grep -qF -- "$1" "$T/err" || fail "not said: '$1', but $(cat "$T/err")"; }
digest_of() { mlsubmit status "$1" --json | jq -r '.artefacts[] | select(.name == "model").sha256'; }

slow_spec
calm=$(mlsubmit submit slow.yaml)
id=$(mlsubmit submit slow.yaml --set 'train.checkpoint={every: 100 epochs}')
wait_for 90 '[[ $(epochs_reported "$id") -gt 300 ]]'
expect_exit 10 mlsubmit retry "$id"; said 'only what has ended is retried'
expect_exit 0 mlsubmit cancel "$id"
expect_exit 8 mlsubmit wait "$id"

expect_exit 0 mlsubmit retry "$id"
again=$(cat out)
said 'goes on from epoch '
expect_exit 0 mlsubmit retry "$id" --from scratch
scratch=$(cat out)
said "begins from scratch, as ${id:0:8}"
expect_exit 0 mlsubmit wait "$calm" "$again" "$scratch" --timeout 150s
expect "$id" "$(mlsubmit status "$again" --json | jq -r .retry_of)" 'retry of'
[[ $(mlsubmit metrics "$again" --name train.loss --format jsonl | head -n 1 | jq .epoch) -gt 100 ]] ||
  fail 'it began anew'
expect 1 "$(mlsubmit metrics "$scratch" --name train.loss --format jsonl | head -n 1 | jq .epoch)" 'first epoch'
expect "$(digest_of "$calm")" "$(digest_of "$again")" 'the model'
expect "$(digest_of "$calm")" "$(digest_of "$scratch")" 'the model from scratch'
# The file has every epoch, those of the first job too.
mlsubmit get "$again" metrics -o got >/dev/null
expect "$EPOCHS" "$(grep -c ',train.loss,' got/metrics.csv)" 'epochs in metrics.csv'

expect_exit 10 mlsubmit retry "$calm"; said 'succeeded; for the same again: rerun'
printf 'a,y\n1,x\n2,y\n3,z\n' >words.csv
printf 'kind: train\ndata: words.csv\ntarget: y\nmodel: ridge\n' >bad.yaml
expect_exit 7 mlsubmit run bad.yaml
expect_exit 6 mlsubmit retry @last --from checkpoint; said 'left no checkpoint; want --from scratch'
expect_exit 0 mlsubmit retry @last
expect_exit 7 mlsubmit wait "$(cat out)"
expect_exit 2 mlsubmit retry @last --from nowhere
expect_exit 6 mlsubmit retry 00000000-0000-4000-8000-000000000000
expect_exit 2 mlsubmit retry @last @last~1; said 'retry of 2 jobs needs --yes'
