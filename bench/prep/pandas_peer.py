#!/usr/bin/python3
"""What a person would write instead of mlprep.
usage: pandas_peer.py chunks|gzip|sklearn CSV OUT.h5"""
import sys

import h5py
import pandas as pd

mode, source, target = sys.argv[1:4]


def chunks(compression):
    """Bounded memory: read_csv in chunks into resizable columns."""
    columns, rows = {}, 0
    with h5py.File(target, "w") as file:
        for part in pd.read_csv(source, chunksize=100_000, low_memory=False):
            for name in part.columns:
                values, kind = part[name], "f8"
                if values.dtype in (object, bool):
                    values = values.astype(str).to_numpy(dtype=object)
                    kind = h5py.string_dtype()
                else:
                    values = values.to_numpy(dtype="f8")
                if name not in columns:
                    columns[name] = file.create_dataset(
                        name, (0,), maxshape=(None,), chunks=(65536,),
                        dtype=kind, **compression)
                column = columns[name]
                column.resize((rows + len(part),))
                if column.dtype.kind == "O" and kind == "f8":
                    values = [str(v) for v in values]
                column[rows:] = values
            rows += len(part)


def sklearn():
    """Whole frame: fill, encode, standardise, split, float32."""
    from sklearn.model_selection import train_test_split
    from sklearn.preprocessing import StandardScaler
    frame = pd.read_csv(source, low_memory=False)
    y = frame.pop("label").to_numpy()
    for name in list(frame.columns):
        values = frame[name]
        if values.dtype == object:
            frame[name] = values.astype("category").cat.codes.astype("f4")
        else:
            frame[name] = values.fillna(values.mean()).astype("f4")
    x = StandardScaler().fit_transform(frame.to_numpy("f4"))
    parts = train_test_split(x, y, test_size=0.2, random_state=1)
    with h5py.File(target, "w") as file:
        for name, part in zip(("train/X", "test/X", "train/y", "test/y"), parts):
            file.create_dataset(name, data=part)


if mode == "sklearn":
    sklearn()
else:
    chunks(dict(compression="gzip", compression_opts=1, shuffle=True)
           if mode == "gzip" else {})
