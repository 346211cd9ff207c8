#!/usr/bin/env bash
# Each way to split, as mlprep writes it and a reader of HDF5 sees it.
# shellcheck source=lib.sh
source "$(dirname "$0")/lib.sh"

awk 'BEGIN { print "t,who,part,x,y"
  for (i = 1; i <= 300; i++)
    print 301 - i "," "p" i % 41 "," (i % 3 ? "a" : "b") "," i * i % 17 "," (i % 4 ? "no" : "yes") }' \
  >"$T/a.csv"
# made NAME OPTIONS...: $T/NAME.h5
made() {
  local name=$1
  shift
  expect_exit 0 mlprep "$T/a.csv" -o "$T/$name.h5" --target y "$@"
}
made plain --split '{train: 0.6, valid: 0.2, test: 0.2}'
made column --split '{column: part, train: [a], test: [b]}'
made time --split '{by_time: t, train: 0.5, valid: 0.25, test: 0.25}'
made group --split '{group: who}'
made sample --sample 100
made seed --split '{train: 0.6, valid: 0.2, test: 0.2}' --seed 5
made plain2 --split '{train: 0.6, valid: 0.2, test: 0.2}'
cmp "$T/plain.h5" "$T/plain2.h5"

/usr/bin/python3 - "$T" <<'PY'
import sys
import h5py, numpy as np
def read(name):
    f = h5py.File(f"{sys.argv[1]}/{name}.h5", "r")
    return f["split"][:], f
split, f = read("plain")
assert np.bincount(split).tolist() == [180, 60, 60]
yes = f["target"][:] == 1
assert [int(yes[split == p].sum()) for p in (0, 1, 2)] == [45, 15, 15]
assert not (read("seed")[0] == split).all()
split, f = read("column")
row = np.arange(1, 301)
assert ((split == 2) == (row % 3 == 0)).all() and (split != 1).all()
assert not any(n.decode().startswith("part") for n in f["feature_names"][:])
split, f = read("time")
assert (split[150:] == 0).all() and (split[75:150] == 1).all()
assert (split[:75] == 2).all()
split, f = read("group")
who = row % 41
assert all(len(set(split[who == w])) == 1 for w in set(who))
split, f = read("sample")
assert (split != 255).sum() == 100
PY

# What cannot be is refused with its place, and leaves nothing.
expect_exit 11 mlprep "$T/a.csv" -o "$T/no.h5" --split '{column: part, train: [a]}'
grep -q "a.csv:4: data.split.column: row 3 has 'b' in column 'part'" "$T/err" || fail "$(cat "$T/err")"
sed '1i # made by hand' "$T/a.csv" | sed '3s/$/\n/' >"$T/odd.csv"
expect_exit 11 mlprep "$T/odd.csv" --skip 1 -o "$T/no.h5" --split '{column: part, train: [a]}'
grep -q 'odd.csv:6: .*row 3 has' "$T/err" || fail "line behind blank ones: $(cat "$T/err")"
expect_exit 2 mlprep "$T/a.csv" -o "$T/no.h5" --split '{train: 2}'
expect_exit 3 mlprep "$T/a.csv" -o "$T/no.h5" --columns '{zip: {scale: none}}'
grep -q "'zip' matches no column" "$T/err" || fail "$(cat "$T/err")"
[[ -z $(find "$T" -name 'no.h5*') ]] || fail 'something was left'

# A pattern of a job that matches nothing is told with its place.
printf 'kind: prep\ndata: a.csv\ncolumns:\n  "zip*": {scale: none}\n' >"$T/job.yaml"
expect_exit 3 mlsubmit validate "$T/job.yaml" --data
grep -q "job.yaml:4: columns: 'zip\*' is no column of" "$T/err" || fail "$(cat "$T/err")"
