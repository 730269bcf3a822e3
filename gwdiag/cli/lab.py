"""`gwdiag lab`: incidents played on this machine, for training and for trying triage on what it has never seen."""

from pathlib import Path
from typing import Annotated

import typer

from gwdiag.cli import Command
from gwdiag.cli._options import FailOn, Output, OutputFile, OutputOption
from gwdiag.cli._output import say, show, write
from gwdiag.model.problem import Exit, Problem

lab = typer.Typer(
    help="Play incidents with the reference gateway on this machine, and see what triage says of them.",
    rich_markup_mode=None,
    no_args_is_help=True,
)

Loopback = Annotated[
    bool, typer.Option("--loopback", help="Without network namespaces, on addresses of 127.0.0.0/8; fewer causes.")
]


@lab.command("list")
def list_(loopback: Loopback = False, output: OutputOption = Output.TEXT, output_file: OutputFile = None) -> None:
    """List the causes, and which of them cannot be played here and why."""
    from gwdiag.lab.report import list_of, listed

    report = list_of(is_loopback=loopback)
    own = (lambda *_: listed(report)) if output is Output.TEXT else None
    show(report, output, output_file, FailOn.NEVER, no_color=True, render=own)


@lab.command("run")
def run(
    cause: Annotated[
        list[str] | None, typer.Argument(metavar="CAUSE...", help="A cause; two that are to come at once.")
    ] = None,
    every: Annotated[
        bool, typer.Option("--all", help="Each cause that can be played here, one after the other.")
    ] = False,
    pairs: Annotated[
        int, typer.Option(metavar="N", min=0, help="N pairs of causes, each at once; beside --all or alone.")
    ] = 0,
    folder: Annotated[Path, typer.Option(metavar="DIR", help="Where cases and labels go.")] = Path("gwdiag-lab"),
    seed: Annotated[
        int | None, typer.Option(metavar="N", help="Names, rates, times and sizes are drawn from it.")
    ] = None,
    duration: Annotated[float, typer.Option(metavar="S", min=5, help="Seconds; some causes take more.")] = 34.0,
    jobs: Annotated[
        int, typer.Option(metavar="N", min=1, help="So many cases at once, where they do not need the whole CPU.")
    ] = 1,
    loopback: Loopback = False,
    triage: Annotated[bool, typer.Option(help="Run triage on the cases and count how often it is right.")] = True,
    blind: Annotated[
        bool, typer.Option("--blind", help="For training: any cause, and no word of which. Its label tells.")
    ] = False,
    output: OutputOption = Output.TEXT,
    output_file: OutputFile = None,
) -> None:
    """Play a cause, or two at once, and let triage name it.

    gwdiag lab run upstream_down

    gwdiag lab run upstream_down tls_cert_expired --seed 7
    """
    import random

    from gwdiag.lab import casting
    from gwdiag.lab.report import Score

    seed = random.randrange(10**6) if seed is None else seed
    orders = casting.orders(
        cause or [],
        every=every,
        pairs=pairs,
        blind=blind,
        folder=folder,
        seed=seed,
        duration=duration,
        is_loopback=loopback,
        warn=say,
    )
    score = Score(is_blind=blind)
    is_text, is_interrupted = output is Output.TEXT, False
    try:
        for played in casting.played(orders, jobs):
            words = score.add(played, with_triage=triage and not blind)
            if is_text:
                write(words, None)
            else:
                say(words.partition("\n")[0])
    except KeyboardInterrupt:
        is_interrupted = True
    if is_text:
        write(score.total(), None)
    else:
        show(score.report(is_interrupted=is_interrupted), output, output_file, FailOn.NEVER, no_color=True)
    if is_interrupted:
        say("interrupted")
        raise typer.Exit(Exit.INTERRUPTED)
    if score.failed:
        raise Problem(f"{score.failed} of {len(orders)} cases could not be played", Exit.NOTHING_DONE)
    raise typer.Exit(Exit.FINDINGS if score.wrong else Exit.OK)


LAB = Command(lab)
