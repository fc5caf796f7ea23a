"""Read the log as an owner does."""

import logging

import pytest

_NOTICE = "which has not been tested by Home Assistant"
# asyncio's debug mode logs callbacks that took long, as on a busy machine.
_STOPWATCH = "asyncio"


def complaints(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Return warnings and errors, with tracebacks, except the usual warning."""
    return [
        f"Traceback: {record.getMessage()}" if record.exc_info else record.getMessage()
        for record in caplog.records
        if record.levelno >= logging.WARNING
        and record.name != _STOPWATCH
        and _NOTICE not in record.getMessage()
    ]
