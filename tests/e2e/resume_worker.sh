#!/usr/bin/env bash
# A job whose worker is killed, and another whose worker is asked to leave, go
# on from a checkpoint on another worker and end with the model of a job that
# nobody disturbed.
# shellcheck source=crash_common.sh
source "$(dirname "$0")/crash_common.sh"

EPOCHS=1500
often=(--set 'train.checkpoint={every: 100 epochs}')
digest_of() {
  mlsubmit get "$1" model -o "$T/model-$1" >/dev/null
  sha256sum <"$T/model-$1"/model.mlm
}
resumed_from() {
  mlsubmit status "$1" --json | jq '.attempts[-1].resumed_from // 0'
}

start_cluster 1 1
slow_spec
calm=$(mlsubmit submit "$T/slow.yaml")
judge_complete "$calm"

# Checkpoints change nothing, and at the end none is left at the broker, neither
# record nor file: only data and results.  (A worker that is killed between a
# checkpoint's file and the word of it leaves the file.)
saved=$(mlsubmit submit "$T/slow.yaml" "${often[@]}")
judge_complete "$saved"
expect "$(digest_of "$calm")" "$(digest_of "$saved")" 'the model of a run with checkpoints'
mlsubmit ls --all --json | jq -r '.artefacts[].sha256' | sort -u >"$T/results"
sha256sum <"$MLB_SRC/jobspecs/data/penguins.csv" | cut -d' ' -f1 | sort -u - "$T/results" >"$T/want"
find "$T/broker/blobs" -type f | sed 's,.*/blobs/,,; s,/,,' | sort >"$T/files"
cmp -s "$T/want" "$T/files" || fail "files of the broker: $(diff "$T/want" "$T/files")"

id=$(mlsubmit submit "$T/slow.yaml" "${often[@]}")
wait_for 60 '[[ $(epochs_reported "$id") -gt 300 ]]'
start_worker 2
mapfile -t group < <(pgrep -f -- "$T/worker1")
kill -9 "${group[@]}" "${PIDS[worker1]}" 2>/dev/null || true
judge_complete "$id"
[[ $(resumed_from "$id") -ge 100 ]] || fail "it began anew"
expect "$(digest_of "$calm")" "$(digest_of "$id")" 'the model'

id=$(mlsubmit submit "$T/slow.yaml")
wait_for 60 '[[ $(epochs_reported "$id") -gt 100 ]]'
stop worker2
start_worker 3
judge_complete "$id"
[[ $(resumed_from "$id") -ge 100 ]] || fail "it left without a checkpoint"
expect "$(digest_of "$calm")" "$(digest_of "$id")" 'the model'
