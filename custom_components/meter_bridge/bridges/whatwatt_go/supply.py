"""Watch the power supply of the device during downloads, which drain it."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress

from ..errors import BridgeConnectionError

# How often the capacitor's voltage (V) is read. At 3.2 V the device restarts; 3.7 V is
# normal. With more than 4 V at its USB port, it has a supply of its own.
_WATCH_SECONDS = 15.0
_LEAST_CHARGE, _USB_SUPPLY = 3.6, 4.0


async def watch_supply(
    voltages: Callable[[], Awaitable[Mapping[str, float]]], is_late: asyncio.Event
) -> None:
    """Raise once the capacitor runs low, or a late answer has set `is_late`."""
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
