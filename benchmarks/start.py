"""The cost of starting: one entry, a hundred at once, and the import."""

import asyncio
import json
import subprocess
import sys
import time

from tests.kinds import KINDS

from .feeder import Feeder
from .home import home, new_entry, set_up
from .report import Part

_MANY = 100
_ROUNDS = 7
_IMPORT = """
import asyncio, json, sys, time
import homeassistant.bootstrap, homeassistant.helpers.update_coordinator
import homeassistant.components.binary_sensor, homeassistant.components.button
import homeassistant.components.sensor, homeassistant.components.update
import homeassistant.components.repairs
before = set(sys.modules)
begin = time.thread_time()
import custom_components.meter_bridge
for name in ("binary_sensor", "button", "sensor", "update"):
    __import__(f"custom_components.meter_bridge.{name}")
took = time.thread_time() - begin
new = set(sys.modules) - before
print(json.dumps([took, len(new), sorted(
    {name.split(".")[0] for name in new} - {"custom_components"})]))
"""


async def starts() -> list[Part]:
    """Measure from `async_setup_entry` to the first states."""
    part = Part(title="Start", head=("", "Processor (ms)", "Elapsed (ms)"))
    with Feeder() as feeder:
        async with home() as hass:
            for kind in KINDS.values():
                entry = await new_entry(hass, feeder.open("one", kind.key))
                await set_up(hass, entry)
                best = (float("inf"), 0.0)
                for _ in range(_ROUNDS):
                    await hass.config_entries.async_unload(entry.entry_id)
                    spent, begin = time.thread_time(), time.monotonic()
                    await set_up(hass, entry)
                    took = time.monotonic() - begin
                    best = min(best, (time.thread_time() - spent, took))
                await hass.config_entries.async_remove(entry.entry_id)
                part.rows.append((f"one {kind.key}", *(1000 * each for each in best)))
            entries = [await new_entry(hass, each) for each in feeder.fleet(_MANY)]
            spent, begin = time.thread_time(), time.monotonic()
            await asyncio.gather(
                *(hass.config_entries.async_setup(each.entry_id) for each in entries)
            )
            await hass.async_block_till_done()
            took, spent = time.monotonic() - begin, time.thread_time() - spent
            part.rows.append((f"{_MANY} together", 1000 * spent, 1000 * took))
    return [part, imports()]


def imports() -> Part:
    """Measure the import in a new interpreter that has imported Home Assistant."""
    least, modules, others = float("inf"), 0, ""
    for _ in range(3):
        answer = subprocess.run(  # noqa: S603 (our own words)
            [sys.executable, "-c", _IMPORT], check=True, capture_output=True
        )
        took, modules, names = json.loads(answer.stdout)
        least, others = min(least, took), ", ".join(names) or "nothing"
    return Part(
        title="Import",
        head=("Also imports", "Modules", "Processor (ms)"),
        rows=[(others, modules, 1000 * least)],
    )
