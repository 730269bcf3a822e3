"""What each kind of file gives, and what damaged ones end with: one line, soon, and in little memory."""

import gzip
import struct
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gwdiag.heap.readers import read_profile, readers
from gwdiag.model.problem import Exit, Problem
from gwdiag.model.profile import Frame, Sample, ValueType
from tests.heap.profiles import TYPES, Heap, is_profile_or_problem

SERIES = Path(__file__).parent / "series"
TEXT = """\
heap profile: 3: 3000 [9: 12288] @ heap/1048576
2: 2048 [5: 5120] @ 0x1001 0x2001
#\t0x1000\tmain.keep+0x10\t\tmain.go:12
#\t0x2000\tmain.main+0x20\t\tmain.go:30

1: 952 [4: 7168] @ 0x3001
#\t0x3000\tmain.other+0x0\t\tmain.go:40

# runtime.MemStats
# Alloc = 5000
# Sys = 70000
# Stack = 400 / 4096
# LastGC = 1790000000000000000
# PauseNs = [1 2 3]
"""
JAVA = """\
--- heapz 1 ---
format = java
resolution = bytes
          4096     4 @ 0x00000003 0x00000004

 0x00000003 com.example.Cache.put (Cache.java:17)
 0x00000004 com.example.Main.main (Main.java)
"""
GOROUTINES = """\
goroutine profile: total 7
6 @ 0x1 0x2
#\t0x0\tmain.wait+0x10\tmain.go:12
#\t0x1\tmain.start+0x20\tmain.go:30

1 @ 0x9
#\t0x8\tmain.main+0x20\tmain.go:40
"""


WHOLE = Heap().add(("a",), (1, 2, 3, 4)).bytes()


def problem_of(file: Path) -> str:
    with pytest.raises(Problem) as ended:
        read_profile(file)
    assert ended.value.status is Exit.NOTHING_DONE
    return str(ended.value).removeprefix(f"{file}: ")


def written(folder: Path, data: bytes | str) -> Path:
    file = folder / "file"
    file.write_bytes(data if isinstance(data, bytes) else data.encode())
    return file


def test_protobuf_packed_by_gzip_or_not(tmp_path):
    heap = (
        Heap(build="abc").at(5).add(("leaf|inlined", "main"), (4, 64, 2, 32), size=16).add(("leaf|inlined",), (0,) * 4)
    )
    profile = read_profile(heap.write(tmp_path / "heap.pb.gz"))

    assert (profile.format, profile.types) == ("go pprof", tuple(ValueType(*one) for one in TYPES))
    assert (profile.build, profile.program, profile.period) == ("abc", "/opt/gateway/gateway", 524_288)
    assert profile.at == datetime(2026, 9, 21, 14, 13, 25, tzinfo=UTC)
    assert profile.samples == [Sample((1, 2), (4, 64, 2, 32), 16)]
    assert profile.locations == {1: (Frame("leaf", "", 7), Frame("inlined", "", 7)), 2: (Frame("main", "", 7),)}
    assert read_profile(written(tmp_path, heap.bytes())) == profile


def test_go_text_has_names_memstats_and_estimates(tmp_path):
    profile = read_profile(written(tmp_path, TEXT))

    # 1 / (1 - exp(-1024 / 524288)) is 512.5; the fraction is cut off.
    assert [one.values for one in profile.samples] == [(2562, 2624000, 1025, 1049600), (1172, 2100738, 551, 524764)]
    assert [one.size for one in profile.samples] == [1024, 952]
    assert [[profile.locations[place][0].function for place in one.stack] for one in profile.samples] == [
        ["main.keep", "main.main"],
        ["main.other"],
    ]
    assert profile.memstats == {"Alloc": 5000, "Sys": 70000, "Stack": 400, "StackSys": 4096, "LastGC": 1790 * 10**15}
    assert (profile.period, profile.at) == (524_288, datetime(2026, 9, 21, 14, 13, 20, tzinfo=UTC))


def test_text_of_one_moment_agrees_with_its_protobuf():
    text, protobuf = (read_profile(SERIES / "leak" / f"heap-11.{ending}") for ending in ("txt", "pb.gz"))

    for index in range(4):
        assert sum(one.values[index] for one in text.samples) == sum(one.values[index] for one in protobuf.samples)


def test_java_text(tmp_path):
    profile = read_profile(written(tmp_path, JAVA))

    assert profile.samples == [Sample((3, 4), (2050, 2099200), 1024)]
    assert profile.locations[3] == (Frame("com.example.Cache.put", "Cache.java", 17),)
    assert profile.locations[4] == (Frame("com.example.Main.main", "Main.java", 0),)


