"""Search Home Assistant's log for warnings and errors of the integration."""

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
import re

from .bridges import DOMAIN
from .home_assistant import REPOSITORY

START = re.compile(r"^\d{4}-\d\d-\d\d \S+ (?P<level>[A-Z]+) \(", re.MULTILINE)
SERIOUS = {"WARNING", "ERROR", "CRITICAL"}
# Home Assistant logs this warning for every custom integration.
GREETING = "We found a custom integration"


def serious_records(log: Path) -> list[str]:
    """Return warnings and errors, with tracebacks, that name the integration."""
    return [
        record.strip()
        for level, record in _records(log.read_text())
        # The name of the checkout's folder may contain that of the integration.
        if DOMAIN in record.replace(str(REPOSITORY), "")
        and (level in SERIOUS or "Traceback (most recent call last)" in record)
        and GREETING not in record
    ]


def _records(text: str) -> Iterator[tuple[str, str]]:
    """Yield the level and the text (all lines) of each record."""
    starts = list(START.finditer(text))
    edges = [*(start.start() for start in starts), len(text)]
    for start, (begin, end) in zip(starts, pairwise(edges), strict=True):
        yield start["level"], text[begin:end]
