#!/usr/bin/env bash
# Ctrl-C leaves jobs running, says how to end them, and exits 130; SIGTERM 143;
# a broker that goes away and comes back is waited for.
# shellcheck source=crash_common.sh
source "$(dirname "$0")/crash_common.sh"

# A background job of a script ignores SIGINT; python gives it back its default.
cat >"$T/run.py" <<'PY'
import os, signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)
os.execvp(sys.argv[1], sys.argv[1:])
PY
LISTEN="ipc://$T/broker.sock"
export LISTEN
start_cluster 1 1
EPOCHS=20000
slow_spec
id=$(mlsubmit submit "$T/slow.yaml" --set train.batch_size=1)
wait_for 30 '[[ $(state_of "$id") == running ]]'
start wait python3 "$T/run.py" mlsubmit wait "$id" -v
start logs python3 "$T/run.py" mlsubmit logs "$id" -f -v
start watch python3 "$T/run.py" mlsubmit watch "$id" --json
wait_for 20 'grep -q progress "$T/watch.out" && grep -q following "$T/wait.err" && grep -q following "$T/logs.err"'

stop broker KILL
wait_for 30 'grep -q reconnecting "$T/watch.err" && grep -q reconnecting "$T/wait.err"'
start broker mlbroker serve --data "$T/broker" --listen "$LISTEN" --no-auth
wait_for 30 'grep -q "connected again" "$T/watch.err" && grep -q "connected again" "$T/wait.err"'
expect running "$(state_of "$id")"

stop wait INT
expect 130 "$STATUS" 'exit code of wait'
grep -q "job ${id:0:8} continues; to end it: mlsubmit cancel ${id:0:8}" "$T/wait.err" || fail 'no word'
stop logs INT
expect 130 "$STATUS" 'exit code of logs -f'
stop watch
expect 143 "$STATUS" 'exit code of watch after SIGTERM'
expect running "$(state_of "$id")" 'the job'
start run python3 "$T/run.py" mlsubmit run "$T/slow.yaml" -o "$T/got"
wait_for 20 'grep -q queued "$T/run.err"'
stop run INT
expect 130 "$STATUS" 'exit code of run'
[[ ! -e $T/got ]] || fail 'run fetched what is not there'
mlsubmit ls --no-header | mlsubmit cancel - --yes >"$T/out" 2>/dev/null
expect 2 "$(wc -l <"$T/out")" 'jobs cancelled'
mlsubmit wait - <"$T/out" >/dev/null || expect 8 $? 'exit code of wait'
# Reading stdin ends, too.
mkfifo "$T/fifo"
exec 9<>"$T/fifo"
start stdin python3 "$T/run.py" bash -c "exec mlsubmit validate - <$T/fifo"
wait_for 10 'grep -q "SigCgt:.*4002" "/proc/${PIDS[stdin]}/status"'
stop stdin INT
expect 130 "$STATUS" 'exit code of validate -'
