#!/usr/bin/env bash
# kill -9 of a worker, with its launcher and job, in mid-training: the job goes
# to another worker and ends once, with every epoch in its history.
# shellcheck source=crash_common.sh
source "$(dirname "$0")/crash_common.sh"

EPOCHS=1500
start_cluster 1 1
slow_spec
id=$(mlsubmit submit "$T/slow.yaml")
wait_for 60 '[[ $(epochs_reported "$id") -gt 5 ]]'
start_worker 2
mapfile -t group < <(pgrep -f -- "$T/worker1")
kill -9 "${group[@]}" "${PIDS[worker1]}" 2>/dev/null || true
judge_complete "$id"
mlsubmit status "$id" --json >"$T/status"
expect worker_lost "$(jq -r '.attempts[0].class' "$T/status")"
expect 2 "$(jq '.attempt' "$T/status")" attempt
