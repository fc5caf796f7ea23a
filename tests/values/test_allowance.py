"""Test that no entity writes more states than the recorder can bear."""

from datetime import timedelta
from functools import partial

from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import async_fire_time_changed

from custom_components.meter_bridge.const import Updates
from custom_components.meter_bridge.values.pace import Measure
from custom_components.meter_bridge.values.throttle import Throttle

pytestmark = pytest.mark.allowance


class Flood:
    """A throttle over which values come, and what was written."""

    def __init__(self, hass: HomeAssistant) -> None:
        """Write each value of two alarms at once."""
        self.values: dict[str, int] = {}
        self.written: list[tuple[str, int]] = []
        self.throttle = Throttle(
            hass,
            Updates.EVERY_READING,
            lambda _: ("", Measure.WORD),
            lambda: self.values,
        )
        for key in ("power", "voltage"):
            self.throttle.add(key, partial(self._write, key))

    def _write(self, key: str) -> None:
        """Note what an entity writes."""
        self.written.append((key, self.values[key]))

    def say(self, key: str, value: int) -> None:
        """Let a value come."""
        self.values[key] = value
        self.throttle.note({key}, ())
        self.throttle.write()


async def test_two_at_once_and_one_a_second(
    hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A flood of changes becomes two states, and later the last value."""
    clock = hass.loop.time()
    monkeypatch.setattr(hass.loop, "time", lambda: clock)
    flood = Flood(hass)
    for value in range(1000):
        flood.say("power", value)
    assert flood.written == [("power", 0), ("power", 1)]
    clock += 1.5
    async_fire_time_changed(hass, dt_util.utcnow() + timedelta(seconds=2))
    assert flood.written[2:] == [("power", 999)]
    flood.throttle.stop()


async def test_each_has_its_own(hass: HomeAssistant) -> None:
    """An entity that floods takes nothing from the others."""
    flood = Flood(hass)
    for value in range(5):
        flood.say("power", value)
    flood.say("voltage", 230)
    assert flood.written == [("power", 0), ("power", 1), ("voltage", 230)]
    flood.throttle.stop()
