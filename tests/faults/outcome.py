"""Run one cell of the matrix, and record its outcome."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import override

from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import STATE_UNAVAILABLE
from homeassistant.helpers import issue_registry as ir

from custom_components.meter_bridge.const import DOMAIN

from .cell import Cell
from .mishap import Mishap, Sees
from .truth import Result

_MOST_POLLS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What the owner saw, which message was shown, and how long recovery took."""

    sees: Sees
    error: str | None
    seconds: float
    gone_after: float | None = None

    @override
    def __str__(self) -> str:
        """Return the text of the cell."""
        text = str(self.sees)
        if self.gone_after is not None:
            text += f" after {self.gone_after:.0f} s"
        return f"{text} `{self.error}`" if self.error else text


async def run_cell(cell: Cell, mishap: Mishap) -> Outcome:
    """Cause a mishap, record what the owner sees, heal it, and wait for recovery."""
    alive = {
        key for key, state in cell.shown.items() if state.state != STATE_UNAVAILABLE
    }
    cell.timeouts.shorten(is_on=mishap.is_slow)
    await mishap.cause(cell)
    results: Mapping[str, Result] = {}
    for _ in range(mishap.rounds):
        results = await cell.round(mishap.step, mishap.then, is_polled=mishap.is_polled)
    gone_after = None
    if mishap.fades:
        results, gone_after = await _fade(cell, mishap)
    seen, error = _seen(cell, results), _shown_error(cell)
    if gone_after is not None:
        seen = Sees.FADES
    if mishap.cure:
        await mishap.cure(cell)
    cell.heal()
    seconds = 0.0
    step = max(20.0, mishap.back_within / 20)
    while seconds < mishap.back_within:
        results = await cell.wait(step)
        seconds += step
        if alive <= results.keys() and not cell.late(results):
            break
    late = cell.late(results)
    assert not late, f"after {seconds} s: {late}, {cell.coordinator.last_exception}"
    assert alive <= results.keys()
    assert cell.coordinator.last_update_success
    assert cell.entry.state is ConfigEntryState.LOADED
    assert (cell.entry.runtime_data is cell.coordinator) or mishap.reloads
    issues = {
        issue.translation_key
        for issue in ir.async_get(cell.hass).issues.values()
        if issue.domain == DOMAIN
    }
    is_told = seen is Sees.HELD or mishap.reports_at_once
    assert issues == ({mishap.reports} if is_told else set()) - {None}
    return Outcome(sees=seen, error=error, seconds=seconds, gone_after=gone_after)


async def _fade(
    cell: Cell, mishap: Mishap
) -> tuple[Mapping[str, Result], float | None]:
    """Poll until all values are gone; return the last results, and after how long.

    Until then all values have to stay, and no failure may be reported. The time is None
    if they were gone at once, or never.
    """
    seconds, results = 0.0, dict[str, Result]()
    for _ in range(_MOST_POLLS):
        step = cell.seconds_between_polls
        results = await cell.round(step, mishap.then)
        seconds += step
        seen = _seen(cell, results)
        if seen is Sees.GONE:
            return results, seconds if seconds > step else None
        assert seen in {Sees.KEPT, Sees.LIVE}, seen
        assert _shown_error(cell) is None
    return results, None


def _seen(cell: Cell, results: Mapping[str, Result]) -> Sees:
    """Return what an owner sees, by the results of the meters' sensors."""
    measured = {
        key: result
        for key, result in results.items()
        if cell.is_measured(key)
        and (result is Result.GONE or key not in cell.truth.seldom)
    }
    kinds = set(measured.values())
    if Result.GONE in kinds:
        return Sees.GONE if kinds == {Result.GONE} else Sees.PART
    if Result.BACK in kinds:
        return Sees.BACK
    if Result.KEPT not in kinds:
        return Sees.LIVE
    kept = {key for key, result in measured.items() if result is Result.KEPT}
    is_count = all(cell.state_class(key).startswith("total") for key in kept)
    return Sees.HELD if is_count and Result.LIVE in kinds else Sees.KEPT


def _shown_error(cell: Cell) -> str | None:
    """Return the error whose message is shown."""
    coordinator = cell.coordinator
    if coordinator.last_update_success:
        return None
    return getattr(coordinator.last_exception, "translation_key", None) or "?"
