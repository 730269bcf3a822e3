"""Building patterns from the texts that gateways print."""

import re


def any_of(*texts: str) -> re.Pattern[str]:
    """A pattern that finds any of the texts, whatever their case."""
    return re.compile("|".join(f"(?:{text})" for text in texts), re.IGNORECASE)
