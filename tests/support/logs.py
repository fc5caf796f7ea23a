"""Reading the log as an owner would."""

import logging

import pytest

_NOTICE = "which has not been tested by Home Assistant"
# On a busy machine asyncio counts what took long.
_STOPWATCH = "asyncio"


def complaints(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Return what was logged above info, tracebacks as such; the usual notice apart."""
    return [
        f"Traceback: {record.getMessage()}" if record.exc_info else record.getMessage()
        for record in caplog.records
        if record.levelno >= logging.WARNING
        and record.name != _STOPWATCH
        and _NOTICE not in record.getMessage()
    ]
