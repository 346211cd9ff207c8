"""The work of train_speed.cc in PyTorch and scikit-learn.

usage: peer.py CASE ROWS THREADS REPEATS, as train_speed; the same line"""
import json
import sys
import time

import numpy as np


def read_rows(path):
    with open(path, "rb") as file:
        rows, columns = np.fromfile(file, "<i4", 2)
        x = np.fromfile(file, "<f4", rows * columns).reshape(rows, columns)
        return x, np.fromfile(file, "<f4", rows).astype("i8")


class Stopwatch:
    def __init__(self):
        self.seconds, self.cpu = [], []

    def start(self):
        self.wall, self.used = time.perf_counter(), time.process_time()

    def stop(self):
        self.seconds.append(time.perf_counter() - self.wall)
        self.cpu.append(time.process_time() - self.used)

    def print(self, check):
        print(json.dumps({"seconds": self.seconds, "cpu": self.cpu,
                          "check": check}))


def epoch(net, optimizer, loss_of, x, y, batch):
    """Rows are shuffled once an epoch, so that a batch is a slice: the
    fastest way that PyTorch offers for data in memory."""
    import torch
    order = torch.randperm(len(x))
    x, y = x[order], y[order]
    total = 0.0
    for first in range(0, len(x), batch):
        optimizer.zero_grad(set_to_none=True)
        loss = loss_of(net(x[first:first + batch]), y[first:first + batch])
        loss.backward()
        optimizer.step()
        total += loss.item()
    return total * batch / len(x)


def net_of(kind, inputs):
    from torch import nn
    if kind == "mlp":
        return nn.Sequential(nn.Linear(inputs, 256), nn.ReLU(),
                             nn.Linear(256, 256), nn.ReLU(),
                             nn.Linear(256, 10))
    return nn.Sequential(nn.Conv2d(1, 6, 5), nn.ReLU(), nn.MaxPool2d(2),
                         nn.Conv2d(6, 16, 5), nn.ReLU(), nn.MaxPool2d(2),
                         nn.Flatten(), nn.Linear(256, 120), nn.ReLU(),
                         nn.Linear(120, 84), nn.ReLU(), nn.Linear(84, 10))


def time_epochs(case, x, y, threads, repeats):
    import torch
    torch.set_num_threads(threads)
    torch.manual_seed(0)
    kind, batch = case.split("-")
    net = net_of(kind, x.shape[1])
    x, y = torch.tensor(x), torch.tensor(y)
    if kind == "lenet":
        x = x.view(-1, 1, 28, 28)
    optimizer = torch.optim.SGD(net.parameters(), lr=0.05, momentum=0.9)
    watch = Stopwatch()
    loss = 0
    for i in range(repeats + 1):
        watch.start()
        loss = epoch(net, optimizer, torch.nn.CrossEntropyLoss(), x, y,
                     int(batch))
        if i > 0:
            watch.stop()
    watch.print(f"loss {loss:.4f}")


def estimator(case, threads):
    if case == "forest":
        from sklearn.ensemble import RandomForestClassifier
        return RandomForestClassifier(200, n_jobs=threads, random_state=0)
    if case == "kmeans":
        from sklearn.cluster import KMeans
        return KMeans(10, n_init=10, random_state=0)
    from sklearn.svm import SVC
    return SVC(C=10, gamma="auto", probability=case != "svm", cache_size=200)


def time_fits(case, x, y, threads, repeats):
    from threadpoolctl import threadpool_limits
    watch = Stopwatch()
    with threadpool_limits(threads):
        for _ in range(repeats):
            model = estimator(case, threads)
            watch.start()
            model.fit(x, y)
            watch.stop()
    inertia = getattr(model, "inertia_", None)
    watch.print(f"inertia {inertia:.1f}" if inertia else "-")


def main():
    case, path, threads, repeats = sys.argv[1:5]
    x, y = read_rows(path)
    run = time_epochs if case.startswith(("mlp", "lenet")) else time_fits
    run(case, x, y, int(threads), int(repeats))


main()
