#!/usr/bin/env bash
# Interrupting mlprep leaves nothing; a reader that goes away ends it
# silently.
# shellcheck source=lib.sh
source "$(dirname "$0")/lib.sh"

(echo 'a,b,c,d'; yes '1.25,2,three,-4e2' | head -n 3000000 || true) >"$T/long.csv"
for case in INT:130 TERM:143; do
  signal=${case%:*}
  start "conv$signal" mlprep "$T/long.csv" -o "$T/out.h5"
  # The second pass has begun when there is a temporary file.
  wait_for 20 '[[ -n $(find "$T" -name "out.h5.tmp.*") ]]'
  stop "conv$signal" "$signal"
  expect "${case#*:}" "$STATUS" "status after SIG$signal"
  expect '' "$(find "$T" -name 'out.h5*')" "files after SIG$signal"
  if grep -q mlprep: "$T/conv$signal.err"; then fail 'an error after an interruption'; fi
done

# As SIGPIPE ends a program: quiet, status 141.
head -n 200000 "$T/long.csv" >"$T/short.csv"
mlprep -q "$T/short.csv" -o "$T/short.h5"
for args in "cat $T/short.h5" "cat $T/short.h5 --format jsonl" "records $T/short.csv"; do
  # shellcheck disable=SC2086
  { status=0; mlprep $args 2>"$T/err" || status=$?; echo "$status" >"$T/status"; } | head -n 1 >"$T/out"
  expect 141 "$(cat "$T/status")" "status of mlprep $args | head"
  expect '' "$(cat "$T/err")" "stderr of mlprep $args | head"
  expect 1 "$(wc -l <"$T/out")" 'lines'
done
