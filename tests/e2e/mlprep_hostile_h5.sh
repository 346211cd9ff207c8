#!/usr/bin/env bash
# Data sets that are cut, foreign, unreadable or unwritable: a message that
# names the file, exit 11 (2 for usage), and nothing left behind.
# shellcheck source=lib.sh
source "$(dirname "$0")/lib.sh"
cd "$T"

# refused FILE STATUS ARGUMENTS...: the message names FILE; stdout is empty
refused() {
  local name=$1 status=$2
  shift 2
  expect_exit "$status" mlprep "$@"
  expect '' "$(cat out)" "stdout of mlprep $*"
  grep -q "^mlprep: .*$name" err || fail "mlprep $*: '$(cat err)' does not name $name"
  expect 1 "$(wc -l <err)" "lines on stderr of mlprep $*"
}
everywhere() {
  local verb
  for verb in cat head verify stats inspect; do refused "$1" 11 "$verb" "$1"; done
  refused "$1" 11 diff good.h5 "$1"
  refused "$1" 11 diff "$1" good.h5
  refused "$1" 11 matrix "$1" --target n -o m.h5
}

(echo 'n,k,t,d'; seq 1 400 | sed 's/.*/&,k,text &,2022-03-05/') >in.csv
mlprep -q in.csv -o good.h5 --column t=text
size=$(stat -c %s good.h5)
((size > 8000)) || fail "a data set of $size bytes is too small for this test"
for ((cut = 0; cut < size; cut += 1000)); do
  head -c "$cut" good.h5 >cut.h5
  for verb in cat verify; do refused cut.h5 11 "$verb" cut.h5; done
done

# HDF5 of other programs.
/usr/bin/python3 - <<'PY'
import h5py
with h5py.File("plain.h5", "w") as f:
    f["x"] = [1, 2, 3]
with h5py.File("claims.h5", "w") as f:
    f.attrs["format"] = "mlbatch-dataset"
    f.attrs["version"] = 1
try:
    import pandas
    pandas.DataFrame({"a": [1, 2]}).to_hdf("pandas.h5", key="a")
except ImportError:
    pass
PY
for file in plain.h5 claims.h5 pandas.h5; do
  [[ ! -e $file ]] || everywhere "$file"
done

mkdir folder
everywhere absent.h5
everywhere folder
if [[ $(id -u) -ne 0 ]]; then
  cp good.h5 closed.h5
  chmod 0 closed.h5
  everywhere closed.h5
fi
refused 'input file' 2 matrix good.h5 --target n -o good.h5 --force
refused 'input file' 2 matrix good.h5 --target n -o ./folder/../good.h5 --force
refused no/m.h5 11 matrix good.h5 --target n -o no/m.h5

# A disk that fills up, an interruption.
(echo 'a,b,c,d'; seq 1 1500000 | sed 's/.*/&.5,&,2&,3&/') >long.csv
mlprep -q long.csv -o long.h5
status=0
(trap '' XFSZ; ulimit -f 64; mlprep matrix long.h5 --target b --split 1,0,0 -o full.h5) >out 2>err || status=$?
expect 11 "$status" "matrix on a full disk: $(cat err)"
grep -q 'full.h5: .*is the disk full' err || fail "full disk: $(cat err)"
start matrix mlprep matrix long.h5 --target a -o stopped.h5
# Bit 1 of the caught signals: SIGINT has its handler.
wait_for 10 '(( 0x$(sed -n "s/^SigCgt:\s*//p" "/proc/${PIDS[matrix]}/status") & 2 ))'
stop matrix INT
expect 130 "$STATUS" 'status after SIGINT'
expect '' "$(find . -name 'full.h5*' -o -name 'stopped.h5*' -o -name 'm.h5*')" 'files left'
if mlprep cat good.h5 >/dev/full 2>err; then fail 'a full stdout'; fi
grep -q 'standard output' err || fail "full stdout: $(cat err)"
