"""Giving up on who says nothing."""

import asyncio

# A timer that is moved for every word costs more than to hear the word. This part of
# the time is what it may come late, so that it is seldom moved.
_SLACK = 1 / 16


def wait_longer(limit: asyncio.Timeout, seconds: float) -> None:
    """Let a limit run out `seconds` from now, or up to a sixteenth of that later."""
    due = asyncio.get_running_loop().time() + seconds
    when = limit.when()
    if when is None or not due <= when <= due + seconds * _SLACK:
        limit.reschedule(due + seconds * _SLACK)
