#!/usr/bin/env python3
"""How fast `gwdiag logs` is, beside other tools that are asked the same, and whether its counts are true.

    python benchmarks/logs.py [--size 300M] [--rounds 5] [--only tyk-text,start] [--work DIR] [--results FILE]

Every comparison is of whole processes in alternating rounds, by CPU time where one core is the question. Tools that are
not here are left out, and it is said. See README.md beside this file.
"""

import argparse
import os
import signal
import sys
import tempfile
from pathlib import Path

from bench import MB, Bench
from generate import size_of
from line_shapes import SHAPES
from parts import PARTS
from results import markdown, troubles


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--size", type=size_of, default=size_of("300M"), help="of the largest log but for memory [300M]"
    )
    parser.add_argument("--rounds", type=int, default=5, help="measured ones, after one to warm up [5]")
    parser.add_argument("--only", default="", metavar="PART,...", help=f"of {', '.join(PARTS)}")
    parser.add_argument("--formats", default="", metavar="FORMAT,...", help="of the other formats only these")
    parser.add_argument("--work", type=Path, help="where the logs are made, and kept [a folder that is removed]")
    parser.add_argument("--results", type=Path, help="write the tables there; without it, to standard output")
    parser.add_argument("--core", type=int, default=max(os.sched_getaffinity(0)), help="which one, where one is used")
    options = parser.parse_args()
    options.only = [part for part in options.only.split(",") if part]
    options.formats = tuple(name for name in options.formats.split(",") if name)
    if unknown := (set(options.only) - PARTS.keys()) | (set(options.formats) - SHAPES.keys()):
        parser.error(f"no such part or format: {', '.join(sorted(unknown))}")
    return options


def main() -> None:
    options = parse()
    command = f"python benchmarks/logs.py --size {options.size / MB:g}M --rounds {options.rounds}"
    command += f" --only {','.join(options.only)}" if options.only else ""
    command += f" --formats {','.join(options.formats)}" if options.formats else ""
    # As Ctrl-C does: a run that is stopped leaves nothing behind, and the logs are large.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    # The same for all that is started: times without a zone are UTC, and nobody colours or asks the terminal.
    os.environ |= {"TZ": "UTC", "NO_COLOR": "1"}
    with tempfile.TemporaryDirectory(prefix="gwdiag-benchmarks-") as temporary:
        work = options.work or Path(temporary)
        work.mkdir(parents=True, exist_ok=True)
        bench = Bench(work, options.size, options.rounds, options.core, options.work is not None, options.formats)
        sections = []
        for part in options.only or PARTS:
            bench.say(f"== {part}")
            sections.append(PARTS[part](bench))
            text = markdown(sections, bench.versions, bench.skipped, command)
            if options.results:  # also so far: a whole run is long
                options.results.write_text(text)
    if not options.results:
        print(text)
    # What is not reached is a matter of the machine as well; what is wrong is wrong everywhere.
    sys.exit(bool(troubles(sections)))


if __name__ == "__main__":
    main()
