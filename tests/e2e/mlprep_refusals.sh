#!/usr/bin/env bash
# What mlprep refuses: the exit code, the place, and that nothing is left.
# shellcheck source=lib.sh
source "$(dirname "$0")/lib.sh"

# refused STATUS TEXT ARGUMENTS...
refused() {
  local status=$1 text=$2
  shift 2
  expect_exit "$status" mlprep "$@"
  expect '' "$(cat "$T/out")" "stdout of mlprep $*"
  grep -qF -- "$text" "$T/err" || fail "mlprep $*: '$(cat "$T/err")' lacks '$text'"
}

printf 'a,b\n1,2\n3\n' >"$T/ragged.csv"
printf 'a,b\n1,"2\n' >"$T/open.csv"
printf 'a,b\n1,caf\351\n' >"$T/latin1.csv"
printf 'a,b\n1,\0002\n' >"$T/nul.csv"
printf 'a,b\n1,x\n' >"$T/good.csv"
: >"$T/empty.csv"

refused 11 'ragged.csv:3:1: has 1 fields; want 2' "$T/ragged.csv" -o "$T/o.h5"
refused 11 'open.csv:2:3: the quote that opens here' "$T/open.csv" -o "$T/o.h5"
refused 11 'latin1.csv:2:6: byte 0xe9 at offset 9' "$T/latin1.csv" -o "$T/o.h5"
refused 11 'nul.csv:2:3: a NUL byte' "$T/nul.csv" -o "$T/o.h5"
refused 11 'empty.csv: is empty' "$T/empty.csv" -o "$T/o.h5"
refused 11 'No such file' "$T/absent.csv" -o "$T/o.h5"
refused 11 "good.csv:2: column 'b': 'x' is not a whole number" \
  "$T/good.csv" -o "$T/o.h5" --column b=integer
refused 11 'ragged.csv:3:1:' inspect "$T/ragged.csv"
expect_exit 11 mlprep records "$T/ragged.csv"
grep -q 'ragged.csv:3:1:' "$T/err" || fail 'records: no place'

refused 2 'give -o OUT.h5' "$T/good.csv"
refused 2 '-o names the input file itself' "$T/good.csv" -o "$T/good.csv"
ln -s good.csv "$T/link.csv"
refused 2 '-o names the input file itself' "$T/good.csv" -o "$T/link.csv" --force
refused 2 "'colour' is no type" "$T/good.csv" -o "$T/o.h5" --column b=colour
refused 2 '--delimiter' "$T/good.csv" -o "$T/o.h5" --delimiter ab
refused 2 '--nonsense' "$T/good.csv" --nonsense
refused 11 'no/o.h5' "$T/good.csv" -o "$T/no/o.h5"
expect 'empty.csv err good.csv latin1.csv link.csv nul.csv open.csv out ragged.csv run' \
  "$(cd "$T" && echo ./* | tr -d ./ | sed 's/csv/.csv/g')" 'files left'

# An output that exists stays as it is unless --force is given.
echo keep >"$T/o.h5"
refused 11 'exists already; use --force' "$T/good.csv" -o "$T/o.h5"
refused 11 'ragged.csv:3:1' "$T/ragged.csv" -o "$T/o.h5" --force
expect keep "$(cat "$T/o.h5")" 'the existing output'
expect_exit 0 mlprep "$T/good.csv" -o "$T/o.h5" --force
refused 2 "no column 'z'" cat "$T/o.h5" --columns a,z
refused 11 'is not an HDF5 file' cat "$T/good.csv"
head -c 3000 "$T/o.h5" >"$T/cut.h5"
refused 11 'cut.h5: is no data set of mlbatch, or was cut' cat "$T/cut.h5"

# A disk that fills up: an error, and no file.
seq 1 200000 | sed '1s/.*/n/' >"$T/long.csv"
status=0
(trap '' XFSZ; ulimit -f 64; mlprep "$T/long.csv" -o "$T/full.h5" --compress none) \
  >"$T/out" 2>"$T/err" || status=$?
expect 11 "$status" 'status on a full disk'
grep -q 'full.h5' "$T/err" || fail "full disk: $(cat "$T/err")"
expect '' "$(find "$T" -name 'full.h5*')" 'files of a full disk'
if mlprep cat "$T/o.h5" >/dev/full 2>"$T/err"; then fail 'a full stdout'; fi
grep -q 'standard output: No space' "$T/err" || fail "full stdout: $(cat "$T/err")"
