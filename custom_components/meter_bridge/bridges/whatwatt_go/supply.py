"""Watch the supply of the device while it does what drains it."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress

from ..errors import BridgeConnectionError

# The charge (V) is looked at so often. A device restarts at 3.2 V; it lives at 3.7 V,
# and more than 4 V at its USB port are a supply of its own.
_WATCH_SECONDS = 15.0
_LEAST_CHARGE, _USB_SUPPLY = 3.6, 4.0


async def watch_supply(
    voltages: Callable[[], Awaitable[Mapping[str, float]]], is_late: asyncio.Event
) -> None:
    """Raise once the device runs empty, or `is_late` is set by a late answer."""
    is_late.clear()
    while True:
        found = await voltages()
        charge = found.get("v_scap", _LEAST_CHARGE)
        if charge < _LEAST_CHARGE and found.get("v_usb", 0.0) < _USB_SUPPLY:
            raise BridgeConnectionError("The device needs its charge for itself")
        with suppress(TimeoutError):
            async with asyncio.timeout(_WATCH_SECONDS):
                await is_late.wait()
        if is_late.is_set():
            raise BridgeConnectionError("The device is busy with its memory card")
