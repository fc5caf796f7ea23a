"""A bridge in Home Assistant that is polled every minute, for hours."""

from collections.abc import Callable
from dataclasses import dataclass

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from pytest_homeassistant_custom_component.common import MockConfigEntry

from .simulator import Simulator


@dataclass
class Hours:
    """A bridge in Home Assistant, and the time that passes."""

    hass: HomeAssistant
    freezer: FrozenDateTimeFactory
    simulator: Simulator
    entry: MockConfigEntry

    async def go(
        self, minutes: int, each: Callable[[Simulator], object] | None = None
    ) -> None:
        """Let time pass, and the bridge be polled every minute."""
        for _ in range(minutes):
            self.simulator.house.advance(60)
            self.freezer.tick(60)
            if each:
                each(self.simulator)
            self.simulator.tick()
            await self.entry.runtime_data.async_refresh()
            await self.hass.async_block_till_done()
