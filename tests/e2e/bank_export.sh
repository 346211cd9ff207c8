#!/usr/bin/env bash
# A German bank export: semicolons, decimal comma, days first, latin1, lines
# above the header.  A job reads it by the words of mlprep's options: the same
# data set, cell by cell, and a model.
# shellcheck source=lib.sh
source "$(dirname "$0")/lib.sh"

/usr/bin/python3 - "$T/Umsätze.csv" <<'PY'
import random, sys
random.seed(1)
rows = ["Konto 4711;;;", "Stand heute;;;", "Buchungstag;Empfänger;Art;Betrag"]
for i in range(300):
    kind = random.choice(["Überweisung", "Lastschrift", "Gehalt"])
    sum_ = {"Überweisung": -50, "Lastschrift": -1200, "Gehalt": 3000}[kind] + i / 100
    text = f"{sum_:,.2f}".replace(",", "_").replace(".", ",").replace("_", ".")
    rows.append(f"{i % 28 + 1:02}.{i % 12 + 1:02}.{2020 + i % 4};Bäcker {i % 7};{kind};{text}")
open(sys.argv[1], "wb").write(("\r\n".join(rows) + "\r\n").encode("latin1"))
PY
cat >"$T/bank.yaml" <<'YAML'
kind: prep
data: Umsätze.csv
target: Betrag
csv: {delimiter: ";", encoding: latin1, decimal: ",", thousands: ".", skip: 2}
columns:
  Buchungstag: {type: date, date_format: "%d.%m.%Y", dates: [year, month, dow]}
features: {exclude: [Empfänger]}
YAML
start_cluster 1
expect_exit 0 mlsubmit validate "$T/bank.yaml" --data
expect_exit 3 mlsubmit validate "$T/bank.yaml" --data --set target=Summe
grep -q 'Buchungstag, Empfänger, Art, Betrag' "$T/err" || fail 'names of the header'
id=$(mlsubmit submit "$T/bank.yaml")
expect_exit 0 mlsubmit wait "$id" --timeout 60s
mlsubmit get "$id" dataset -o "$T/got" >/dev/null

cd "$T"
mlprep -q Umsätze.csv -o same.h5 --delimiter ';' --encoding latin1 --decimal , \
  --thousands . --skip 2 --target Betrag --features '{exclude: [Empfänger]}' \
  --columns '{Buchungstag: {type: date, date_format: "%d.%m.%Y", dates: [year, month, dow]}}'
expect_exit 0 mlprep diff same.h5 "$T/got/dataset.h5"
expect '{"Buchungstag":"2020-01-01"' \
  "$(mlprep cat same.h5 --format jsonl | head -n 1 | tr -d ' ' | cut -d, -f1)" 'first day'
/usr/bin/python3 - "$T/same.h5" "$T/got/dataset.h5" <<'PY'
import sys, h5py, numpy as np
a, b = (h5py.File(name, "r") for name in sys.argv[1:])
names = [n.decode() for n in b["feature_names"][:]]
assert names[:3] == [f"Buchungstag ({p})" for p in ("year", "month", "dow")], names
for name in ("features", "target", "split"):
    assert np.array_equal(a[name][:], b[name][:], equal_nan=True), name
PY

# Trained from the same file; another way to read it is another conversion.
sed 's/^kind: prep/kind: train/; $a model: ridge' bank.yaml >train.yaml
train=$(mlsubmit submit train.yaml)
expect_exit 0 mlsubmit wait "$train" --timeout 60s
mlsubmit logs "$train" 2>&1 | grep -q . || true
wrong=$(mlsubmit submit train.yaml --set csv.decimal=. --unset csv.thousands)
expect_exit 7 mlsubmit wait "$wrong" --timeout 60s
expect bad_data "$(mlsubmit status "$wrong" --json | jq -r .class)" class
