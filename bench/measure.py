"""What the measurements share: a folder and servers that are cleaned up, runs
that are interleaved, and one printed line a figure.

Servers run on loopback in a temporary folder and are stopped by pid."""
import contextlib
import importlib.util
import os
import pathlib
import resource
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
BIN = pathlib.Path(os.environ.get("BIN", ROOT / "build/release/bin")).resolve()
PYTHON = sys.executable
# timeout(1) ends the servers, too.
signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))


def need(program):
    if not (BIN / program).exists():
        sys.exit(f"{BIN / program}: not there; build it, or set BIN")
    return str(BIN / program)


def has_module(name):
    return importlib.util.find_spec(name) is not None


def skip(peer, package):
    print(f"{peer}: skipped, {package} is not installed", flush=True)


def interleave(rounds, cases):
    """Runs every case once a round, so that all see the same neighbours on
    the machine.  cases: name -> function; returns name -> its values."""
    values = {name: [] for name in cases}
    for _ in range(rounds):
        for name, run in cases.items():
            values[name].append(run())
    return values


def line(name, unit, values, note=""):
    """One figure: its median, and the smallest and largest of the runs."""
    print(f"{name:44} {statistics.median(values):10.4g} {unit:9} "
          f"({min(values):.4g} .. {max(values):.4g}, {len(values)} runs)"
          f"{'  ' + note if note else ''}", flush=True)


def ratio(name, ours, theirs):
    """The median of the ratios of runs that stood side by side."""
    pairs = [a / b for a, b in zip(ours, theirs)]
    print(f"{name:44} {statistics.median(pairs):10.4g} {'times':9} "
          f"({min(pairs):.4g} .. {max(pairs):.4g})", flush=True)


def milliseconds(command, env=None):
    start = time.perf_counter()
    subprocess.run(command, env=env, check=True, stdin=subprocess.DEVNULL,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return (time.perf_counter() - start) * 1e3


def wait_until(true, seconds=30, every=0.005):
    end = time.monotonic() + seconds
    while not true():
        if time.monotonic() > end:
            raise RuntimeError("waited in vain")
        time.sleep(every)


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


@contextlib.contextmanager
def folder():
    path = pathlib.Path(tempfile.mkdtemp(prefix="mlbatch-bench-"))
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


def tree(pid):
    """A process and its descendants that live."""
    out = [pid]
    with contextlib.suppress(OSError):
        for task in os.listdir(f"/proc/{pid}/task"):
            children = pathlib.Path(f"/proc/{pid}/task/{task}/children")
            for child in children.read_text().split():
                out += tree(int(child))
    return out


def cpu_seconds(servers):
    """CPU time so far of these servers, with all their processes that live or
    ended, and of this process and its commands: hardly moved by neighbours."""
    ticks = 0
    for pid in [p for s in servers for p in tree(s.pid)]:
        with contextlib.suppress(OSError):
            stat = pathlib.Path(f"/proc/{pid}/stat").read_text()
            ticks += sum(map(int, stat.rsplit(")", 1)[1].split()[11:15]))
    total = ticks / os.sysconf("SC_CLK_TCK")
    for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN):
        usage = resource.getrusage(who)
        total += usage.ru_utime + usage.ru_stime
    return total


servers = []  # the processes that server() started and that still run


@contextlib.contextmanager
def server(command, env=None, cwd=None, speaks=False):
    """Yields the first line that it prints when it is ready, if it speaks."""
    process = subprocess.Popen(
        command, env=env, cwd=cwd, text=True, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE if speaks else subprocess.DEVNULL,
        stderr=subprocess.DEVNULL)
    try:
        servers.append(process)
        said = process.stdout.readline() if speaks else ""
        if speaks and not said:
            raise RuntimeError(f"{command[0]} did not start")
        yield said
    finally:
        servers.remove(process)
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@contextlib.contextmanager
def cluster(path, slots=2):
    """One broker and one worker; yields the environment of its clients."""
    env = dict(os.environ, MLBATCH_STATE_DIR=str(path / "state"))
    broker = [need("mlbroker"), "serve", "--data", str(path / "broker"),
              "--listen", "tcp://127.0.0.1:0", "--no-auth"]
    with server(broker, env, speaks=True) as said:
        env["MLBATCH_BROKER"] = said.split()[1]
        worker = [need("mlworker"), "serve", "--broker",
                  env["MLBATCH_BROKER"], "--data", str(path / "worker"),
                  "--slots", str(slots)]
        with server(worker, env, speaks=True):
            yield env


def write_smallest_job(path):
    """A ridge on ten rows."""
    rows = "\n".join(f"{i},{i * i % 7},{3 * i + 1}.5" for i in range(10))
    (path / "ten.csv").write_text("a,b,y\n" + rows + "\n")
    spec = path / "ten.yaml"
    spec.write_text("kind: train\ndata: ten.csv\ntarget: y\nmodel: ridge\n")
    return str(spec)
