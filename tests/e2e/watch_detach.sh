#!/usr/bin/env bash
# Ctrl-C in watch leaves the job running and says how to cancel it.
# shellcheck source=crash_common.sh
source "$(dirname "$0")/crash_common.sh"

EPOCHS=1500
start_cluster 1 1
slow_spec
id=$(mlsubmit submit "$T/slow.yaml")
# A background job of a script ignores SIGINT; python gives it back its default.
start watch python3 -c 'import os, signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)
os.execvp(sys.argv[1], sys.argv[1:])' mlsubmit watch "$id"
wait_for 60 'grep -q epoch "$T/watch.out"'
stop watch INT
expect 130 "$STATUS" 'exit code of watch'
grep -q "mlsubmit cancel" "$T/watch.err" || fail 'no word on how to cancel'
judge_complete "$id"
