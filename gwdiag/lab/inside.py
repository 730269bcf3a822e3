"""The process that plays one case, in namespaces of its own or not. It ends with its input, and all its own with it."""

import json
import os
import sys
import threading
import traceback

from gwdiag.lab.play import Order, play
from gwdiag.model.problem import Problem

BUG = 70
"""The status where something unexpected was raised. sysexits.h, EX_SOFTWARE."""


def _end_with_input() -> None:
    while os.read(0, 4096):
        pass
    os._exit(1)


def main() -> None:
    given = json.loads(sys.argv[1])
    threading.Thread(target=_end_with_input, daemon=True).start()
    try:
        play(Order(**{**given, "causes": tuple(given["causes"])}))
    except Problem as problem:
        sys.stderr.write(f"{problem}\n")
        sys.stderr.flush()
        os._exit(problem.status)
    except BaseException:
        traceback.print_exc()
        os._exit(BUG)
    os._exit(0)


if __name__ == "__main__":
    main()
