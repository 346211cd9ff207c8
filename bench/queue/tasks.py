"""The task of the Celery and RQ measurements: a ridge on the ten rows of a
CSV file, with what a Python user would write."""
import os

import celery

PORT = os.environ["REDIS_PORT"]

app = celery.Celery("tasks", broker=f"redis://127.0.0.1:{PORT}/0",
                    backend=f"redis://127.0.0.1:{PORT}/1")
# A task that a dead worker held runs again, as with us.
app.conf.update(task_acks_late=True, task_reject_on_worker_lost=True)


@app.task
def nothing(number):
    return number


@app.task
def ridge(path):
    import pandas
    from sklearn.linear_model import Ridge
    table = pandas.read_csv(path)
    model = Ridge(alpha=1.0).fit(table[["a", "b"]], table["y"])
    return {"r2": model.score(table[["a", "b"]], table["y"])}
