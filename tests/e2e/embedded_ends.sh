#!/usr/bin/env bash
# An idle pair ends by itself, broker and worker; and the pair of another build
# is replaced when it has nothing to do, never while a job runs.
# shellcheck source=crash_common.sh
source "$(dirname "$0")/crash_common.sh"

LISTEN="ipc://$T/pair.sock"
start broker mlbroker serve --embedded --idle-exit 2s --data "$T/b" --listen "$LISTEN" --no-auth
wait_for 10 'grep -q ready "$T/broker.out"'
start worker mlworker serve --broker "$LISTEN" --data "$T/w" --idle-exit 1500ms
wait_for 10 'grep -q ready "$T/worker.out"'
EPOCHS=600
slow_spec
MLBATCH_BROKER=$LISTEN expect_exit 0 mlsubmit submit "$T/slow.yaml" --wait
kill -0 "${PIDS[broker]}" || fail 'the broker ended while a job ran'
for server in broker worker; do
  wait_for 20 "! kill -0 ${PIDS[$server]} 2>/dev/null"
  wait "${PIDS[$server]}" || fail "an idle $server ends with $?"
  unset "PIDS[$server]"
done

# Another build: the same programs with another text where the build id is.
build=$(mlsubmit version | cut -d' ' -f2)
other=$(tr '0-9a-f' 'a-f0-9' <<<"${build#*+}")
mkdir "$T/other"
for program in mlsubmit mlbroker mlworker mlbatch-job; do
  sed "s/${build#*+}/$other/g" "$MLB_BIN/$program" >"$T/other/$program"
  chmod +x "$T/other/$program"
done
[[ $("$T/other/mlsubmit" version) == *"+$other" ]] || { echo "SKIPPED: the build id is not one text"; exit 0; }
broker_build() { "$1" ping --json | jq -r .build; }
other_tool() { PATH="$T/other:$PATH" "$T/other/mlsubmit" "$@"; }

expect "$build" "$(broker_build mlsubmit)" 'build of the pair'
EPOCHS=4000
slow_spec
id=$(mlsubmit submit "$T/slow.yaml")
expect "$build" "$(broker_build other_tool)" 'a pair with a job is left alone'
mlsubmit cancel "$id" >/dev/null 2>&1
expect_exit 8 mlsubmit wait "$id"
expect "0.1.0+$other" "$(broker_build other_tool)" 'an idle pair is replaced'
expect cancelled "$(other_tool status "$id" --json | jq -r .state)" 'the job of the old pair'
expect 1 "$(pgrep -fc -- "mlbroker serve .*$T/state")" 'brokers'
wait_for 10 '[[ $(other_tool ping --json | jq .workers) -eq 1 ]]'
