"""The plan of a run. Imports nothing: pytest must import its plugins first."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The length of a run: periods of some hours, a reading every `step` seconds."""

    periods: int
    hours: int
    step: int = 10
    seed: int = 1
    trace: bool = False
