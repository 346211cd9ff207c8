# Vocabulary of the end-to-end tests.  A test is run with MLB_BIN (the built
# programs) and MLB_SRC (the sources) set; it gets a folder $T of its own, and
# whatever it started is stopped, by pid, when it ends.
# shellcheck shell=bash
set -euo pipefail

: "${MLB_BIN:?the folder of the built programs}" "${MLB_SRC:?the sources}"
export PATH="$MLB_BIN:$PATH"
T=$(mktemp -d)
export MLBATCH_STATE_DIR="$T/state" XDG_RUNTIME_DIR="$T/run"
export XDG_CONFIG_HOME="$T/config" XDG_CACHE_HOME="$T/cache"
mkdir -m 700 "$XDG_RUNTIME_DIR"
unset MLBATCH_BROKER MLBATCH_PROFILE MLBATCH_CONFIG
declare -A PIDS=()

# Ends every process whose command line names this test's folder: servers
# that a tool started by itself leave no pid with us.
stop_all() {
  local pid
  for pid in "${PIDS[@]}" $(pgrep -f -- "$T" || true); do
    [[ $pid == "$$" ]] || kill -9 "$pid" 2>/dev/null || true
  done
}
finish() {
  local status=$?
  stop_all
  if [[ $status -ne 0 ]]; then
    local log
    for log in "$T"/*.err "$T"/state/*/*.log; do
      [[ -s $log ]] || continue
      echo "--- $log" >&2
      tail -n 40 "$log" >&2
    done
  fi
  rm -rf "$T"
  exit "$status"
}
trap finish EXIT

fail() {
  echo "FAILED: $*" >&2
  exit 1
}

# start NAME COMMAND...: runs it in the background; output in $T/NAME.{out,err}
start() {
  local name=$1
  shift
  # Now, not when the program starts: what an earlier one said is not to be read.
  : >"$T/$name.out"
  "$@" >"$T/$name.out" 2>"$T/$name.err" &
  PIDS[$name]=$!
}

# stop NAME [SIGNAL]: sends the signal (TERM) and waits; status in $STATUS
stop() {
  kill "-${2:-TERM}" "${PIDS[$1]}" 2>/dev/null || true
  STATUS=0
  wait "${PIDS[$1]}" 2>/dev/null || STATUS=$?
  unset "PIDS[$1]"
}

# wait_for SECONDS CONDITION: until the shell condition holds
wait_for() {
  local end=$((SECONDS + $1 + 1))
  until eval "$2"; do
    ((SECONDS < end)) || fail "after $1 s still not: $2"
    sleep 0.05
  done
}

# expect WANT GOT [WHAT]
expect() {
  [[ $1 == "$2" ]] || fail "${3:-value}: want '$1', got '$2'"
}

# expect_exit STATUS COMMAND...: output in $T/out and $T/err
expect_exit() {
  local want=$1 status=0
  shift
  "$@" >"$T/out" 2>"$T/err" || status=$?
  [[ $status -eq $want ]] || {
    cat "$T/out" "$T/err" >&2
    fail "exit code of '$*': want $want, got $status"
  }
}

# start_cluster WORKERS [SLOTS]: a broker and workers on loopback;
# MLBATCH_BROKER is set
start_cluster() {
  start broker mlbroker serve --data "$T/broker" \
    --listen "${LISTEN:-tcp://127.0.0.1:0}" --no-auth
  wait_for 10 'grep -q ^ready "$T/broker.out"'
  MLBATCH_BROKER=$(sed -n 's/^ready //p' "$T/broker.out")
  export MLBATCH_BROKER
  local i
  for ((i = 1; i <= $1; i++)); do start_worker "$i" "${2:-1}"; done
}

# start_worker NUMBER [SLOTS]
start_worker() {
  start "worker$1" mlworker serve --broker "$MLBATCH_BROKER" \
    --data "$T/worker$1" --slots "${2:-1}" --name "w$1"
}

# state_of ID
state_of() { mlsubmit status "$1" --json | jq -r .state; }
