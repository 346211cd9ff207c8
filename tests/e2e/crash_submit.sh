#!/usr/bin/env bash
# kill -9 of the broker right after submit printed the UUID: the job is there,
# and runs when a worker comes.
# shellcheck source=crash_common.sh
source "$(dirname "$0")/crash_common.sh"

LISTEN="ipc://$T/broker.sock"
export LISTEN
EPOCHS=3
start_cluster 0
slow_spec
ids=()
for _ in 1 2 3; do
  ids+=("$(mlsubmit submit "$T/slow.yaml")")
  stop broker KILL
  start broker mlbroker serve --data "$T/broker" --listen "$LISTEN" --no-auth
done
start_worker 1
for id in "${ids[@]}"; do judge_complete "$id"; done
expect 3 "$(mlsubmit ls --no-header | wc -l)" 'jobs that the broker knows'
