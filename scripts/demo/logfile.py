"""Look through Home Assistant's log for what the integration is to blame for."""

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
import re

from .bridges import DOMAIN
from .home_assistant import REPOSITORY

START = re.compile(r"^\d{4}-\d\d-\d\d \S+ (?P<level>[A-Z]+) \(", re.MULTILINE)
SERIOUS = {"WARNING", "ERROR", "CRITICAL"}
# Home Assistant greets every custom integration with this one.
GREETING = "We found a custom integration"


def suspects(log: Path) -> list[str]:
    """Return each serious record, traceback included, that names the integration."""
    return [
        record.strip()
        for level, record in _records(log.read_text())
        # The folder that all of this lives in may well bear our name.
        if DOMAIN in record.replace(str(REPOSITORY), "")
        and (level in SERIOUS or "Traceback (most recent call last)" in record)
        and GREETING not in record
    ]


def _records(text: str) -> Iterator[tuple[str, str]]:
    """Yield level and text of each record, its further lines with it."""
    starts = list(START.finditer(text))
    edges = [*(start.start() for start in starts), len(text)]
    for start, (begin, end) in zip(starts, pairwise(edges), strict=True):
        yield start["level"], text[begin:end]
