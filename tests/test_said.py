"""Whatever a bridge says in its texts, people read it short and as plain text."""

from collections.abc import Iterator, Mapping
import logging
import re
from typing import override

from freezegun.api import FrozenDateTimeFactory
from homeassistant.components.update import ATTR_RELEASE_URL
from homeassistant.config_entries import ConfigEntry
from homeassistant.const import MATCH_ALL, MAX_LENGTH_STATE_STATE
from homeassistant.core import Event, HomeAssistant
from homeassistant.helpers import (
    device_registry as dr,
    entity_registry as er,
    issue_registry as ir,
)
import pytest

from custom_components.meter_bridge.bridges import BRIDGES

from .conftest import Start
from .kinds import KINDS
from .support.hours import Hours
from .support.plants import Plants
from .support.secret_bridges import full_simulator, set_up
from .support.secret_plants import plant
from .support.simulator import Simulator

_HOSTILE = "\r\n# \x1b[31m**![x](http://evil.example/x.png)** <b>_a_ www.evil.example|"
_LONG = 300
# Of what is read as Markdown, and as a line of its own.
_MARKUP = re.compile(
    r"[\[\]<>`~\\|]|://|www\.|(?<!\w)_|\*\w|(?<![\w*])\*+\S|[^ -~\u00a0-\uffff]"
)
_LONGEST_LINE = 255
# A list of twelve counters, each with a name and two levels.
_LONGEST_LIST = 1500
# Our own format of a record, before anything is filled in.
_OWN_MARKUP = re.compile(r"<[\w. ]+>")


_OF_DEVICES = (
    *("name", "model", "manufacturer", "serial_number", "sw_version", "hw_version"),
)


class Hostile(Plants):
    """Words with markup, control characters and no end, in every text that is sent."""

    @override
    def secret_for(self, key: str, value: str) -> str:
        """Return hostile words; what is read as an address or a number has a form."""
        plain = super().secret_for(key, value)
        if not plain.isalnum():
            return plain
        return self.add(key, f"{plain}{_HOSTILE}{'w' * _LONG}")


@pytest.fixture
async def simulator(simulators: Start, key: str) -> Simulator:
    """Return a simulator that says hostile words wherever it sends a text."""
    simulator = await full_simulator(simulators, key)
    # A login is the owner's to type, and is not shown at all.
    plant(simulator, Hostile(KINDS[key].vocabulary))
    return simulator


def exceed(simulator: Simulator) -> None:
    """Let more flow than any connection carries, so that counters leap, too."""
    simulator.house.draw(50_000_000)


def texts(value: object) -> Iterator[str]:
    """Yield all texts in the data of an event."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for each in value.values():
            yield from texts(each)
    elif isinstance(value, (list, tuple, set, frozenset)):
        for each in value:
            yield from texts(each)


def read_by_people(
    hass: HomeAssistant, entry: ConfigEntry, caplog: pytest.LogCaptureFixture
) -> Iterator[tuple[str, str]]:
    """Yield what is shown as Markdown, or as a line, with where that is."""
    yield "title", entry.title
    yield from (
        ("log", record.getMessage())
        for record in caplog.records
        if record.name.startswith("custom_components")
    )
    yield from (
        (f"issue {issue.translation_key} {name}", text)
        for issue in ir.async_get(hass).issues.values()
        for name, text in (issue.translation_placeholders or {}).items()
    )
    devices = dr.async_entries_for_config_entry(dr.async_get(hass), entry.entry_id)
    yield from (
        (f"device {name}", getattr(device, name) or "")
        for device in devices
        for name in _OF_DEVICES
    )
    entities = er.async_entries_for_config_entry(er.async_get(hass), entry.entry_id)
    yield from (("entity", entity.original_name or "") for entity in entities)
    # The address of the notes is ours, not the device's.
    yield from (
        (f"attribute of {state.entity_id}", text)
        for entity in entities
        if (state := hass.states.get(entity.entity_id))
        for text in texts(dict(state.attributes) | {ATTR_RELEASE_URL: None})
    )


def assert_plain(found: Iterator[tuple[str, str]]) -> None:
    """Check that no text has any markup or control characters, or is too long."""
    wrong = {
        f"{where}: {text[:200]!r}"
        for where, text in found
        if _MARKUP.search(_OWN_MARKUP.sub("", text))
        or len(text) > (_LONGEST_LIST if " → " in text else _LONGEST_LINE)
    }
    assert not wrong


@pytest.mark.usefixtures("enable_custom_integrations", "all_enabled")
@pytest.mark.parametrize("key", BRIDGES)
async def test_what_people_read_is_plain(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    simulator: Simulator,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Nothing that a bridge says is markup in a name, a repair, an event or the log."""
    caplog.set_level(logging.DEBUG, "custom_components.meter_bridge")
    events: list[Event] = []
    hass.bus.async_listen(MATCH_ALL, events.append)
    freezer.move_to(simulator.house.now)
    entry = await set_up(hass, simulator)
    hours = Hours(hass, freezer, simulator, entry)
    await hours.go(3)
    await hours.go(70, exceed)
    issues = {issue.translation_key for issue in ir.async_get(hass).issues.values()}
    assert issues & {"value_refused", "counter_held"}
    simulator.exchange_meter()
    await hours.go(12)
    assert_plain(read_by_people(hass, entry, caplog))
    for state in hass.states.async_all():
        assert state.state.isprintable()
        assert len(state.state) <= MAX_LENGTH_STATE_STATE
    said = {(event.event_type, it) for event in events for it in texts(event.data)}
    assert said
    assert not {it for it in said if len(it[1]) > _LONGEST_LINE}
    assert not {it for it in said if not it[1].isprintable()}
