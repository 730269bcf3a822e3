"""The runbooks and sample logs that come with gwdiag."""

from pathlib import Path

PACKAGE = Path(__file__).parent


def shipped(name: str) -> Path:
    """The folder `runbooks` or `sample_logs`: inside an installed package, else at the top of a checkout."""
    installed = PACKAGE / "_shipped" / name
    return installed if installed.is_dir() else PACKAGE.parent / name