def test_goroutines_as_text(tmp_path):
    profile = read_profile(written(tmp_path, GOROUTINES))

    assert (profile.kind, [one.values for one in profile.samples]) == ("goroutine", [(6,), (1,)])
    assert profile.locations[1] == (Frame("main.wait", "main.go", 12),)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "it is empty: no profile in it"),
        (b"{}", "it is no profile that is known: neither Go's pprof (protobuf or text) nor a memray capture"),
        (gzip.compress(WHOLE)[:-9], "truncated: its gzip stream ends too early, the file is incomplete"),
        (WHOLE[:-1], "truncated: its last field ends too early, the file is incomplete"),
        (Heap().add(("a",), (1, 2)).bytes(), "damaged: a sample has 2 values, not 4"),
        (Heap(types=()).at(1).bytes(), "it is no profile: it does not say what its values are"),
        (TEXT[:65], "truncated or damaged: `2: 2048 [5: 5120]` is no record"),
        (TEXT.replace("2: 2", "0: 2"), "damaged: `0: 2048 [5: 5120] @ 0x1001 0x2001` has bytes without objects"),
        (TEXT.replace("0x1001", "0x1" + "0" * 16), "damaged: an address in it has more than 64 bits"),
        (TEXT.replace("@ heap/", "@ heap_v9/"), "its first line names a kind of heap profile that is not known: heap_v9"),  # noqa: E501
        (JAVA.replace(" 4 @", " 0 @"), "damaged: `4096     0 @ 0x00000003 0x00000004` has bytes without objects"),
        (JAVA.replace("java\n", "c\n", 1), "its format is c, not java"),
        (GOROUTINES.replace("6 @", "x @"), "truncated or damaged: `x @ 0x1 0x2` is no record"),
        (
            b"memray\0" + b"\0" * 64,
            "truncated: the capture was not ended or is incomplete; what was not yet freed would look like a leak",
        ),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_file_is_said_in_one_line(tmp_path, data, reason):
    assert problem_of(written(tmp_path, data)) == reason


def test_a_stack_that_leads_nowhere_is_damage(tmp_path):
    heap = Heap().add(("a",), (1, 2, 3, 4))
    heap.message.sample[0].location_id[0] = 9

    assert problem_of(written(tmp_path, heap.bytes())) == "damaged: a stack leads to a location that is not in it"
    heap.message.sample[0].location_id[0] = 1
    heap.message.sample_type[0].type = 99
    assert problem_of(written(tmp_path, heap.bytes())) == "damaged: a reference in it leads nowhere"


def test_a_file_is_of_one_kind_only(tmp_path):
    for data in (Heap().add(("a",), (1, 2, 3, 4)).bytes(), TEXT.encode(), JAVA.encode(), GOROUTINES.encode()):
        assert sum(one.claims(data) for one in readers().values()) == 1, data[:20]


def hostile() -> dict[str, bytes]:
    """Small files that ask for much memory or time."""
    many = Heap(types=(("a", "b"),))
    inlined = Heap(types=(("a", "b"),)).add(("|".join(["f"] * 2000),), (1,))
    return {
        "bomb": gzip.compress(b"\0" * (300 << 20)),
        "empty samples": gzip.compress(many.bytes() + b"\x12\x00" * 3_000_000),
        "empty locations": gzip.compress(many.bytes() + b"\x22\x00" * 5_000_000),
        "inlined": inlined.bytes(),
        "long length": many.bytes() + b"\x12\xff\xff\xff\xff\xff\xff\xff\xff\xff\x7f",
        "no end": many.bytes() + b"\x12" + b"\xff" * 100,
        "lines": gzip.compress(TEXT.encode() + b"\n" * 5_000_000),
    }


READ = """
import resource, sys
resource.setrlimit(resource.RLIMIT_AS, (2 << 30, 2 << 30))
from gwdiag.cli import main
sys.argv = ["gwdiag", "heap", "top", sys.argv[1]]
main()
"""


@pytest.mark.parametrize(
    "name", ["bomb", "empty samples", "empty locations", "inlined", "long length", "no end", "lines"]
)
def test_a_hostile_file_ends_soon_and_in_bounded_memory(tmp_path, name):
    file = written(tmp_path, hostile()[name])
    run = subprocess.run([sys.executable, "-c", READ, file], capture_output=True, text=True, timeout=60, check=False)

    assert (run.returncode, run.stdout, run.stderr.count("\n")) == (3, "", 1), run.stderr
    assert run.stderr.startswith(f"gwdiag: {file}: ")


VALID = [
    (SERIES / "leak/heap-05.pb.gz").read_bytes(),
    gzip.decompress((SERIES / "leak/heap-05.pb.gz").read_bytes())[:6000],
    TEXT.encode(),
    JAVA.encode(),
    GOROUTINES.encode(),
]


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_damage_anywhere_is_a_profile_or_one_line(tmp_path, data):
    whole = bytearray(data.draw(st.sampled_from(VALID)))
    for _ in range(data.draw(st.integers(1, 4))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    whole = whole[: data.draw(st.integers(0, len(whole)))]
    assert is_profile_or_problem(written(tmp_path, bytes(whole)))


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=300))
def test_any_bytes_are_a_profile_or_one_line(tmp_path, data):
    for begin in (b"", b"heap profile: ", b"--- heapz 1 ---\n", b"goroutine profile: total 1\n", b"memray\0"):
        assert is_profile_or_problem(written(tmp_path, begin + data))


def test_lz4_frames_are_followed_to_their_end(tmp_path):
    from gwdiag.heap.readers.memray import is_whole

    block = struct.pack("<I", 5) + b"abcde"
    frame = b"\x04\x22\x4d\x18\x40\x40\xc0" + block * 2

    assert is_whole(written(tmp_path, frame + b"\0" * 4)) is True
    assert is_whole(written(tmp_path, frame)) is False
    assert is_whole(written(tmp_path, frame[:-3])) is False
