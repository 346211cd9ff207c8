#!/usr/bin/env bash
# mlprep matrix, and the loaders for PyTorch and Keras as docs/dataset-format.md
# prints them.  Where a framework is absent a stand-in of three lines takes its
# place: the loader's own code still runs, with h5py and numpy.
# shellcheck source=lib.sh
source "$(dirname "$0")/lib.sh"

csv=$MLB_SRC/jobspecs/data/penguins.csv
mlprep -q "$csv" -o "$T/p.h5"
expect_exit 0 mlprep matrix "$T/p.h5" --target species -o "$T/m.h5"
grep -q 'm.h5: 11 features, rows: 241 train, 51 valid, 52 test' "$T/err" ||
  fail "matrix: $(cat "$T/err")"
mlprep matrix -q "$T/p.h5" --target species -o "$T/m2.h5"
cmp "$T/m.h5" "$T/m2.h5" || fail 'two matrix files differ'
mlprep matrix -q "$T/p.h5" --target body_mass_g --split 0.5,0,0.5 \
  --exclude 'bill_*,year' -o "$T/r.h5"

cd "$T"
cat >check.py <<'PY'
import sys, types
import h5py, numpy as np

doc = open(sys.argv[1]).read()
def loader(name):
    code = doc.split("```python loader " + name + "\n")[1].split("```")[0]
    assert len(code.splitlines()) <= 12, name
    space = {}
    exec(code, space)
    return space

try:
    import torch
except ImportError:
    def batches(rows, batch_size):
        rows = list(rows)
        return [rows[i:i + batch_size] for i in range(0, len(rows), batch_size)]
    torch = types.SimpleNamespace(from_numpy=lambda x: x, utils=types.SimpleNamespace(
        data=types.SimpleNamespace(IterableDataset=object, DataLoader=batches)))
    sys.modules["torch"] = torch
    print("torch is absent: a stand-in is used", file=sys.stderr)
try:
    import keras
except ImportError:
    sys.modules["keras"] = types.SimpleNamespace(utils=types.SimpleNamespace(Sequence=object))
    print("keras is absent: a stand-in is used", file=sys.stderr)

f = h5py.File("m.h5")
x, y, row = (f["train"][k][:] for k in ("X", "y", "row"))
assert f.attrs["format"] == "mlbatch-matrix" and f.attrs["version"] == 1
names = list(f.attrs["features"])
assert x.dtype == np.float32 and x.shape == (241, len(names)) and len(set(names)) == 11
assert "island=Biscoe" in names and "sex=(missing)" in names
assert list(f.attrs["classes"]) == ["Adelie", "Chinstrap", "Gentoo"]
assert set(y) == {0, 1, 2} and np.isfinite(x).all()
assert (np.diff(row) > 0).all() and row[0] >= 1
assert abs(x[:, names.index("bill_length_mm")].mean()) < 1e-5
every = np.concatenate([f[p]["row"][:] for p in ("train", "valid", "test")])
assert sorted(every) == list(range(1, 345))
r = h5py.File("r.h5")
assert r["valid/X"].shape[0] == 0 and "classes" not in r.attrs
assert r["train/y"][:].min() > 2000 and "bill_length_mm" not in r.attrs["features"]
assert len(r["train/y"]) + len(r["test/y"]) == 342  # two rows have no target

space = loader("torch")
rows = [tuple(np.asarray(v) for v in pair) for pair in space["Rows"]("m.h5", "train", block=50)]
assert len(rows) == 241 and sum(1 for _ in space["train"]) == 4
order = [int(np.where((x == np.asarray(v)).all(1))[0][0]) for v, _ in rows]
assert sorted(y) == sorted(float(t) for _, t in rows) and order != sorted(order)

batches = loader("keras")["train"]
assert len(batches) == 4 and batches[3][0].shape[0] == 241 - 3 * 64
assert (np.concatenate([batches[i][0] for i in range(4)]) == x).all()
assert (np.concatenate([batches[i][1] for i in range(4)]) == y).all()
PY
/usr/bin/python3 check.py "$MLB_SRC/docs/dataset-format.md"

# Refusals: the exit code, the reason, and nothing written.
expect_exit 2 mlprep matrix p.h5 -o n.h5
grep -q 'give --target' "$T/err" || fail 'no target'
expect_exit 2 mlprep matrix p.h5 --target nothing -o n.h5
for split in 0.7,0.3 0.7,0.2,0.2 a,b,c 0,0.5,0.5 '0.5,0.25,0.25,' -1,1,1 nan,0,1; do
  expect_exit 2 mlprep matrix p.h5 --target species --split "$split" -o n.h5
done
expect_exit 2 mlprep matrix p.h5 --target species -o p.h5 --force
expect_exit 11 mlprep matrix p.h5 --target species -o m.h5
expect_exit 11 mlprep matrix p.h5 --target species --include 'no*' -o n.h5
[[ ! -e n.h5 ]] || fail 'a refused matrix left a file'
