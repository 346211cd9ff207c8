#!/usr/bin/env bash
# Two workers share jobs; one that is told to end gives its job back; a
# directory serves one process.
# shellcheck source=crash_common.sh
source "$(dirname "$0")/crash_common.sh"

start_cluster 2 1
for i in 1 2; do wait_for 10 "grep -qx ready $T/worker$i.out"; done
wait_for 10 '[[ $(mlsubmit ping --json | jq .slots) -eq 2 ]]'
expect 'w1 w2' "$(mlsubmit workers --json | jq -r .name | sort | xargs)" workers
expect_exit 0 mlsubmit workers --no-header
expect 2 "$(wc -l <"$T/out")" 'lines of workers'

EPOCHS=2500
slow_spec
for _ in 1 2 3; do mlsubmit submit "$T/slow.yaml" >>"$T/ids"; done
wait_for 30 '[[ $(mlsubmit ls --state running --no-header | wc -l) -eq 2 ]]'
mlsubmit workers --json >"$T/workers"
expect '1 1' "$(jq .busy "$T/workers" | xargs)" 'busy slots'
expect 2 "$(jq -r '.jobs[].id' "$T/workers" | sort -u | wc -l)" 'jobs on the workers'
mlsubmit status "$(tail -n 1 "$T/ids")" >"$T/status"
grep -q 'waits: .*waits for 1 cpu' "$T/status" || fail "no reason: $(cat "$T/status")"

expect_exit 10 mlworker serve --broker "$MLBATCH_BROKER" --data "$T/worker1"
grep -q "$T/worker1: another mlworker serves from this directory" "$T/err" || fail "$(cat "$T/err")"
expect_exit 10 mlbroker serve --data "$T/broker" --listen tcp://127.0.0.1:0 --no-auth
grep -q "another broker serves this directory (pid ${PIDS[broker]})" "$T/err" || fail "$(cat "$T/err")"

# SIGTERM: the job goes back at once and runs elsewhere; the worker ends with 0.
given=$(jq -r 'select(.name == "w1").jobs[0].id' "$T/workers")
stop worker1
expect 0 "$STATUS" 'exit code of a worker after SIGTERM'
mlsubmit wait - <"$T/ids" >"$T/out" || fail "wait: $(cat "$T/out")"
mlsubmit status "$given" --json >"$T/status"
expect 'succeeded 2 w2' "$(jq -r '"\(.state) \(.attempt) \(.attempts[1].host)"' "$T/status")" 'the job given back'
mlsubmit watch "$given" >"$T/watch"
expect 1 "$(grep -c 'restarted from epoch [0-9]*$' "$T/watch")" 'lines about the restart'
[[ -z $(ls "$T/worker1/jobs") ]] || fail 'the job given back left its folder'

start once mlworker serve --broker "$MLBATCH_BROKER" --data "$T/once" --once --name once --label gpu=no
stop worker2 INT
expect 0 "$STATUS" 'exit code of a worker after SIGINT'
wait_for 10 'mlsubmit workers --json | jq -es "any(.name == \"once\" and .labels.gpu == \"no\")" >/dev/null'
expect_exit 0 mlsubmit submit "$MLB_SRC/jobspecs/concrete-ridge.yaml" --wait
wait_for 10 '! kill -0 ${PIDS[once]} 2>/dev/null'
wait "${PIDS[once]}" || fail "--once ends with $?"
stop broker
expect 0 "$STATUS" 'exit code of the broker after SIGTERM'
