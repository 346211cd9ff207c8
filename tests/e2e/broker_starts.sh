#!/usr/bin/env bash
# The broker says where it listens, guards its directory, refuses what it
# cannot serve safely, and starts again after any end.
# shellcheck source=lib.sh
source "$(dirname "$0")/lib.sh"

broker=(mlbroker serve --data "$T/b" --no-auth)

expect_exit 2 mlbroker serve --data "$T/b" --listen tcp://127.0.0.1:0
grep -q -- --no-auth "$T/err" || fail 'the refusal does not name --no-auth'
expect_exit 2 "${broker[@]}" --listen tcp://0.0.0.0:0
grep -q 'only addresses of this machine' "$T/err" || fail "no reason: $(cat "$T/err")"
expect_exit 2 "${broker[@]}" --listen nonsense
expect_exit 2 mlbroker srve --data "$T/b"
expect "mlbroker: 'srve': did you mean serve?" "$(cat "$T/err")"
expect_exit 2 "${broker[@]}" --lisen tcp://127.0.0.1:0
expect "mlbroker: '--lisen': did you mean --listen?" "$(cat "$T/err")"
[[ ! -e $T/b ]] || fail 'a refused start made the directory'

start one "${broker[@]}" --listen tcp://127.0.0.1:0
wait_for 10 'grep -q "^ready tcp://127.0.0.1:[1-9]" "$T/one.out"'
expect 1 "$(wc -l <"$T/one.out")" 'lines on stdout'
expect 700 "$(stat -c %a "$T/b")" 'mode of the directory'
expect_exit 10 "${broker[@]}" --listen tcp://127.0.0.1:0
grep -q 'another broker serves this directory' "$T/err" || fail "$(cat "$T/err")"
stop one
expect 0 "$STATUS" 'exit code after SIGTERM'

sock=$T/run/b.sock
start two "${broker[@]}" --listen "ipc://$sock"
wait_for 10 'grep -q ^ready "$T/two.out"'
expect 700 "$(stat -c %a "$sock")" 'mode of the socket'
stop two INT
expect 0 "$STATUS" 'exit code after SIGINT'
[[ ! -e $sock && ! -e $sock.blobs ]] || fail 'the socket file is left behind'

start three "${broker[@]}" --listen "ipc://$sock"
wait_for 10 'grep -q ^ready "$T/three.out"'
stop three KILL
start four "${broker[@]}" --listen "ipc://$sock" --log-format json
wait_for 10 'grep -q ^ready "$T/four.out"'
rm "$sock"
wait_for 10 '[[ -S $sock ]]'
stop four
expect 0 "$STATUS" 'exit code after a restart'
jq -es 'all(.text and .time and .level)' "$T/four.err" >/dev/null || fail 'log is not JSON'

start five "${broker[@]}" --listen "ipc://$sock" --embedded --idle-exit 300ms
wait_for 10 '! kill -0 ${PIDS[five]} 2>/dev/null'
wait "${PIDS[five]}" || fail "an idle broker ends with $?"
