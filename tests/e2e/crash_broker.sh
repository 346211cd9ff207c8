#!/usr/bin/env bash
# kill -9 of the broker in mid-training: the training is not interrupted; after
# a restart the same attempt goes on, and nothing is lost or told twice.
# shellcheck source=crash_common.sh
source "$(dirname "$0")/crash_common.sh"

LISTEN="ipc://$T/broker.sock"
export LISTEN
start_cluster 1 1
slow_spec
id=$(mlsubmit submit "$T/slow.yaml")
start watch mlsubmit watch "$id" --json
wait_for 60 '[[ $(epochs_reported "$id") -gt 5 ]]'
stop broker KILL
start broker mlbroker serve --data "$T/broker" --listen "$LISTEN" --no-auth
judge_complete "$id"
expect 1 "$(mlsubmit status "$id" --json | jq .attempt)" 'attempt after the restart'

# The watcher that was cut off in the middle saw each event exactly once.
status=0
wait "${PIDS[watch]}" || status=$?
expect 0 "$status" 'exit code of watch'
cmp -s <(jq -r .seq "$T/watch.out") "$T/seqs" || fail 'watch had a gap or a duplicate'
