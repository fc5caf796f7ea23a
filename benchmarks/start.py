"""The cost of starting: one entry, a hundred at once, and the import."""

import asyncio
from dataclasses import dataclass
import json
import os
import subprocess
import sys
from tempfile import TemporaryDirectory
import time

from custom_components.meter_bridge import PLATFORMS
from tests.kinds import KINDS

from .feeder import Feeder
from .home import home, new_entry, set_up
from .report import Aim, Part

_MANY = 100
_ROUNDS, _IMPORTS = 7, 5
_IMPORT = """
import json, sys, time
from importlib import import_module
import homeassistant.bootstrap, homeassistant.helpers.update_coordinator
first, parts = sys.argv[1].split(), sys.argv[2].split()
for name in first:
    import_module(name)
before = set(sys.modules)
begin = time.thread_time()
for name in parts:
    import_module(name)
took = time.thread_time() - begin
new = set(sys.modules) - before
print(json.dumps([took, len(new), sorted(
    {name.split(".")[0] for name in new} - {"custom_components"})]))
"""
_INTEGRATION = "custom_components.meter_bridge"
_PRELOADED = (
    *("condition", "config_flow", "diagnostics", "repairs", "system_health"),
    "trigger",
)
_MOST_IMPORT = 45


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
    """Measure the import in a new interpreter that has imported Home Assistant.

    Modules that Home Assistant preloads have a row of their own, and so has the first
    start after an update, at which Python compiles the integration.
    """
    # Home Assistant's modules that ours need: most homes have imported them already.
    theirs = [f"homeassistant.components.{name}" for name in (*PLATFORMS, "repairs")]
    ours = [_INTEGRATION, *(f"{_INTEGRATION}.{name}" for name in PLATFORMS)]
    part = Part(title="Import", head=("", "Also imports", "Modules", "Processor (ms)"))
    rows = {"the integration and its platforms": (theirs, ours)}
    for kind in KINDS:
        rows[f"and {kind}"] = ([*theirs, *ours], [f"{_INTEGRATION}.bridges.{kind}"])
    preloaded = [f"{_INTEGRATION}.{name}" for name in _PRELOADED]
    rows["and what Home Assistant preloads"] = ([*theirs, *ours], preloaded)
    with TemporaryDirectory() as compiled:
        for name, (first, wanted) in rows.items():
            found = _import(first, wanted, compiled)
            if wanted is ours:
                anew = 1000 * found.seconds[0]
                new = f"{name}, compiled"
                part.rows.append((new, found.others, found.modules, anew))
            took = 1000 * min(found.seconds)
            part.rows.append((name, found.others, found.modules, took))
            if wanted is ours:
                part.aims.append(
                    Aim(
                        name=f"importing {name}",
                        value=took,
                        most=_MOST_IMPORT,
                        unit="ms",
                    )
                )
    return part


@dataclass(frozen=True, slots=True, kw_only=True)
class _Imported:
    """How long imports took, the number of new modules, and those of others."""

    seconds: list[float]
    modules: int
    others: str


def _import(first: list[str], wanted: list[str], compiled: str) -> _Imported:
    """Import in one new interpreter after the other.

    Each finds what those before it have compiled into a folder.
    """
    seconds = []
    for _ in range(_IMPORTS):
        answer = subprocess.run(  # noqa: S603 (our own words)
            [sys.executable, "-c", _IMPORT, " ".join(first), " ".join(wanted)],
            check=True,
            capture_output=True,
            env={
                **os.environ,
                "PYTHONPYCACHEPREFIX": compiled,
                "PYTHONDONTWRITEBYTECODE": "",
            },
        )
        took, modules, names = json.loads(answer.stdout)
        seconds.append(took)
    others = ", ".join(names) or "nothing"
    return _Imported(seconds=seconds, modules=modules, others=others)
