"""Lines that are damaged in all ways give the same answers, whichever way they are read.

Of an object one thing is left out: that it is damaged where no field is. The quick way does not look there.
"""

import json
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gwdiag.logs.formats import formats
from tests.logs.scan.test_both_ways import BOTH
from tests.logs.scan.ways import differences, lines_of

BYTES = st.sampled_from(list(b' "\\=:,{}[]/-0129aZ.?#&|+_;\x00\x01\t\x1b\x1c\xc3\xff'))
PIECES = st.sampled_from(
    [
        *(
            b" status=500 ",
            b',"status":500,',
            b'\\"',
            b"\\\\",
            b'" "',
            b"a=b",
            b"x: y",
            b"{",
            b"0.041, 0.002",
            b"-1",
            b"null",
        ),
        *("é".encode(), "\u2028".encode(), b"\xff\xfe", b"x" * 60, b"/" + b"y" * 300),
    ]
)
BELOW = st.sampled_from(
    [b"", b"\tat x.y(Z.java:1)", b"  more", b"panic: no", b"goroutine 1 [running]:", b"main.main()", b"Error #01: EOF"]
)


@st.composite
def damaged(draw: st.DrawFn, name: str) -> bytes:
    lines = lines_of(name, 6000, draw(st.integers(0, 50)))
    is_object = getattr(formats()[name].scan, "json", False)
    for _ in range(draw(st.integers(1, 12))):
        number = draw(st.integers(0, len(lines) - 1))
        line = lines[number]
        place = draw(st.integers(0, max(0, len(line) - 1)))
        match draw(st.sampled_from(["byte", "piece", "swap", "cut", "join", "twice", "below", "move", "crlf"])):
            case "byte":
                other = line[:place] + bytes([draw(BYTES)]) + line[place + 1 :]
                lines[number] = other if not is_object or _is_object(other) else line
            case "piece":
                other = line[:place] + draw(PIECES) + line[place:]
                lines[number] = other if not is_object or _is_object(other) else line
            case "swap":
                between = draw(st.sampled_from([b" ", b",", b'" "']))
                parts = line.split(between)
                one, two = (draw(st.integers(0, len(parts) - 1)) for _ in range(2))
                parts[one], parts[two] = parts[two], parts[one]
                other = between.join(parts)
                lines[number] = other if not is_object or _is_object(other) else line
            case "cut":
                lines[number] = line[:place]
            case "join":
                lines[number : number + 2] = [b"".join(lines[number : number + 2])]
            case "twice":
                lines.insert(number, line)
            case "below":
                lines.insert(number + 1, draw(BELOW))
            case "move":
                lines.insert(draw(st.integers(0, len(lines) - 1)), lines.pop(number))
            case "crlf":
                lines[number] = line + b"\r"
    return b"\n".join(lines) + draw(st.sampled_from([b"\n", b""]))


def _is_object(line: bytes) -> bool:
    try:
        return isinstance(json.loads(line.replace(b"\0", b"").decode("utf-8", "replace")), dict)
    except ValueError:
        return False


@pytest.mark.parametrize("name", BOTH)
@settings(derandomize=True, max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_both_ways_are_one(name: str, data: st.DataObject):
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "a.log"
        log.write_bytes(data.draw(damaged(name)))

        assert differences(log, (data.draw(st.sampled_from([300, 1000])), 1 << 16)) == []
