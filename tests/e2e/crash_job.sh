#!/usr/bin/env bash
# kill -9 of the job's process is an outcome with class and signal; with
# `retry.on: signal` it is another attempt, and the worker goes on.
# shellcheck source=crash_common.sh
source "$(dirname "$0")/crash_common.sh"

start_cluster 1 1
slow_spec
job_pid() { mlsubmit status "$1" --json | jq -r '.attempts[-1].pid // 0'; }

id=$(mlsubmit submit "$T/slow.yaml")
wait_for 60 '[[ $(epochs_reported "$id") -gt 5 ]]'
kill -9 "$(job_pid "$id")"
expect_exit 7 mlsubmit wait "$id" --timeout 60s
mlsubmit status "$id" --json >"$T/status"
expect signal "$(jq -r .class "$T/status")"
expect 9 "$(jq -r '.attempts[-1].signal' "$T/status")"

EPOCHS=1500
slow_spec
id=$(mlsubmit submit "$T/slow.yaml" --set 'retry.on=[signal]')
wait_for 60 '[[ $(epochs_reported "$id") -gt 5 ]]'
kill -9 "$(job_pid "$id")"
judge_complete "$id"
expect 2 "$(mlsubmit status "$id" --json | jq .attempt)" attempt
kill -0 "${PIDS[worker1]}" || fail 'the worker died with its job'
