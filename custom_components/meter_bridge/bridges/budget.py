"""A token bucket: an amount at once, and after that so much per second."""


class Budget:
    """Limit what is spent by a balance that fills up over time, up to `burst`.

    `spend` may make the balance negative; it fills up again all the same.
    """

    __slots__ = ("_at", "_burst", "_left", "_per_second")

    def __init__(self, *, burst: float, per_second: float) -> None:
        """Start with a full budget."""
        self._burst = burst
        self._per_second = per_second
        self._left = burst
        self._at = 0.0

    def spend(self, amount: float, now: float) -> float:
        """Spend at a time (s); return for how many seconds the balance is negative."""
        self._refill(now)
        self._left -= amount
        return max(0.0, -self._left / self._per_second)

    def afford(self, amount: float, now: float) -> float:
        """Spend if the balance suffices; else return the seconds until it will."""
        self._refill(now)
        if amount > self._left:
            return (amount - self._left) / self._per_second
        self._left -= amount
        return 0.0

    def _refill(self, now: float) -> None:
        """Add what the balance has gained since the last call."""
        self._left = min(self._burst, self._left + (now - self._at) * self._per_second)
        self._at = now
