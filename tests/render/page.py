"""A page of HTML, taken apart: what a reader sees of it, and whether it is whole."""

from html.parser import HTMLParser

VOID = {"meta", "br", "hr"}
LEADS_ELSEWHERE = {"href", "src", "action", "xlink:href", "srcset", "data"}


class Page(HTMLParser):
    """`texts`: what stands in it, piece by piece; `tags`: the names of its elements.

    AssertionError where an element is not closed, or anything in it leads anywhere or runs. `may_link`: links are fine.
    """

    def __init__(self, text: str, *, may_link: bool = False) -> None:
        super().__init__(convert_charrefs=True)
        self._may_link = may_link
        self.texts: list[str] = []
        self.tags: list[str] = []
        self._open: list[str] = []
        self.feed(text)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert not any((value or "").strip().lower().startswith("javascript:") for _, value in attrs)
        assert (self._may_link and tag == "a") or not LEADS_ELSEWHERE & {name for name, _ in attrs}
        assert not any(name.startswith("on") for name, _ in attrs)
        self.tags.append(tag)
        if tag not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open, f"</{tag}> closes nothing"
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if data.strip() and "style" not in self._open:
            self.texts.append(data.strip())
