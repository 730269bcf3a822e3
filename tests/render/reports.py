"""Reports for the tests of the renderers: one with nothing in it, one with everything, one with text of strangers."""

from dataclasses import replace
from datetime import UTC, datetime

from gwdiag.model.finding import Evidence, FileSource, Finding, Remedy, Scope, Severity, Window
from gwdiag.model.report import Input, Metric, Report, Table

AT = datetime(2026, 11, 20, 8, 0, 0, tzinfo=UTC)


class Tabled(Report):
    """A report with a table and metrics of its own."""

    def tables(self) -> tuple[Table, ...]:
        return (Table("By node", ("node", "failed"), (("gw-1", "198"), ("gw-22", "3")), frozenset((1,))),)

    def metrics(self) -> tuple[Metric, ...]:
        return (("gwdiag_log_errors", "Failures.", (({"class": "dns_timeout", "node": "gw-1"}, 198.0),)),)


EMPTY = Report(command="logs", version="0.1.0", created=AT, host="gw", status="ok", summary="Nothing is wrong.")

FINDING = Finding(
    id="dns_timeout",
    severity=Severity.ERROR,
    title="The resolver did not answer",
    summary="7 of 9 requests failed so.",
    evidence=(
        Evidence(statement="7 failed requests", value=7, unit="requests"),
        Evidence(statement="lookup: i/o timeout", source=FileSource(path="gw.log", line=3), sample="the line itself"),
    ),
    about="dns_timeout",
    scope=Scope(nodes=("gw-1",)),
    window=Window(onset=AT, first=AT, last=AT),
    remedies=(
        Remedy(text="Ask the nameserver", command="dig orders.internal"),
        Remedy(text="Restart it", command="systemctl restart named", changes_state=True),
        Remedy(text="Wait"),
    ),
    runbook="dns#no-answer",
)
MORE = Finding(
    id="only_node",
    severity=Severity.INFO,
    title="Only one node",
    summary="Only gw-1.",
    evidence=(Evidence(statement="Only gw-1.", value=0.001),),
    about="dns_timeout",
)
BACKGROUND = replace(FINDING, id="auth_failed", about="auth_failed", severity=Severity.INFO, runbook=None)
NOTE = replace(
    MORE, id="a_note", about=None, summary="The logs have no access lines.", remedies=(Remedy(text="Turn on."),)
)

FULL = Tabled(
    command="logs",
    version="0.1.0",
    created=AT,
    host="gw",
    status="error",
    summary="dns_timeout 7.",
    inputs=(
        Input(path="gw.log", node="gw-1", format="go_log", bytes=900, lines=1200, events=9, first=AT, last=AT),
        Input(path="cut.gz", problem="compressed data is damaged or cut after line 7; what came before it was read"),
    ),
    findings=(FINDING, MORE, BACKGROUND, NOTE),
)

STRANGE = "\x1b[31mred\x1b[0m\x07 [bold]x[/bold] *a* _b_ `c` <script> | \r\n# h \u202e \x9b2J ![i](http://e) &lt;"
"""What somebody may have sent to a gateway, so that it stands in its log."""

HOSTILE = replace(
    EMPTY,
    summary=STRANGE,
    host=STRANGE,
    inputs=(Input(path=STRANGE, node=STRANGE, lines=1, problem=STRANGE),),
    findings=(
        replace(
            FINDING,
            id=STRANGE,
            about=STRANGE,
            title=STRANGE,
            summary=STRANGE,
            evidence=(Evidence(statement=STRANGE, source=FileSource(path=STRANGE, line=1), sample=STRANGE),),
            remedies=(Remedy(text=STRANGE, command=STRANGE),),
        ),
        replace(MORE, about=STRANGE, summary=STRANGE),
        replace(NOTE, summary=STRANGE),
    ),
)
