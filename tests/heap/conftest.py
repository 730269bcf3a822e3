"""What tests of whole subcommands need."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from gwdiag.schema import json_schema
from tests.conftest import Run

Report = Callable[..., dict[str, Any]]


@pytest.fixture(scope="session")
def schema() -> Draft202012Validator:
    return Draft202012Validator(json_schema(), format_checker=Draft202012Validator.FORMAT_CHECKER)


@pytest.fixture
def report(gwdiag: Run, schema: Draft202012Validator) -> Report:
    """Runs `gwdiag heap ...` and gives its JSON, which the schema must allow, with the status it ended with."""

    def run(*args: object, status: int = 0) -> dict[str, Any]:
        ended = gwdiag("heap", *args, "-o", "json")
        assert ended.returncode == status, ended.stderr
        found: dict[str, Any] = json.loads(ended.stdout)
        assert [error.message for error in schema.iter_errors(found)] == []
        return found | {"stderr": ended.stderr}

    return run
