#!/usr/bin/env bash
# h5py, which knows nothing of us, reads a data set with the right values and
# the right missing ones, in AnnData's dataframe encoding.
# shellcheck source=lib.sh
source "$(dirname "$0")/lib.sh"

cat >"$T/in.csv" <<'CSV'
n,x,flag,kind,note,a/b,full
1,1.5,true,red,"say ""hi""",7,10
,,,,,8,20
3,-inf,false,blue,,9,30
-4,2.0,true,"NA","é",NA,40
CSV
mlprep -q "$T/in.csv" -o "$T/out.h5" --column note=text
/usr/bin/python3 - "$T/out.h5" <<'PY'
import json, sys
import h5py, numpy as np
f = h5py.File(sys.argv[1], "r")
assert f.attrs["format"] == "mlbatch-dataset" and f.attrs["version"] == 1
assert f.attrs["rows"] == 4 and f.attrs["source_name"] == "in.csv"
assert json.loads(f.attrs["dialect"])["delimiter"] == ","
assert json.loads(f.attrs["report"])["rows"] == 4
schema = json.loads(f.attrs["schema"])
assert [c["type"] for c in schema] == \
    ["integer", "real", "boolean", "category", "text", "integer", "integer"]
t = f["table"]
assert t.attrs["encoding-type"] == "dataframe"
assert t.attrs["encoding-version"] == "0.2.0" and t.attrs["_index"] == "row"
assert list(t.attrs["column-order"]) == \
    ["n", "x", "flag", "kind", "note", "a%2Fb", "full"]
assert t["row"][:].tolist() == [1, 2, 3, 4]
assert t["n"].attrs["encoding-type"] == "nullable-integer"
assert t["n/values"].dtype == np.int64
assert t["n/values"][:].tolist() == [1, 0, 3, -4]
assert t["n/mask"].dtype == bool
assert t["n/mask"][:].tolist() == [False, True, False, False]
x = t["x"][:]
assert x.dtype == np.float64 and x[0] == 1.5 and np.isnan(x[1])
assert x[2] == -np.inf and x[3] == 2
assert t["flag"].attrs["encoding-type"] == "nullable-boolean"
assert t["flag/values"].dtype == bool
assert t["flag/values"][:].tolist() == [True, False, False, True]
assert t["flag/mask"][:].tolist() == [False, True, False, False]
k = t["kind"]
assert k.attrs["encoding-type"] == "categorical" and not k.attrs["ordered"]
assert k["codes"][:].tolist() == [0, -1, 1, 2]
assert k["categories"].asstr()[:].tolist() == ["red", "blue", "NA"]
assert t["note"].attrs["encoding-type"] == "string-array"
assert t["note"].asstr()[:].tolist() == ['say "hi"', "", "", "é"]
assert f["table_missing/note"][:].tolist() == [False, True, True, False]
assert t["a%2Fb"].attrs["mlbatch-name"] == "a/b"
assert t["a%2Fb/mask"][:].tolist() == [False, False, False, True]
assert t["full"].attrs["encoding-type"] == "array"
assert t["full"][:].tolist() == [10, 20, 30, 40]
PY

# What h5py changed is no longer ours, and is refused rather than trusted.
/usr/bin/python3 -c 'import h5py, sys; h5py.File(sys.argv[1], "r+")["table/full"][0] = 11' "$T/out.h5"
expect_exit 11 mlprep cat "$T/out.h5"
