"""The long run, which pytest collects only for `python -m tests.soak`."""

import logging
import sys
import tracemalloc

from homeassistant.core import HomeAssistant

from tests.conftest import SetUp

from .plan import Plan
from .soak import soak


async def test_long_run(hass: HomeAssistant, set_up: SetUp, plan: Plan) -> None:
    """Days of mishaps leave nothing behind, and every bridge comes back by itself."""
    logging.getLogger().setLevel(logging.CRITICAL)
    if plan.trace:
        tracemalloc.start()
    try:
        report = await soak(hass, set_up, plan, say)
    finally:
        tracemalloc.stop()
    for line in report.lines():
        say(line)
    assert not report.complaints()


def say(line: str) -> None:
    """Print the progress."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
