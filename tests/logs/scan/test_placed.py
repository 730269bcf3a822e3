"""Fields are where the template has them: as an expression would read the same lines."""

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gwdiag.logs.scan.page import anchors, pages
from gwdiag.logs.scan.placed import placed_layouts
from gwdiag.logs.scan.spec import Placed
from tests.logs.scan.test_page import Stream

TEMPLATES = {
    "{#a}/{b}": r"(\d{1,8}|-)/(.*)",
    "{#a}-{b}": r"(\d{1,8})-(.*)",
    "{-a}/{b} {c}": r"(-?\d{1,8})/([^ ]*) (.*)",
    "{a} /{b}/ {c}": r"([^ ]*) /([^/]*)/ (.*)",
    "{a}: {-b}": r"([^:]*): (-?\d{1,8})",
}
VALUE = st.text("0179-/: ", max_size=4) | st.from_regex(r"\A-?[0-9]{1,9}\Z") | st.text("ab", max_size=40)


@pytest.mark.parametrize("template", TEMPLATES)
@given(data=st.data())
def test_the_same_lines_and_fields(template: str, data: st.DataObject):
    plain = re.sub(r"\{.(?=\w\})", "{", template)
    line = st.builds(lambda a, b, c: plain.format(a=a, b=b, c=c), VALUE, VALUE, VALUE)
    lines = data.draw(st.lists(line, min_size=1, max_size=20))
    [page] = pages(Stream("".join(f"{line}\n" for line in lines).encode()))
    places = anchors(page, ord('"'))

    [layout, *_] = placed_layouts(Placed(time="a", templates=(template,)))
    fields = layout.fields(page, np.arange(len(lines)), places.first, places.places)

    seen = [re.fullmatch(TEMPLATES[template], line) for line in lines]
    assert fields.lines.tolist() == [number for number, one in enumerate(seen) if one]
    assert [tuple(fields.spans[name].text(page, row) for name in fields.spans) for row in range(len(fields.lines))] == [
        one.groups() for one in seen if one
    ]
