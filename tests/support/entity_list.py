"""The page that lists every entity, generated from Home Assistant's registries."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr, entity_registry as er

from custom_components.meter_bridge.bridges import BRIDGES

PAGE = Path(__file__).parents[2] / "docs" / "entities.md"
COMMAND = "scripts/test tests/repository/test_entity_list.py --snapshot-update"

_HEAD = """\
# Every entity of every bridge

A value that a bridge or its meter does not send has no entity, so yours will have
fewer. Entities that are *off* at first are disabled; enable them in their settings. If
an entity belongs to a device below the bridge, its name begins with that device.

Energy is counted in kWh, and power is positive while you import. The entities of an
eGauge have the names that you gave to its registers; those below are examples.
"""
_FOOT = f"The list is written by `{COMMAND}`.\n"
_COLUMNS = ("Entity", "Kind", "Class", "Unit", "Category", "At first")


def section(hass: HomeAssistant, key: str, entry_id: str) -> str:
    """Return the section with the entities of one entry."""
    entities = er.async_entries_for_config_entry(er.async_get(hass), entry_id)
    rows = sorted(_row(hass, each) for each in entities)
    lines = [_line(_COLUMNS), _line(["---"] * len(_COLUMNS)), *map(_line, rows)]
    return "\n".join([f"## {BRIDGES[key].name}", "", *lines, ""])


def page(sections: Iterable[str]) -> str:
    """Return the page."""
    return "\n".join([_HEAD, *sections, _FOOT])


def sections(text: str) -> Iterator[str]:
    """Split a page into the results of `section`."""
    for part in text.split("\n## ")[1:]:
        yield f"## {part.removesuffix(_FOOT).rstrip()}\n"


def _row(hass: HomeAssistant, entity: er.RegistryEntry) -> tuple[str, ...]:
    """Return the row of one entity."""
    device = dr.async_get(hass).async_get(entity.device_id or "")
    name = entity.original_name or ""
    if isinstance(device, dr.DeviceEntry) and device.via_device_id:
        name = f"{device.name}: {name}"
    return (
        name,
        entity.domain.replace("_", " "),
        str(entity.original_device_class or "").replace("_", " "),
        entity.unit_of_measurement or "",
        entity.entity_category or "",
        "off" if entity.disabled else "on",
    )


def _line(cells: Iterable[str]) -> str:
    """Return a row as Markdown."""
    return f"| {' | '.join(cells)} |"
