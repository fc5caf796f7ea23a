"""Look at what the config flow has added to the Energy dashboard."""

from collections import Counter
from dataclasses import dataclass

from .api import Api
from .failure import DemoError

# Each bridge is asked to add itself; whoever comes first of its kind shall have done.
WANTED = Counter({"grid": 1, "gas": 1})


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Read a source, and what it takes its energy and power from."""

    type: str
    stat_energy_from: str | None = None
    stat_energy_to: str | None = None
    stat_rate: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Preferences:
    """Read how the dashboard is configured."""

    energy_sources: list[Source]


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


async def sources(api: Api) -> list[Source]:
    """Return what is configured."""
    try:
        return (await api.ask(_Preferences, "energy/get_prefs")).energy_sources
    except DemoError:
        # It refuses to answer as long as nothing has ever been configured.
        return []


async def complaints(api: Api) -> list[str]:
    """Return what is wrong with the sources, in our eyes and Home Assistant's."""
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
    """Return what Home Assistant finds wrong."""
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
