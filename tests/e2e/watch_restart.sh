#!/usr/bin/env bash
# watch off a terminal: few lines, in the documented form, and one that says
# that an attempt began again; on a terminal a line an epoch.
# shellcheck source=crash_common.sh
source "$(dirname "$0")/crash_common.sh"

start_cluster 1 1
EPOCHS=1500
slow_spec
id=$(mlsubmit submit "$T/slow.yaml" --set 'retry.on=[signal]' --set retry.backoff=100ms)
start watch mlsubmit watch "$id"
wait_for 60 'grep -q " epoch " "$T/watch.out"'
kill -9 "$(mlsubmit status "$id" --json | jq '.attempts[-1].pid')"
status=0
wait "${PIDS[watch]}" || status=$?
expect 0 "$status" 'exit code of watch'
id8=${id:0:8}
expect 1 "$(grep -c "$id8 restarted from epoch 0$" "$T/watch.out")" 'lines about the restart'
grep -qE "^[0-9:]{8} $id8 queued again: " "$T/watch.out" || fail "no retry: $(cat "$T/watch.out")"
grep -qE "^[0-9:]{8} $id8 running on w1, attempt 2$" "$T/watch.out" || fail 'no second attempt'
grep -qE "^[0-9:]{8} $id8 epoch 1500/1500 loss=[.0-9]+ .*v\.accuracy=" "$T/watch.out" || fail 'no last point'
[[ $(grep -c ' epoch [0-9]*/' "$T/watch.out") -le 6 ]] || fail "too many points: $(cat "$T/watch.out")"
grep -q "slow succeeded in .*: test accuracy" "$T/watch.out" || fail 'no verdict'
expect "next: mlsubmit get $id8" "$(tail -n 1 "$T/watch.out")"
expect 1500 "$(mlsubmit metrics "$id" --name train.loss --no-header | wc -l)" 'epochs that survive'
all=$(mlsubmit metrics "$id" --name train.loss --no-header --all-attempts | wc -l)
((all > 1500)) || fail "epochs of all attempts: $all"
expect '1 2' "$(mlsubmit metrics "$id" --all-attempts --no-header | cut -d, -f6 | sort -u | xargs)" attempts

# On a terminal: python gives watch one of 60 columns.
cat >"$T/screen.py" <<'PY'
import os, pty, sys
os.environ.update(COLUMNS="60", TERM="xterm", LC_ALL="C.UTF-8")
out = open(sys.argv[1], "wb")
def read(fd):
    data = os.read(fd, 65536)
    out.write(data)
    return b"" if not data else b"."
sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[2:], read)))
PY
EPOCHS=40
slow_spec
python3 "$T/screen.py" "$T/screen" mlsubmit run "$T/slow.yaml" -o "$T/got" >/dev/null </dev/null
expect 40 "$(tr '\r' '\n' <"$T/screen" | grep -c ' epoch [0-9]*/40 loss=')" 'rows on a terminal'
grep -q $'\e\\[32m✓\e\\[0m slow succeeded' "$T/screen" || fail 'no green verdict'
python3 "$T/screen.py" "$T/screen" env NO_COLOR=1 mlsubmit watch @last >/dev/null </dev/null
grep -q $'\e\\[3' "$T/screen" && fail 'colour in spite of NO_COLOR'
exit 0
