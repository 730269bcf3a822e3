"""What `--list-formats` says."""

import json

from gwdiag.logs.formats import LogFormat, formats
from gwdiag.logs.listing import as_json, as_text

TWO = {
    "one": LogFormat(
        title="The first", read=lambda *_: None, recorded="recorded: One 1.0", cannot_tell="no " * 30 + "year"
    ),
    "two": LogFormat(title="The second", read=lambda *_: None, recorded="written after the documentation of Two"),
}


def test_a_paragraph_for_each_within_eighty_columns():
    assert as_text(TWO) == (
        "one\n"
        "    The first\n"
        "    Cannot tell: no no no no no no no no no no no no no no no no no no no no no\n"
        "    no no no no no no no no no year.\n"
        "    Samples: recorded: One 1.0.\n"
        "\n"
        "two\n"
        "    The second\n"
        "    Samples: written after the documentation of Two.\n"
    )


def test_the_same_as_json():
    assert json.loads(as_json(TWO))[1] == {
        "name": "two",
        "title": "The second",
        "cannot_tell": "",
        "recorded": "written after the documentation of Two",
    }


def test_every_format_is_listed_with_where_its_samples_are_from():
    listed = json.loads(as_json(formats()))

    assert [one["name"] for one in listed] == list(formats())
    kinds = ("recorded: ", "written after the documentation of ", "written after the source of ")
    assert [one["name"] for one in listed if not one["recorded"].startswith(kinds)] == []
