#!/usr/bin/env bash
# A nearly full disk refuses new work with exit 10 and loses nothing: what was
# accepted still runs to its end.
# shellcheck source=crash_common.sh
source "$(dirname "$0")/crash_common.sh"

[[ $(id -u) -eq 0 ]] || { echo 'SKIPPED: needs root to mount a small disk'; exit 0; }
mkdir "$T/broker"
mount -t tmpfs -o size=64m tmpfs "$T/broker" 2>/dev/null ||
  { echo 'SKIPPED: mounting is not allowed here'; exit 0; }
trap 'stop_all; sleep 0.2; umount -l "$T/broker" || true; finish' EXIT

start broker mlbroker serve --data "$T/broker" --listen tcp://127.0.0.1:0 \
  --no-auth --min-free 16M
wait_for 10 'grep -q ^ready "$T/broker.out"'
MLBATCH_BROKER=$(sed -n 's/^ready //p' "$T/broker.out")
export MLBATCH_BROKER
EPOCHS=5
slow_spec
id=$(mlsubmit submit "$T/slow.yaml")
head -c 40M /dev/zero >"$T/broker/filler"
# The broker looks at its disk every second; until then jobs are accepted.
refused() {
  local status=0
  mlsubmit submit "$T/slow.yaml" >>"$T/accepted" 2>"$T/err" || status=$?
  [[ $status -eq 10 ]]
}
wait_for 20 'refused'
grep -qi 'disk' "$T/err" || fail "the refusal does not name the disk: $(cat "$T/err")"
start_worker 1
judge_complete "$id"
while read -r id; do judge_complete "$id"; done <"$T/accepted"
expect $((1 + $(wc -l <"$T/accepted"))) "$(mlsubmit ls --no-header | wc -l)" \
  'jobs: the refused ones left nothing'
rm "$T/broker/filler"
wait_for 20 'mlsubmit submit "$T/slow.yaml" >/dev/null 2>&1'
