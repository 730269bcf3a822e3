"""`gwdiag schema`: the JSON Schema of every report."""

from gwdiag.cli import Command
from gwdiag.cli._output import write


def schema() -> None:
    """Print the JSON Schema of what `-o json` writes."""
    import json

    from gwdiag.schema import json_schema

    write(json.dumps(json_schema(), indent=2) + "\n", None)


SCHEMA = Command(schema)
