"""Which answers are not the gateway's own? Tyk never answers 502 by itself."""

from collections.abc import Iterator

from gwdiag.logs.analysis import Question, View, note
from gwdiag.model.finding import Finding
from gwdiag.model.words import counted


def answer(view: View) -> Iterator[Finding]:
    for seen in view.troubles:
        statuses = view.tally.failures_by[seen.id, "status"]
        count = sum(number for (_, status), number in statuses.items() if status == "502")
        if seen.id == "upstream_5xx" and count and view.is_tyk(seen.nodes):
            yield note(
                view,
                seen,
                id="foreign_502",
                title="502 that is not Tyk's own",
                says=f"{counted(count, 'of them is a 502', 'of them are 502s')}. Tyk never answers 502 by itself: a "
                "failed connection is its 500. The upstream, or a balancer before it, did.",
                value=count,
                unit="requests",
            )


NOT_THE_GATEWAY = Question(asks="Which answers are not the gateway's own?", answer=answer)
