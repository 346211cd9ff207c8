#!/usr/bin/env bash
# logs, before, during and after a job; wait --logs.
# shellcheck source=crash_common.sh
source "$(dirname "$0")/crash_common.sh"

printf 'a,y\n1,x\n2,y\n3,z\n' >"$T/words.csv"
cat >"$T/bad.yaml" <<YAML
kind: train
data: words.csv
target: y
model: ridge
YAML
start_cluster 0
id=$(mlsubmit submit "$T/bad.yaml")
expect_exit 0 mlsubmit logs "$id"            # not started: nothing yet
start follow mlsubmit logs "$id" -f          # waits, and ends with the job
start waiting mlsubmit wait "$id" --logs
start_worker 1
status=0
wait "${PIDS[follow]}" || status=$?
expect 0 "$status" 'exit code of logs -f'
wait "${PIDS[waiting]}" || status=$?
expect 7 "$status" 'exit code of wait --logs'

# What the job wrote to stderr comes to stderr, whichever way it is asked for.
expect_exit 0 mlsubmit logs "$id"
expect '' "$(cat "$T/out")" 'stdout of logs'
[[ -s $T/err ]] || fail 'no log'
cmp "$T/err" "$T/follow.err"
grep -qF "$(head -n 1 "$T/err")" "$T/waiting.err" || fail 'wait --logs shows no log'
expect_exit 0 mlsubmit get "$id" stderr -o -
cmp "$T/out" "$T/follow.err"
expect_exit 0 mlsubmit logs "$id" --tail 1 --timestamps
expect 1 "$(wc -l <"$T/err")" 'lines of --tail 1'
grep -qE '^20[0-9-]+T[0-9:.]+Z ' "$T/err" || fail 'no timestamp'
expect_exit 0 mlsubmit logs "$id" --tail 0
expect '' "$(cat "$T/err")" '--tail 0'
expect_exit 0 mlsubmit logs "$id" --all-attempts
expect_exit 6 mlsubmit logs "$id" --attempt 2
grep -q 'has no attempt 2; the latest is 1' "$T/err" || fail "$(cat "$T/err")"
