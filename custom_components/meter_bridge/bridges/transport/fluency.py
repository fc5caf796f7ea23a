"""Detect a stream that sends more than any meter."""

import asyncio

from ..budget import Budget
from ..errors import BridgeResponseError

# A meter sends a few kilobytes every second at most, and more after a silence.
_BYTES, _BYTES_PER_SECOND = 1 << 20, 1 << 16
_MESSAGES, _MESSAGES_PER_SECOND = 240, 20
# The next try; polling goes on meanwhile.
_RETRY_SECONDS = 60.0


class Fluency:
    """Budgets of bytes and messages, beyond which a stream counts as broken."""

    def __init__(self) -> None:
        """Begin with a new stream."""
        self._clock = asyncio.get_running_loop().time
        self._bytes = Budget(burst=_BYTES, per_second=_BYTES_PER_SECOND)
        self._messages = Budget(burst=_MESSAGES, per_second=_MESSAGES_PER_SECOND)

    def hear(self, size: int) -> None:
        """Count bytes; raise BridgeResponseError if they are too many."""
        self._check(self._bytes, size)

    def count_message(self) -> None:
        """Count a message or a ping; raise BridgeResponseError if it is too many."""
        self._check(self._messages, 1)

    def _check(self, budget: Budget, amount: int) -> None:
        """Spend, and raise where the budget is overdrawn."""
        if budget.spend(amount, self._clock()):
            raise BridgeResponseError(
                "The stream says more than a meter can", retry_after=_RETRY_SECONDS
            )
