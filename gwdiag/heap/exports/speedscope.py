"""What speedscope.app reads. Source: github.com/jlfwong/speedscope, src/lib/file-format-spec.ts."""

import json

from gwdiag._version import __version__
from gwdiag.heap.exports import Export
from gwdiag.heap.picture import Picture, Stack

SCHEMA = "https://www.speedscope.app/file-format-schema.json"


def write(picture: Picture) -> bytes:
    """One profile; of a difference two: what grew, and what shrank."""
    frames: dict[str, int] = {}
    grew = [one for one in picture.stacks if one.value > 0]
    shrank = [one for one in picture.stacks if one.value < 0]
    name = f"{picture.sample} of {picture.path.name}"
    profiles = [_profile(f"{name}: grew" if picture.base else name, grew, picture.unit, frames)]
    if shrank:
        profiles.append(_profile(f"{name}: shrank", shrank, picture.unit, frames))
    whole = {
        "$schema": SCHEMA,
        "name": picture.path.name,
        "exporter": f"gwdiag {__version__}",
        "activeProfileIndex": 0,
        "shared": {"frames": [{"name": one} for one in frames]},
        "profiles": profiles,
    }
    return json.dumps(whole).encode()


def _profile(name: str, stacks: list[Stack], unit: str, frames: dict[str, int]) -> dict[str, object]:
    return {
        "type": "sampled",
        "name": name,
        "unit": "bytes" if unit == "bytes" else "none",
        "startValue": 0,
        "endValue": sum(abs(one.value) for one in stacks),
        "samples": [[frames.setdefault(function, len(frames)) for function in one.trail] for one in stacks],
        "weights": [abs(one.value) for one in stacks],
    }


SPEEDSCOPE = Export(title="speedscope's JSON", write=write)
