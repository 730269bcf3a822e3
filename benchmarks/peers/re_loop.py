"""The usual script: one regular expression per line, a dict of counts. Its answer is held against the truth.

re_loop.py FORMAT FILE
"""

import json
import sys
from collections import defaultdict
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))
from line_patterns import class_of, pattern


def main(name: str, path: str) -> None:
    line_of = pattern(name)
    places = line_of.groupindex
    took = places.get("took", 0)
    said = places.get("said", 0)
    keys = [number for place, number in places.items() if place not in ("took", "said")]
    groups: dict[tuple[bytes, ...], list[float]] = defaultdict(list)
    errors: dict[str, int] = defaultdict(int)
    find = line_of.search
    messages = 0
    with Path(path).open("rb") as lines:
        for line in lines:
            if not (seen := find(line)):
                continue
            if said and (message := seen[said]) is not None and (of := class_of(message)):
                errors[of] += 1
            if not took:
                messages += 1
                groups[seen.group(*keys)].append(0)
            elif (value := seen[took]) is not None:
                groups[seen.group(*keys)].append(float(value or 0))
    percentiles = []
    for values in groups.values():
        values.sort()
        percentiles.append([values[int(share * (len(values) - 1))] for share in (0.5, 0.95, 0.99)])
    print(
        json.dumps(
            {
                "requests": sum(map(len, groups.values())),
                "groups": len(groups),
                "took": sum(map(sum, groups.values())),
                "errors": dict(errors),
            }
        )
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
