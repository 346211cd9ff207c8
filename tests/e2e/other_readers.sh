#!/usr/bin/env bash
# Readers that know nothing of us: anndata, R's rhdf5 and h5dump.  What is not
# installed is skipped, and said.
# shellcheck source=lib.sh
source "$(dirname "$0")/lib.sh"
cd "$T"

cat >in.csv <<'CSV'
n,x,flag,kind,note,day,at
1,1.5,true,red,"say ""hi""",2022-03-05,2022-03-05T14:02:11.25Z
,,,,,,
-4,2.5,false,blue,é,1969-12-31,1970-01-01T00:00:00Z
CSV
mlprep -q in.csv -o out.h5 --column note=text

if /usr/bin/python3 -c 'import anndata' 2>/dev/null; then
  /usr/bin/python3 - <<'PY'
import warnings
warnings.simplefilter("ignore")
import h5py
try:
    from anndata.experimental import read_elem
except ImportError:
    from anndata._io.specs import read_elem
t = read_elem(h5py.File("out.h5", "r")["table"])
assert list(t.columns) == ["n", "x", "flag", "kind", "note", "day", "at"]
assert list(t.index) == [1, 2, 3] or list(t.index) == ["1", "2", "3"]
assert t["n"].isna().tolist() == [False, True, False] and t["n"].iloc[2] == -4
assert t["x"].isna().tolist() == [False, True, False] and t["x"].iloc[0] == 1.5
assert t["flag"].isna().tolist() == [False, True, False] and not t["flag"].iloc[2]
assert t["kind"].isna().tolist() == [False, True, False]
assert list(t["kind"].cat.categories) == ["red", "blue"]
assert t["note"].tolist() == ['say "hi"', "", "é"]
assert t["day"].isna().tolist() == [False, True, False]
assert t["day"].iloc[0] == 19056 * 86400 * 10**6 and t["day"].iloc[2] == -86400 * 10**6
assert t["at"].iloc[0] == 1646488931250000 and t["at"].iloc[2] == 0
PY
else
  echo 'SKIPPED: anndata is not installed'
fi

if command -v h5dump >/dev/null; then
  h5dump out.h5 >dump || fail 'h5dump'
  grep -q '"mlbatch-dataset"' dump || fail 'h5dump: format'
  grep -q '"microseconds since 1970-01-01T00:00:00Z"' dump || fail 'h5dump: units'
  h5dump -d /table/n/values out.h5 | grep -q '1, 0, -4' || fail 'h5dump: values'
else
  echo 'SKIPPED: h5dump is not installed'
fi

if command -v Rscript >/dev/null && Rscript -e 'library(rhdf5)' >/dev/null 2>&1; then
  Rscript - >r.out 2>&1 <<'R' || { cat r.out; fail 'rhdf5'; }
suppressMessages(library(rhdf5))
t <- h5read("out.h5", "table", bit64conversion = "double")
stopifnot(t$n$values == c(1, 0, -4))
stopifnot(as.logical(t$n$mask) == c(FALSE, TRUE, FALSE))
stopifnot(t$x[1] == 1.5, is.nan(t$x[2]), t$x[3] == 2.5)
stopifnot(t$kind$codes == c(0, -1, 1), t$kind$categories == c("red", "blue"))
stopifnot(t$note[1] == "say \"hi\"")
stopifnot(t$at$values[1] == 1646488931250000)
R
else
  echo 'SKIPPED: rhdf5 is not installed'
fi
