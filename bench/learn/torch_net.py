"""The work of net_speed.cc in PyTorch.  usage: torch_net.py [THREADS [EPOCHS]]"""
import statistics
import sys
import time

import torch
from torch import nn

ROWS, INPUTS, HIDDEN, CLASSES, BATCH = 20_000, 100, 256, 10, 64


def epoch(net, optimizer, x, y):
    """Rows are shuffled once an epoch, so that a batch is a slice: the
    fastest way that PyTorch offers for data in memory."""
    order = torch.randperm(ROWS)
    x, y = x[order], y[order]
    loss_of = nn.CrossEntropyLoss()
    total = 0.0
    for first in range(0, ROWS, BATCH):
        optimizer.zero_grad(set_to_none=True)
        loss = loss_of(net(x[first:first + BATCH]), y[first:first + BATCH])
        loss.backward()
        optimizer.step()
        total += loss.item()
    return total * BATCH / ROWS


def main():
    threads = int(sys.argv[1]) if len(sys.argv) > 1 else 1
    epochs = int(sys.argv[2]) if len(sys.argv) > 2 else 3
    torch.set_num_threads(threads)
    torch.manual_seed(0)
    x = torch.randn(ROWS, INPUTS)
    y = x[:, :CLASSES].argmax(1)
    net = nn.Sequential(nn.Linear(INPUTS, HIDDEN), nn.ReLU(),
                        nn.Linear(HIDDEN, HIDDEN), nn.ReLU(),
                        nn.Linear(HIDDEN, CLASSES))
    optimizer = torch.optim.SGD(net.parameters(), lr=0.05, momentum=0.9)
    rates = []
    for _ in range(epochs):
        start = time.perf_counter()
        loss = epoch(net, optimizer, x, y)
        rates.append(ROWS / (time.perf_counter() - start))
    print(f"{statistics.median(rates[1:]):.0f} - {loss:g}")


main()
