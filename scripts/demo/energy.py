"""Check what the config flow has added to the Energy dashboard."""

from collections import Counter
from dataclasses import dataclass

from .api import Api
from .failure import DemoError

# Every bridge is told to add itself; only the first of each type of source may do so.
WANTED = Counter({"grid": 1, "gas": 1, "solar": 1})


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A source of the dashboard, with its statistics of energy and power."""

    type: str
    stat_energy_from: str | None = None
    stat_energy_to: str | None = None
    stat_rate: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Preferences:
    """The configuration of the dashboard."""

    energy_sources: list[Source]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Issue:
    """A problem that Home Assistant found; each affected entity has a detail."""

    type: str
    affected_entities: list[tuple[str, float | str | None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Validation:
    """The problems that Home Assistant found, a list for each source."""

    energy_sources: list[list[_Issue]]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Statistic:
    """A statistic that the recorder has, or will create."""

    statistic_id: str


async def sources(api: Api) -> list[Source]:
    """Return the sources of the dashboard."""
    try:
        return (await api.ask(_Preferences, "energy/get_prefs")).energy_sources
    except DemoError:
        # Home Assistant refuses to answer until something has been configured.
        return []


async def complaints(api: Api) -> list[str]:
    """Return the problems of the sources, those that Home Assistant finds included."""
    configured = await sources(api)
    kinds = Counter(source.type for source in configured)
    return [
        *(
            f"{kinds[kind]} sources of type {kind}"
            for kind in WANTED | kinds
            if kinds[kind] != WANTED[kind]
        ),
        *(
            f"{source.stat_energy_from}: {lacking} is missing"
            for source in configured
            for lacking in ("stat_energy_from", "stat_energy_to", "stat_rate")
            if source.type == "grid" and getattr(source, lacking) is None
        ),
        *await _objections(api),
    ]


async def _objections(api: Api) -> list[str]:
    """Return the problems that Home Assistant finds."""
    validation = await api.ask(_Validation, "energy/validate")
    # The recorder compiles statistics every five minutes, and creates one at the first
    # run after its entity appeared. Until then it lists those that it will create.
    listed = await api.ask(list[_Statistic], "recorder/list_statistic_ids")
    coming = {statistic.statistic_id for statistic in listed}
    return [
        f"{entity_id}: {issue.type}" + (f" ({detail})" if detail else "")
        for issues in validation.energy_sources
        for issue in issues
        for entity_id, detail in issue.affected_entities
        if issue.type != "statistics_not_defined" or entity_id not in coming
    ]
