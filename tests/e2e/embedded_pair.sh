#!/usr/bin/env bash
# With no broker configured: two mlsubmit at once start one broker, submit
# returns at once, and everything lies where it may be seen by its user alone.
# shellcheck source=lib.sh
source "$(dirname "$0")/lib.sh"

ridge=$MLB_SRC/jobspecs/concrete-ridge.yaml
for i in 1 2 3 4; do start "submit$i" mlsubmit submit "$ridge"; done
for i in 1 2 3 4; do wait "${PIDS[submit$i]}" || fail "submit $i: $?"; done
expect 4 "$(sort -u "$T"/submit?.out | wc -l)" 'UUIDs'
cat "$T"/submit?.out | expect_exit 0 mlsubmit wait -
expect 4 "$(mlsubmit ls --no-header | wc -l)" 'jobs of one broker'
expect 1 "$(pgrep -fc -- "mlbroker serve .*$T/state")" 'brokers'
expect 2 "$(pgrep -fc -- "mlworker serve .*$T/state")" 'workers and launchers'
folder=("$T"/state/*)
expect "700 700 700" "$(stat -c %a "${folder[0]}" "$XDG_RUNTIME_DIR/mlbatch" "${folder[0]}/broker" | xargs)" modes
expect 700 "$(stat -c %a "$XDG_RUNTIME_DIR"/mlbatch/*.sock)" 'mode of the socket'

# $(...) ends when every holder of its pipe has closed it: the pair holds none.
rm -rf "$T/run2" && mkdir -m 700 "$T/run2"
export MLBATCH_STATE_DIR=$T/state2 XDG_RUNTIME_DIR=$T/run2
begun=$(date +%s%N)
id=$(mlsubmit submit "$ridge")
took=$((($(date +%s%N) - begun) / 1000000))
((took < 5000)) || fail "submit with a cold start took $took ms"
expect 1 "$(pgrep -fc -- "mlbroker serve .*$T/state2")" 'a pair of its own state'
for pid in $(pgrep -f -- "serve .*$T/state2"); do
  [[ $(ps -o tty= -p "$pid" | xargs) == '?' ]] || fail "$pid keeps the terminal"
  held=$(readlink "/proc/$pid/fd/"* | grep "^$T/[a-z0-9]*\.out\|^pipe:" || true)
  [[ -z $held || $held == pipe:* ]] || fail "$pid holds our output: $held"
done
# kill -9 of the pair loses nothing: the next command starts another.
mapfile -t pair < <(pgrep -f -- "serve .*$T/state2")
kill -9 "${pair[@]}"
expect_exit 0 mlsubmit wait "$id" --timeout 60s
expect 1 "$(mlsubmit ls --no-header | wc -l)" 'jobs'

# A job larger than this machine is refused, a folder of others not used.
expect_exit 10 mlsubmit submit "$ridge" --set resources.cpus=1000
expect_exit 10 mlsubmit submit "$ridge" --set resources.memory=1024G
chmod 755 "$XDG_RUNTIME_DIR/mlbatch"
expect_exit 4 mlsubmit ls
grep -q 'must be a folder of your own with mode 0700' "$T/err" || fail "$(cat "$T/err")"
long=$T/$(printf 'x%.0s' {1..120})
mkdir -m 700 "$long"
XDG_RUNTIME_DIR=$long expect_exit 2 mlsubmit ls
grep -q 'set XDG_RUNTIME_DIR to a shorter folder' "$T/err" || fail "$(cat "$T/err")"
