"""A budget: so much at once, and after that so much a second."""


class Budget:
    """Count what is spent against what comes in over time.

    A budget may be overdrawn; it is balanced again later.
    """

    __slots__ = ("_at", "_burst", "_left", "_per_second")

    def __init__(self, *, burst: float, per_second: float) -> None:
        """Start with a full budget."""
        self._burst = burst
        self._per_second = per_second
        self._left = burst
        self._at = 0.0

    def spend(self, amount: float, now: float) -> float:
        """Spend something at this time (s); return the seconds until it is balanced."""
        self._refill(now)
        self._left -= amount
        return max(0.0, -self._left / self._per_second)

    def afford(self, amount: float, now: float) -> float:
        """Spend something if there is enough; else return the seconds until then."""
        self._refill(now)
        if amount > self._left:
            return (amount - self._left) / self._per_second
        self._left -= amount
        return 0.0

    def _refill(self, now: float) -> None:
        """Add what has come in since."""
        self._left = min(self._burst, self._left + (now - self._at) * self._per_second)
        self._at = now
