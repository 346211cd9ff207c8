#!/usr/bin/env bash
# A prep job's result is a data set, named by its digest: listed, fetched, read
# by other programs, and the data of later jobs.
# shellcheck source=lib.sh
source "$(dirname "$0")/lib.sh"

start_cluster 1 2
prep="$MLB_SRC/jobspecs/penguins-prep.yaml"
id=$(mlsubmit submit "$prep")
expect_exit 0 mlsubmit wait "$id" --timeout 60s
expect prep "$(mlsubmit status "$id" --json | jq -r .kind)"
digest=sha256:$(mlsubmit status "$id" --json |
  jq -r '.artefacts[] | select(.name == "dataset").sha256')

mlsubmit get "$id" -o "$T/got" >/dev/null
expect "${digest#sha256:}" "$(sha256sum "$T/got/dataset.h5" | cut -d' ' -f1)" digest
mlsubmit data ls | grep "^$digest"$'\t'dataset >/dev/null || fail "data ls lacks $digest"
expect 3 "$(mlsubmit data head "$digest" -n 2 | wc -l)" 'lines of data head'
expect "$(mlsubmit data head "$id")" "$(mlprep head "$T/got/dataset.h5")" head

/usr/bin/python3 - "$T/got/dataset.h5" <<'PY'
import sys
import h5py, numpy as np
f = h5py.File(sys.argv[1], "r")
split, x, y = f["split"][:], f["features"][:], f["target"][:]
names = [n.decode() for n in f["feature_names"][:]]
assert split.dtype == np.uint8 and len(split) == f.attrs["rows"]
assert set(split) <= {0, 1, 2, 255}
assert x.dtype == np.float32 and x.shape == (len(split), len(names))
assert not np.isnan(x).any()
assert list(f["target"].attrs["classes"]) == ["Adelie", "Chinstrap", "Gentoo"]
assert np.isnan(y[split == 255]).all() and not np.isnan(y[split != 255]).any()
mass = x[:, names.index("body_mass_g")][split == 0]
assert abs(mass.mean()) < 1e-6 and abs(mass.std() - 1) < 1e-6
PY

# The same bytes again, and from mlprep with the same options.
again=$(mlsubmit submit "$prep")
expect_exit 0 mlsubmit wait "$again" --timeout 60s
expect "$digest" "sha256:$(mlsubmit status "$again" --json | jq -r '.artefacts[0].sha256')"
cat >"$T/plain.yaml" <<YAML
kind: prep
data: {csv: $MLB_SRC/jobspecs/data/penguins.csv, split: {train: 0.7, valid: 0.15, test: 0.15}}
target: species
seed: 7
YAML
plain=$(mlsubmit submit "$T/plain.yaml")
expect_exit 0 mlsubmit wait "$plain" --timeout 60s
mlsubmit get "$plain" dataset -o "$T/plain" >/dev/null
mlprep -q "$MLB_SRC/jobspecs/data/penguins.csv" -o "$T/plain.h5" --target species \
  --split '{train: 0.7, valid: 0.15, test: 0.15}' --seed 7
cmp "$T/plain/dataset.h5" "$T/plain.h5"

# By digest it is the data of a later job, with its own split.
cat >"$T/train.yaml" <<YAML
kind: train
data: {dataset: "$digest", split: stored}
target: species
model: net
train: {epochs: 20}
YAML
expect_exit 0 mlsubmit validate "$T/train.yaml" --data
train=$(mlsubmit submit "$T/train.yaml")
expect_exit 0 mlsubmit wait "$train" --timeout 120s
mlsubmit get "$train" predictions -o "$T/got" >/dev/null
rows=$(/usr/bin/python3 -c "
import h5py; s = h5py.File('$T/got/dataset.h5')['split'][:]
print(((s == 1) | (s == 2)).sum())")
expect "$rows" "$(($(wc -l <"$T/got/predictions.csv") - 1))" 'rows that do not train'

# What the broker does not have is no data set; what is pushed is one.
none=sha256:$(printf '0%.0s' {1..64})
expect_exit 6 mlsubmit submit "$T/train.yaml" --set "data.dataset=$none"
printf 'x,y\n1,a\n2,b\n3,a\n4,b\n' >"$T/t.csv"
mlprep -q "$T/t.csv" -o "$T/t.h5"
expect "sha256:$(sha256sum "$T/t.h5" | cut -d' ' -f1)" "$(mlsubmit data push "$T/t.h5" -q)"
expect_exit 2 mlsubmit data push
expect_exit 6 mlsubmit data head "$train"
