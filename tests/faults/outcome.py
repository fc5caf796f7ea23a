"""Going through one cell of the matrix, and what came of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import override

from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import STATE_UNAVAILABLE
from homeassistant.helpers import issue_registry as ir

from custom_components.meter_bridge.const import DOMAIN

from .cell import Cell
from .mishap import Mishap, Sees
from .truth import Fate


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What the owner saw, which message was shown, and after how long all was well."""

    sees: Sees
    says: str | None
    seconds: float

    @override
    def __str__(self) -> str:
        """Say it in a cell of the table."""
        return f"{self.sees} `{self.says}`" if self.says else str(self.sees)


async def endure(cell: Cell, mishap: Mishap) -> Outcome:
    """Cause a mishap, see what the owner sees, heal it, and wait until all is well."""
    alive = {
        key for key, state in cell.shown.items() if state.state != STATE_UNAVAILABLE
    }
    cell.haste.hurry(is_on=mishap.is_slow)
    await mishap.cause(cell)
    fates: Mapping[str, Fate] = {}
    for _ in range(mishap.rounds):
        fates = await cell.round(mishap.step, mishap.then, is_polled=mishap.is_polled)
    seen, said = _seen(cell, fates), _said(cell)
    if mishap.cure:
        await mishap.cure(cell)
    cell.heal()
    seconds = 0.0
    step = max(20.0, mishap.back_within / 20)
    while seconds < mishap.back_within:
        fates = await cell.wait(step)
        seconds += step
        if alive <= fates.keys() and not cell.late(fates):
            break
    late = cell.late(fates)
    assert not late, f"after {seconds} s: {late}, {cell.coordinator.last_exception}"
    assert alive <= fates.keys()
    assert cell.coordinator.last_update_success
    assert cell.entry.state is ConfigEntryState.LOADED
    assert (cell.entry.runtime_data is cell.coordinator) or mishap.reloads
    issues = {
        issue.translation_key
        for issue in ir.async_get(cell.hass).issues.values()
        if issue.domain == DOMAIN
    }
    assert issues == ({mishap.reports} if seen is Sees.HELD else set()) - {None}
    return Outcome(sees=seen, says=said, seconds=seconds)


def _seen(cell: Cell, fates: Mapping[str, Fate]) -> Sees:
    """Tell what an owner sees by what became of what meters measure."""
    measured = {
        key: fate
        for key, fate in fates.items()
        if cell.is_measured(key) and (fate is Fate.GONE or key not in cell.truth.seldom)
    }
    kinds = set(measured.values())
    if Fate.GONE in kinds:
        return Sees.GONE if kinds == {Fate.GONE} else Sees.PART
    if Fate.BACK in kinds:
        return Sees.BACK
    if Fate.KEPT not in kinds:
        return Sees.LIVE
    kept = {key for key, fate in measured.items() if fate is Fate.KEPT}
    is_count = all(cell.state_class(key).startswith("total") for key in kept)
    return Sees.HELD if is_count and Fate.LIVE in kinds else Sees.KEPT


def _said(cell: Cell) -> str | None:
    """Return which error's message is shown."""
    coordinator = cell.coordinator
    if coordinator.last_update_success:
        return None
    return getattr(coordinator.last_exception, "translation_key", None) or "?"
