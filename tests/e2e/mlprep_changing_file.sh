#!/usr/bin/env bash
# A CSV that grows, shrinks or is written over while it is read: refused, and
# nothing is written.
# shellcheck source=lib.sh
source "$(dirname "$0")/lib.sh"

(echo 'a,b,c,d'; yes '1.25,2,three,-4e2' | head -n 3000000 || true) >"$T/whole.csv"
# bytes that the tool has read by now
bytes_read() { sed -n 's/^rchar: //p' "/proc/${PIDS[prep]}/io"; }
# refused CHANGE...: a command that changes $T/a.csv in the middle of reading
refused() {
  cp "$T/whole.csv" "$T/a.csv"
  start prep mlprep --threads 1 "$T/a.csv" -o "$T/a.h5"
  wait_for 20 '(( $(bytes_read) > 8000000 ))'
  kill -STOP "${PIDS[prep]}"
  wait_for 10 'grep -q "^State:.T" "/proc/${PIDS[prep]}/status"'
  [[ -z $(find "$T" -name 'a.h5') ]] || fail 'the conversion had ended before'
  "$@"
  stop prep CONT
  expect 11 "$STATUS" "status after $*"
  grep -q 'a.csv: changed while it was read' "$T/prep.err" || fail "$*: $(cat "$T/prep.err")"
  expect '' "$(find "$T" -name 'a.h5*')" "files after $*"
}
grow() { echo '1.5,3,four,5' >>"$T/a.csv"; }
shrink() { truncate -s 40000000 "$T/a.csv"; }
empty() { truncate -s 0 "$T/a.csv"; }
refused grow
refused shrink
refused empty
