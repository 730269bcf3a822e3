"""The quick way to the fields of a line of logrus gives what the thorough one gives."""

from hypothesis import given, settings
from hypothesis import strategies as st

from gwdiag.logs.formats._logrus import _any_fields, _Layout, _plain_fields
from tests.conftest import SAMPLES

PIECES = st.lists(
    st.sampled_from(
        ["time=", "level=", "a", "key", "=", " ", "  ", '"', "\\", '\\"', "x y", "\t", "\x1d", "é", "(", ".", "/"]
    )
    | st.text(max_size=3),
    max_size=14,
).map("".join)


def test_lines_as_tyk_writes_them():
    lines = (SAMPLES / "formats/logrus_text.log").read_text("utf-8").splitlines()

    assert _plain_fields(lines[0]) is not None
    for line in lines:
        assert _plain_fields(line) in (_any_fields(line), None)


def test_the_keys_of_a_line_before():
    layout = _Layout(("time", "level", "a.b", "path"))

    assert layout.fields('time="Nov 20 02:00:00" level=error a.b= path="/x y"') == {
        "time": "Nov 20 02:00:00",
        "level": "error",
        "a.b": "",
        "path": "/x y",
    }
    for other in ("axb=1", "a.b=1  ", 'a.b="1" ', 'a.b="\\"" path=', "a.b=1=2", "a.b=é path=", "a.b=\t", "a.b=1 x=2"):
        assert layout.fields(f"time=1 level=error {other} path=/") is None


def test_escaped_quotes_do_not_make_it_slow():
    line = r'time="Nov 20 02:00:00" level=error msg="Get \"http://a\\b\": dial\n" path=/a=b'

    assert _plain_fields(line) == {
        "time": "Nov 20 02:00:00",
        "level": "error",
        "msg": 'Get "http://a\\b": dial\n',
        "path": "/a=b",
    }


@given(line=PIECES)
@settings(max_examples=1000, deadline=None)
def test_any_line(line):
    found = _plain_fields(line)

    assert found is None or list(found.items()) == list(_any_fields(line).items())


@given(
    values=st.lists(
        st.sampled_from(["", '""', '"', "\\", "a", '"a b"', "a b", "=", "é", "\t", "\x7f"]) | st.text(), max_size=4
    )
)
@settings(max_examples=1000, deadline=None)
def test_any_line_of_known_keys(values):
    line = " ".join(f"k{number}={value}" for number, value in enumerate(values))
    found = _Layout(tuple(f"k{number}" for number in range(len(values)))).fields(line)

    assert not found or list(found.items()) == list((_plain_fields(line) or {}).items())
