#!/usr/bin/env bash
# A reader that goes away is no error, an output that cannot be written is one,
# and stdin is as good as a file.
# shellcheck source=crash_common.sh
source "$(dirname "$0")/crash_common.sh"

ridge=$MLB_SRC/jobspecs/concrete-ridge.yaml
start_cluster 1 1
expect_exit 0 mlsubmit submit "$ridge" "$ridge" "$ridge" --wait

# quiet COMMAND...: its reader takes one line; it says nothing, ends by SIGPIPE
quiet() {
  local status
  set +e
  "$@" 2>"$T/err" | head -n 1 >"$T/line"
  status=${PIPESTATUS[0]}
  set -e
  [[ $status -eq 0 || $status -eq 141 ]] || fail "$*: exit code $status"
  expect '' "$(cat "$T/err")" "stderr of '$*'"
  [[ -s $T/line ]] || fail "$*: nothing on stdout"
}
quiet mlsubmit ls
quiet mlsubmit help fields
quiet mlsubmit metrics @last
quiet mlsubmit get @last predictions -o -
slow_spec
id=$(mlsubmit submit "$T/slow.yaml" --set retry.max=0)
# The job goes on for long and prints little; its watcher ends with its reader.
quiet mlsubmit watch "$id"
quiet mlsubmit watch "$id" --json
expect running "$(state_of "$id")" 'the job that was watched'
# Also when the parent ignores SIGPIPE, as some runners do.
(trap '' PIPE; quiet mlsubmit watch "$id")
mlsubmit cancel "$id" >/dev/null 2>&1

for command in "ls" "ls --json" "status @last" "help fields" "version" "--help" \
  "workers" "metrics @last~1" "get @last~1 model -o -" "show-spec $ridge" "ping"; do
  status=0
  # shellcheck disable=SC2086  # words
  mlsubmit $command >/dev/full 2>"$T/err" || status=$?
  expect 11 "$status" "exit code of '$command >/dev/full'"
  grep -q 'standard output cannot be written' "$T/err" || fail "no word: $(cat "$T/err")"
done
mlsubmit validate - <"$MLB_SRC/jobspecs/penguins-net.yaml" 2>"$T/err"
expect 4 "$(mlsubmit ls --no-header 2>&- <&- | wc -l)" 'lines without stdin and stderr'
status=0
mlsubmit ls >&- 2>"$T/err" || status=$?
expect 11 "$status" 'exit code with a closed stdout'
