"""The runbooks: plain Markdown with front matter, found by name, by error class and by root cause."""

import re
from pathlib import Path

import yaml

from gwdiag.model.dataclass import dataclass
from gwdiag.model.problem import Exit, Problem

CAUSES = "causes"
FRONT_MATTER = re.compile(r"---\n(.*?)\n---\n(.*)", re.DOTALL)
CODE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
HEADING = re.compile(r"^(#{1,6}) (.+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Runbook:
    """One page. `triggers` are the ids of the error classes that lead to it; `text` is its Markdown.

    `of_a_cause`: it is about one root cause, and its name is that cause's id.
    """

    name: str
    of_a_cause: bool
    title: str
    triggers: tuple[str, ...]
    minutes: int
    text: str

    def headings(self) -> dict[str, str]:
        """The section under each heading, by the heading's anchor as code hosts make it."""
        without_code = CODE.sub(lambda code: " " * len(code[0]), self.text)  # a comment of a shell is no heading
        marks = list(HEADING.finditer(without_code))
        sections = {}
        for index, mark in enumerate(marks):
            below = (one for one in marks[index + 1 :] if len(one[1]) <= len(mark[1]))
            end = next(below, None)
            sections[anchor(mark[2])] = self.text[mark.start() : end.start() if end else len(self.text)].rstrip() + "\n"
        return sections


def anchor(heading: str) -> str:
    """What a code host calls the place of a heading: lower case, words joined by hyphens."""
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


def read_runbooks(folder: Path) -> dict[str, Runbook]:
    """All runbooks of a folder by name: first those by symptom, then those of root causes, which lie in `causes/`.

    Raises Problem, naming the file, for one without proper front matter.
    """
    paths = [*sorted(folder.glob("*.md")), *sorted(folder.glob(f"{CAUSES}/*.md"))]
    return {path.stem: _read(path) for path in paths}


def _read(path: Path) -> Runbook:
    seen = FRONT_MATTER.fullmatch(path.read_text("utf-8"))
    if not seen:
        raise Problem(f"{path}: it has no front matter", Exit.NOTHING_DONE)
    try:
        about = yaml.safe_load(seen[1])
        return Runbook(
            name=path.stem,
            of_a_cause=path.parent.name == CAUSES,
            title=str(about["title"]),
            triggers=tuple(map(str, about["triggers"])),
            minutes=int(about["estimated_minutes"]),
            text=seen[2].lstrip("\n"),
        )
    except (KeyError, TypeError, ValueError, yaml.YAMLError) as error:
        raise Problem(f"{path}: its front matter cannot be read: {error!r}", Exit.NOTHING_DONE) from None


def section(runbooks: dict[str, Runbook], place: str) -> str:
    """The text of `name` or `name#heading`. Raises Problem where there is none."""
    name, _, heading = place.partition("#")
    if name not in runbooks:
        raise Problem(f"there is no runbook {name}; there are {', '.join(runbooks)}")
    if not heading:
        return runbooks[name].text
    sections = runbooks[name].headings()
    if heading not in sections:
        raise Problem(f"runbook {name} has no heading {heading}; it has {', '.join(sections)}")
    return sections[heading]
