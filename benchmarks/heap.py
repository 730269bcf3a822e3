"""CPU time and peak memory of `gwdiag heap`, beside `go tool pprof`.

    python benchmarks/heap.py [--samples 100000] [--allocations 1000000] [--rounds 3]

The profile is made here: stacks of depth 26 over 400 functions with shared callers, as Go writes them with
MemProfileRate=1. Two captures of memray are recorded with --allocations each.
"""

import argparse
import gzip
import random
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from gwdiag.heap.readers._pprof_message import profile_message

DEPTH, FUNCTIONS = 26, 400

MEASURE = """
import resource, subprocess, sys
subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(used.ru_utime + used.ru_stime, used.ru_maxrss / 1000)
"""

RECORD = """
import sys
from memray import FileDestination, Tracker
keep = []
def retain(): keep.append(bytearray(900))
def pass_by(): bytearray(600)
with Tracker(destination=FileDestination(sys.argv[1])):
    for number in range(int(sys.argv[2]) // 2):
        pass_by()
        pass_by()
        if number % 20 == 0:
            retain()
"""


def profile(samples: int) -> bytes:
    """A heap profile as Go's runtime writes it."""
    chosen = random.Random(1)
    message = profile_message()()
    strings: dict[str, int] = {"": 0}

    def text(one: str) -> int:
        return strings.setdefault(one, len(strings))

    for name, unit in (
        ("alloc_objects", "count"),
        ("alloc_space", "bytes"),
        ("inuse_objects", "count"),
        ("inuse_space", "bytes"),
    ):
        message.sample_type.add(type=text(name), unit=text(unit))
    for number in range(1, FUNCTIONS + 1):
        message.function.add(
            id=number,
            name=text(f"example.com/gateway/part{number % 20}.(*Type).function{number}"),
            filename=text("file.go"),
        )
    for number in range(1, FUNCTIONS * 10 + 1):
        message.location.add(id=number).line.add(function_id=number % FUNCTIONS + 1, line=number)
    prefixes = [[chosen.randrange(1, FUNCTIONS * 10) for _ in range(DEPTH - 6)] for _ in range(500)]
    bytes_key = text("bytes")
    for _ in range(samples):
        size, count = chosen.choice((16, 64, 512, 4096)), chosen.randrange(1, 50)
        sample = message.sample.add(value=[count * 3, count * 3 * size, count, count * size])
        sample.location_id.extend([chosen.randrange(1, FUNCTIONS * 10) for _ in range(6)] + chosen.choice(prefixes))
        sample.label.add(key=bytes_key, num=size)
    message.period = 1
    message.period_type.type, message.period_type.unit = text("space"), text("bytes")
    message.string_table.extend(one.encode() for one in strings)
    return gzip.compress(message.SerializeToString())


def measured(command: list[str]) -> tuple[float, float]:
    """CPU seconds, and megabytes at the peak, of a command and all that it starts."""
    run = subprocess.run([sys.executable, "-c", MEASURE, *command], capture_output=True, text=True, check=True)
    cpu, peak = map(float, run.stdout.split())
    return cpu, peak


def told(what: str, command: list[str], rounds: int) -> tuple[float, float]:
    """Prints and gives the median of some rounds."""
    runs = [measured(command) for _ in range(rounds)]
    cpu, peak = statistics.median(one for one, _ in runs), statistics.median(one for _, one in runs)
    print(f"{what:28} {cpu:6.2f} s CPU  {peak:7.0f} MB")
    return cpu, peak


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--samples", type=int, default=100_000)
    options.add_argument("--allocations", type=int, default=1_000_000)
    options.add_argument("--rounds", type=int, default=3)
    wanted = options.parse_args()
    gwdiag = [sys.executable, "-m", "gwdiag", "heap"]
    with tempfile.TemporaryDirectory() as folder:
        big = Path(folder) / "big.pb.gz"
        big.write_bytes(profile(wanted.samples))
        ours = told("gwdiag heap top", [*gwdiag, "top", str(big), "-o", "json"], wanted.rounds)
        if go := shutil.which("go"):
            its = told("go tool pprof -top", [go, "tool", "pprof", "-symbolize=none", "-top", str(big)], wanted.rounds)
            print(f"{'ratio':28} {ours[0] / its[0]:6.2f}        {ours[1] / its[1]:10.2f}")
        captures = [str(Path(folder) / f"{number}.bin") for number in (1, 2)]
        for one in captures:
            subprocess.run([sys.executable, "-c", RECORD, one, str(wanted.allocations)], check=True)
        told("gwdiag heap diff (memray)", [*gwdiag, "diff", *captures, "-o", "json"], wanted.rounds)


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    main()
