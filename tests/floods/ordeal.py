"""One bridge in Home Assistant, which floods one of its paths."""

import asyncio
from contextlib import suppress

from homeassistant.core import HomeAssistant

from custom_components.meter_bridge.bridges import BRIDGES
from custom_components.meter_bridge.coordinator import MeterBridgeEntry
from tests.support.mishaps import wants_stream
from tests.support.simulator import Simulator
from tests.support.waiting import eventually

from .pours import Flood, Messages
from .turns import LongestWait

_PUSHED = 48
_SECONDS = 0.2
_AFTERMATH = 0.02


class Ordeal:
    """A bridge that is set up, and can be made to send a flood."""

    def __init__(
        self, hass: HomeAssistant, simulator: Simulator, entry: MeterBridgeEntry
    ) -> None:
        """Take the bridge and its entry."""
        self._hass = hass
        self._simulator = simulator
        self._entry = entry

    async def endure(self, flood: Flood) -> dict[str, float]:
        """Flood each path that is requested; return the longest wait (s) by path."""
        waits = {}
        paths = await self._paths()
        streams = {
            request.path
            for request in self._simulator.requests
            if wants_stream(request.headers)
        }
        for path in paths:
            self._simulator.pour(flood.pour(self._pushed(path)), path)
            self._simulator.cut_streams()
            waits[path] = await self._read(is_stream=path in streams)
            self._simulator.heal()
            await self._hass.config_entries.async_reload(self._entry.entry_id)
        return waits

    async def _paths(self) -> list[str]:
        """Return every path that Home Assistant asks for."""
        if BRIDGES[self._simulator.key].pushes:
            await eventually(lambda: self._simulator.open_streams)
        await self._entry.runtime_data.async_refresh()
        await asyncio.sleep(0.05)
        return sorted({request.path for request in self._simulator.requests})

    def _pushed(self, path: str) -> Messages:
        """Return what the bridge pushes while much happens in the house."""
        messages = []
        for turn in range(_PUSHED):
            self._simulator.house.draw(1000 + 137 * turn)
            self._simulator.house.advance(10)
            self._simulator.tick()
            messages.append(self._simulator.message(path) or b"")
        return tuple(messages) if all(messages) else ()

    async def _read(self, *, is_stream: bool) -> float:
        """Poll for a while; return the longest time the event loop was blocked."""
        async with LongestWait() as longest:
            polling = asyncio.ensure_future(self._entry.runtime_data.async_refresh())
            if is_stream:
                # It is opened again and again.
                await asyncio.sleep(_SECONDS)
            else:
                await asyncio.wait((polling,), timeout=_SECONDS)
                await asyncio.sleep(_AFTERMATH)
            polling.cancel()
            with suppress(asyncio.CancelledError):
                await polling
        return longest.seconds
