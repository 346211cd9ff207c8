#!/usr/bin/env bash
# Input that is no table: exit 11 with the place, nothing written, at once; and
# the smallest that is one.
# shellcheck source=lib.sh
source "$(dirname "$0")/lib.sh"
cd "$T"

# refused TEXT FILE: convert and inspect refuse, and say so
refused() {
  expect_exit 11 timeout 20 mlprep "$2" -o out.h5
  grep -qF -- "$1" err || fail "mlprep $2: '$(cat err)' lacks '$1'"
  expect '' "$(find . -name 'out.h5*')" "files after $2"
  expect_exit 11 timeout 20 mlprep inspect "$2"
}

printf 'a,b\n' >header.csv
printf '\xef\xbb\xbf' >bom.csv
printf '\n\n\r\n' >blank.csv
head -c 100000 "$MLB_BIN/mlprep" >binary.csv
mkdir folder.csv
{ printf 'a,b\n'; head -c 4194290 /dev/zero | tr '\0' x; printf ',\xc3\n1,2\n'; } >edge.csv
{ printf 'a,b\n1,2\n3,"4\n'; yes 5,6 | head -n 100000 || true; } >open.csv
refused 'header.csv: has a header but no data row' header.csv
refused 'bom.csv:' bom.csv
refused 'blank.csv: holds only blank lines' blank.csv
refused 'binary.csv:1:' binary.csv
refused 'folder.csv:' folder.csv
refused 'edge.csv:2:4194292: byte 0xc3' edge.csv
refused 'open.csv:3:3: the quote that opens here' open.csv
if [[ $(id -u) -ne 0 ]]; then
  printf 'a\n1\n' >secret.csv
  chmod 000 secret.csv
  refused 'Permission denied' secret.csv
fi

# One column, one row: a table all the same.
printf 'a\n1\n' >least.csv
mlprep -q least.csv -o least.h5
expect '{"a":1}' "$(mlprep cat least.h5 --format jsonl | tr -d ' ')" 'the row'

# The output is never the input, by whatever name.
ln least.csv hard.csv
expect_exit 2 mlprep least.csv -o hard.csv --force
expect 'a 1' "$(paste -sd' ' least.csv)" 'the input'

# Killed in the middle: nothing has the final name.
(echo a,b,c,d; yes '1.25,2,three,-4e2' | head -n 2000000 || true) >long.csv
start killed mlprep long.csv -o killed.h5
wait_for 20 '[[ -n $(find . -name "killed.h5.tmp.*") ]]'
stop killed KILL
expect 137 "$STATUS" 'status after SIGKILL'
[[ ! -e killed.h5 ]] || fail 'a part of the data set has its name'
