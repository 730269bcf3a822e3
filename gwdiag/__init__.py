"""gwdiag: what is wrong with an API gateway, since when, where, how sure, and what to do next.

The map, in the direction that data flows:

    model           the values everything else speaks in: Event, Finding, Report. It imports nothing of gwdiag.
    error_classes   the vocabulary of failures, one file per class; which class claims a message.
    definitions     API definitions and settings of a gateway, read only as far as other parts need them.
    logs            files -> lines -> records -> events -> sums -> findings.
    limits          a node, live or recorded -> readings -> checks -> findings: what it allows, one file per check.
    heap            memory profiles -> what functions hold, what grows between them, what leaks over time.
    explain         what one pasted line means.    runbook   finds and shows the pages of runbooks/.
    render          a report in, text, JSON or Markdown out.
    cli             one file per subcommand: options in, exit status out.
"""
