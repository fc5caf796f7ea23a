"""Test that no attack fills memory, files, registries or the recorder."""

from collections.abc import AsyncIterator, Callable
from dataclasses import asdict
import logging
from typing import Any

from homeassistant.core import HomeAssistant
import pytest

from custom_components.meter_bridge.const import (
    CONF_POLL_INTERVAL,
    CONF_UPDATES,
    DEFAULT_UPDATES,
)
from tests.conftest import SetUp, Start
from tests.soak.warp import warped

from .attacks import ATTACKS, Attack
from .siege import Siege, complaints

type Record = Callable[[str, object], None]

_DAY = 1440
_POLL_SECONDS = 60

pytestmark = pytest.mark.allowance


@pytest.fixture
async def siege(
    hass: HomeAssistant,
    simulators: Start,
    set_up: SetUp,
    hass_storage: dict[str, Any],
    key: str,
) -> AsyncIterator[Siege]:
    """Set up the bridge, polled once a minute, in time that passes at once."""
    hass.loop.set_debug(False)
    logging.disable()
    simulator = await simulators(key)
    with warped(hass.loop):
        entry = await set_up(simulator, updates=DEFAULT_UPDATES)
        options = {
            CONF_UPDATES: DEFAULT_UPDATES.value,
            CONF_POLL_INTERVAL: _POLL_SECONDS,
        }
        hass.config_entries.async_update_entry(entry, options=options)
        await hass.config_entries.async_reload(entry.entry_id)
        yield Siege(hass, simulator, entry, hass_storage)
        for flow in hass.config_entries.flow.async_progress():
            hass.config_entries.flow.async_abort(flow["flow_id"])
        await hass.config_entries.async_remove(entry.entry_id)
    logging.disable(logging.NOTSET)


@pytest.mark.parametrize(
    "minutes",
    [
        pytest.param(None, id="short"),
        pytest.param(_DAY, id="a day", marks=[pytest.mark.programs, pytest.mark.days]),
    ],
)
@pytest.mark.parametrize(
    ("attack", "key"),
    [
        pytest.param(attack, key, id=f"{attack.name}-{key}")
        for attack in ATTACKS
        for key in attack.keys
    ],
)
async def test_nothing_fills_up(
    siege: Siege, attack: Attack, key: str, minutes: int | None, record_property: Record
) -> None:
    """In the second half of a siege, nothing grows any more."""
    minutes = minutes or attack.short
    first = await siege.go_on(attack, range(minutes // 2))
    last = await siege.go_on(attack, range(minutes // 2, minutes))
    record_property("siege", f"{attack.name} | {key} | {minutes}")
    half = asdict(first)
    for name, figure in asdict(last).items():
        record_property(name, f"{half[name]:,} → {figure:,}")
    assert not complaints(first, last)
