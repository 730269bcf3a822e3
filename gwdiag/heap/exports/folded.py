"""Folded stacks, a line each: what flamegraph.pl and most viewers read. Source: github.com/brendangregg/FlameGraph."""

from gwdiag.heap.exports import Export
from gwdiag.heap.picture import Picture


def write(picture: Picture) -> bytes:
    """Of a difference only what grew: the form has no negative values."""
    lines = (
        f"{';'.join(name.replace(';', ':') for name in one.trail)} {one.value}\n"
        for one in picture.stacks
        if one.value > 0
    )
    return "".join(" ".join(line.split("\n")).rstrip() + "\n" for line in lines).encode("utf-8", "replace")


FOLDED = Export(title="folded stacks", write=write)
