"""What is asked for; it knows nothing else, for pytest to find its plugins fresh."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How long: periods of some hours, a reading every `step` seconds."""

    periods: int
    hours: int
    step: int = 10
    seed: int = 1
    trace: bool = False
