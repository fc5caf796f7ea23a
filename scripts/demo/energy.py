"""Configure the Energy dashboard and ask Home Assistant what it thinks of it."""

from collections.abc import Iterable
from dataclasses import dataclass

from .api import Api
from .entities import NET_POWER, Entity

IMPORT, EXPORT = "_1.8.0", "_2.8.0"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Issue:
    """Read one complaint; each affected entity comes with a detail."""

    type: str
    affected_entities: list[tuple[str, float | str | None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Validation:
    """Read the complaints, a list for each source."""

    energy_sources: list[list[_Issue]]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Statistic:
    """Read a statistic that the recorder keeps or is about to."""

    statistic_id: str


async def configure(api: Api, entities: Iterable[Entity]) -> str | None:
    """Make a bridge that reads import, export and power the grid; return its key."""
    readings: dict[str, dict[str, str]] = {}
    for entity in entities:
        for code in (IMPORT, EXPORT, NET_POWER):
            if entity.unique_id.endswith(code):
                readings.setdefault(entity.bridge, {})[code] = entity.entity_id
    if not readings:
        return None
    bridge = max(readings, key=lambda key: len(readings[key]))
    grid = readings[bridge]
    source: dict[str, object] = {
        "type": "grid",
        "stat_energy_from": grid.get(IMPORT),
        "stat_energy_to": grid.get(EXPORT),
        "cost_adjustment_day": 0,
    }
    if power := grid.get(NET_POWER):
        source["power_config"] = {"stat_rate": power}
    await api.send("energy/save_prefs", energy_sources=[source], device_consumption=[])
    return bridge


async def complaints(api: Api) -> list[str]:
    """Return what Home Assistant finds wrong with the Energy dashboard."""
    validation = await api.ask(_Validation, "energy/validate")
    # The recorder compiles statistics every five minutes and defines one at the first
    # run that sees its entity; until then it lists those that it is going to define.
    listed = await api.ask(list[_Statistic], "recorder/list_statistic_ids")
    coming = {statistic.statistic_id for statistic in listed}
    return [
        f"{entity_id}: {issue.type}" + (f" ({detail})" if detail else "")
        for issues in validation.energy_sources
        for issue in issues
        for entity_id, detail in issue.affected_entities
        if issue.type != "statistics_not_defined" or entity_id not in coming
    ]
