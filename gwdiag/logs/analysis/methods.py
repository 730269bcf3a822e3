"""Do only some methods fail? Go repeats a GET by itself when an idle connection turns out dead, a POST it cannot."""

from collections import Counter
from collections.abc import Container, Iterator

from gwdiag.logs.analysis import Question, View, note
from gwdiag.logs.tally import Value
from gwdiag.model.finding import Finding
from gwdiag.model.words import by_chance, number, percent

CONCERNS = ("upstream_reset", "upstream_closed")
SAFE = {"GET", "HEAD", "OPTIONS", "TRACE"}
"""Methods that net/http repeats on a fresh connection (RFC 9110 section 9.2.1 calls them safe)."""
SURE = 1e-4


def answer(view: View) -> Iterator[Finding]:
    for seen in view.frequent:
        if seen.id not in CONCERNS:
            continue
        failed = by_method(view.tally.failures_by[seen.id, "method"], seen.scope.apis)
        asked = by_method(view.tally.requests_by["method"], seen.scope.apis)
        if not failed or SAFE & failed.keys():
            continue
        share = sum(count for method, count in asked.items() if method not in SAFE) / asked.total()
        chance = share ** failed.total()
        if chance < SURE:
            yield note(
                view,
                seen,
                id="only_unsafe_methods",
                title="Only requests that are not repeated fail",
                says=f"All {number(failed.total())} were {'/'.join(sorted(failed))}, which are {percent(share)} of the "
                f"requests; {by_chance(chance)}. The gateway repeats a GET silently when a kept connection turns out "
                "dead, so this is what a keep-alive race looks like.",
                value=share,
                unit="share of requests",
            )


def by_method(counts: Counter[Value], apis: Container[str]) -> Counter[str]:
    """Requests of these APIs by method."""
    total: Counter[str] = Counter()
    for (api, method), count in counts.items():
        if api in apis:
            total[method] += count
    return total


METHODS = Question(asks="Do only some methods fail?", answer=answer)
