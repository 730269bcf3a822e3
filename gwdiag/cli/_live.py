"""A table on the terminal that goes on while logs are followed; nothing where there is no terminal."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING

from gwdiag.cli._output import has_colors

if TYPE_CHECKING:
    from rich.table import Table

    from gwdiag.logs.tally import Tally

MOST_NODES = 3


@contextmanager
def live_table(*, no_color: bool) -> Iterator[Callable[["Tally"], None]]:
    """What shows the sums as they are now. The table is gone from the terminal in the end."""
    if not sys.stdout.isatty():
        yield lambda _: None
        return
    from rich.console import Console
    from rich.live import Live

    console = Console(file=sys.stdout, no_color=not has_colors(no_color), highlight=False)
    with Live(console=console, auto_refresh=False, transient=True, vertical_overflow="crop") as live:
        yield lambda tally: live.update(_table(tally), refresh=True)


def _table(tally: "Tally") -> "Table":
    from rich.table import Table
    from rich.text import Text

    from gwdiag.logs.live import rows

    table = Table(title="Following, Ctrl-C for the report", title_justify="left", box=None, pad_edge=False)
    for heading, justify in (("", "left"), ("all", "right"), ("last minute", "right"), ("first", "left")):
        table.add_column(heading, justify=justify, no_wrap=True)  # type: ignore[arg-type]
    table.add_column("last", no_wrap=True)
    table.add_column("on", overflow="ellipsis", no_wrap=True)
    for row in rows(tally):
        more = f" +{len(row.nodes) - MOST_NODES}" if len(row.nodes) > MOST_NODES else ""
        table.add_row(
            row.name,
            f"{row.count:,}",
            Text(f"{row.just_now:,}", style="bold red" if row.just_now and row.name != "requests" else ""),
            _time(row.first),
            _time(row.last),
            Text(", ".join(row.nodes[:MOST_NODES]) + more),
        )
    return table


def _time(at: datetime | None) -> str:
    return f"{at:%H:%M:%S}" if at else ""
