"""Pictures and exports: the page holds exact figures and needs nothing from anywhere; other forms open in their
tools."""

import gzip
import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from gwdiag.heap.exports import exports
from gwdiag.heap.picture import picture_of
from gwdiag.heap.readers import read_profile
from gwdiag.heap.totals import difference, index_of, totals_of
from tests.conftest import Run
from tests.heap.profiles import Heap
from tests.heap.test_totals import ours, pprof

SERIES = Path(__file__).parent / "series/leak"
FIRST, LAST = SERIES / "heap-00.pb.gz", SERIES / "heap-11.pb.gz"
DATA = re.compile(r"const D = (\{.*?\});\n")


def data_of(page: str) -> Any:
    seen = DATA.search(page)
    assert seen
    return json.loads(seen[1])


def paths(data: Any) -> dict[str, dict[tuple[str, ...], int]]:
    """Values by path, tree by tree."""
    found: dict[str, dict[tuple[str, ...], int]] = {}

    def walk(what: str, above: tuple[str, ...], nodes: list[Any]) -> None:
        for name, value, _, _, _, children in nodes:
            path = (*above, data["names"][name])
            found[what][path] = value
            walk(what, path, children)

    for tree in data["trees"]:
        found[tree["what"]] = {}
        walk(tree["what"], (), tree["nodes"])
    return found


def test_the_page_needs_no_network(gwdiag: Run, tmp_path):
    file = tmp_path / "growth.html"
    run = gwdiag("heap", "flame", LAST, FIRST, "-o", "html", "--output-file", file)
    page = file.read_text()

    assert (run.returncode, run.stdout, run.stderr) == (0, "", "")
    assert re.findall(r"(?:src|href)\s*=|@import|url\(|https?://|fetch\(|XMLHttpRequest", page) == []
    assert "default-src 'none'" in page


def test_areas_are_the_profile_s_bytes(gwdiag: Run):
    data = data_of(gwdiag("heap", "flame", LAST).stdout)
    totals = totals_of(read_profile(LAST), 3)
    put = ("runtime.main", "main.main", "main.(*server).handle", "main.(*leakMap).on", "main.(*leakMap).put")

    assert data["trees"][0]["value"] == totals.total
    assert paths(data)["holds"][put] == totals.functions["main.(*leakMap).put"].flat
    assert [data["kinds"][data["names"].index(name)] for name in ("runtime.main", "main.main")] == [2, 0]


def test_a_difference_has_two_trees_of_one_scale(gwdiag: Run, tmp_path):
    base = (
        Heap(period=1).add(("a", "main"), (1, 9, 1, 9)).add(("b", "main"), (1, 5, 1, 5)).write(tmp_path / "base.pb.gz")
    )
    new = (
        Heap(period=1).add(("a", "main"), (1, 2, 1, 2)).add(("b", "main"), (2, 25, 2, 25)).write(tmp_path / "new.pb.gz")
    )

    assert paths(data_of(gwdiag("heap", "flame", new, base).stdout)) == {
        "grew": {("main",): 20, ("main", "b"): 20},
        "shrank": {("main",): 7, ("main", "a"): 7},
    }


def test_a_name_cannot_end_the_script(gwdiag: Run, tmp_path):
    evil = "</script><script>alert(1)</script>&\u2028"
    page = gwdiag("heap", "flame", Heap(period=1).add((evil,), (1, 9, 1, 9)).write(tmp_path / "x.pb.gz")).stdout

    assert page.count("</script>") == 1
    assert data_of(page)["names"] == [evil]


def test_very_deep_stacks_are_cut(tmp_path):
    heap = (
        Heap(period=1).add(tuple(f"f{number}" for number in range(3000)), (1, 9, 1, 9)).write(tmp_path / "deep.pb.gz")
    )
    page = exports()["html"].write(picture_of(heap, None, None)).decode()

    assert max(map(len, paths(data_of(page))["holds"])) == 251
    assert "(deeper)" in page


def test_folded_stacks(gwdiag: Run, tmp_path):
    heap = (
        Heap(period=1).add(("a;b", "main"), (1, 9, 1, 9)).add(("c", "main"), (1, 0, 1, 0)).write(tmp_path / "x.pb.gz")
    )

    assert gwdiag("heap", "flame", heap, "-o", "folded").stdout == "main;a:b 9\n"


def test_speedscope(gwdiag: Run, tmp_path):
    base = Heap(period=1).add(("a", "main"), (1, 9, 1, 9)).write(tmp_path / "base.pb.gz")
    new = Heap(period=1).add(("b", "main"), (2, 25, 2, 25)).write(tmp_path / "new.pb.gz")
    whole = json.loads(gwdiag("heap", "flame", new, base, "-o", "speedscope").stdout)

    assert whole["$schema"] == "https://www.speedscope.app/file-format-schema.json"
    assert whole["shared"]["frames"] == [{"name": "main"}, {"name": "b"}, {"name": "a"}]
    assert [
        (one["type"], one["unit"], one["samples"], one["weights"], one["endValue"]) for one in whole["profiles"]
    ] == [
        ("sampled", "bytes", [[0, 1]], [25], 25),
        ("sampled", "bytes", [[0, 2]], [9], 9),
    ]


def test_pprof_opens_it_as_it_would_the_two_files(gwdiag: Run, tmp_path):
    file = tmp_path / "growth.pb.gz"
    assert gwdiag("heap", "flame", LAST, FIRST, "-o", "pprof", "--output-file", file).returncode == 0
    totals = [totals_of(profile, index_of(profile, "inuse_space", "")) for profile in map(read_profile, (FIRST, LAST))]

    assert gzip.decompress(file.read_bytes())
    assert pprof("-sample_index=inuse_space", file) == ours(difference(totals[:1], totals[1]))


BROWSERS = ("chromium", "chromium-browser", "google-chrome")
TRY = """<script>
document.getElementById("search").value = "leakMap"; search("leakMap");
const found = document.getElementById("found").textContent;
select(views[0], views[0].boxes[0].node); move("ArrowDown"); move("ArrowDown");
const below = document.getElementById("name").textContent;
zoom(views[0], selected); const zoomed = views[0].boxes.length;
callers(); const head = views[0].heading.textContent; reset(); own(); theme("dark");
const shown = [document.documentElement.dataset.theme, views[0].boxes.length];
document.title = JSON.stringify([found, below, zoomed > 0, head, ...shown]);
</script></body>"""


def test_it_works_in_a_browser(gwdiag: Run, tmp_path):
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if not browser:
        pytest.skip(f"there is no browser here ({', '.join(BROWSERS)})")
    page = tmp_path / "page.html"
    page.write_text(gwdiag("heap", "flame", LAST).stdout.replace("</body>", TRY))
    command = [
        browser,
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        f"--user-data-dir={tmp_path}/p",
        "--dump-dom",
        page.as_uri(),
    ]
    run = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    seen = re.search(r"<title>(.*?)</title>", run.stdout)

    assert seen, run.stderr[-500:]
    assert json.loads(seen[1]) == [
        "2 found, 11.6 MB (85 %)",
        "main.(*server).handle",
        True,
        "Callers of main.(*server).handle: 13.7 MB",
        "dark",
        8,
    ]
