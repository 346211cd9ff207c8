"""What a person would write instead of `mlsubmit predict`.
usage: sklearn_peer.py fit KIND CSV MODEL
       KIND: logistic, ridge, forest, boosted (XGBoost)
       sklearn_peer.py whole|chunks MODEL CSV OUT"""
import pickle
import sys

import pandas as pd


def fit(kind, source, target):
    from sklearn.ensemble import RandomForestClassifier
    from sklearn.impute import SimpleImputer
    from sklearn.linear_model import LogisticRegression, Ridge
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler
    frame = pd.read_csv(source)
    y = frame.pop("label")
    if kind == "boosted":
        from xgboost import XGBClassifier
        steps = [XGBClassifier(n_estimators=50, max_depth=6, learning_rate=0.1,
                               tree_method="hist", n_jobs=2)]
    else:
        steps = [SimpleImputer(strategy="median")]
        if kind != "forest":
            steps.append(StandardScaler())
        steps.append({"logistic": LogisticRegression(),
                      "ridge": Ridge(),
                      "forest": RandomForestClassifier(
                          50, min_samples_leaf=20, n_jobs=2)}[kind])
    model = make_pipeline(*steps).fit(frame, y)
    with open(target, "wb") as file:
        pickle.dump((list(frame.columns), model), file)


def answers(columns, model, frame, first):
    if hasattr(model, "predict_proba"):
        p = model.predict_proba(frame[columns])
        out = pd.DataFrame({"prediction": model.classes_[p.argmax(axis=1)]})
        for i, name in enumerate(model.classes_):
            out[f"p_{name}"] = p[:, i].astype("f4")
    else:
        out = pd.DataFrame(
            {"prediction": model.predict(frame[columns]).astype("f4")})
    out.insert(0, "row", range(first, first + len(out)))
    return out


def predict(path, source, target, chunk):
    with open(path, "rb") as file:
        columns, model = pickle.load(file)
    first = 1
    with open(target, "w") as out:
        for frame in pd.read_csv(source, chunksize=chunk):
            answers(columns, model, frame, first).to_csv(
                out, index=False, header=first == 1)
            first += len(frame)


mode, *arguments = sys.argv[1:]
if mode == "fit":
    fit(*arguments)
else:
    predict(*arguments, 100_000 if mode == "chunks" else 1_000_000_000)
