"""A day with a hole on the Energy dashboard, and how a bridge's memory fills it."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from tests.bridges.egauge.simulator import EgaugeSimulator
from tests.support.house import House

from .api import Api
from .bridges import DOMAIN
from .entities import Entity
from .failure import DemoError
from .history import DRAWN, FED_IN, HOUR, TIME_ZONE, import_rows
from .simulators import Simulated

DAYS = 3
# The hours of yesterday, by the house's clock, that Home Assistant missed.
MISSED = range(8, 18)
# The recorder closes a row every five minutes, and only hours before one are filled.
FILLED_WITHIN, EVERY = 700.0, 10.0

# Unique ids of its totals end so.
IMPORTED, EXPORTED = "_register_8_energy", "_register_9_energy"

type Levels = dict[datetime, float]
"""A total (kWh) at the end of each hour, by the start of that hour."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Remembering:
    """A simulated eGauge that has been there for days, and what it has counted."""

    simulated: Simulated
    levels: Mapping[str, Levels]


@asynccontextmanager
async def remembering_egauge() -> AsyncIterator[Remembering]:
    """Run an eGauge simulator in this process, with some days behind it."""
    present = datetime.now(UTC).replace(microsecond=0)
    full = present.replace(minute=0, second=0)
    house = House(full - DAYS * 24 * HOUR)
    simulator = EgaugeSimulator(house)
    simulator.serial = "G47112"
    levels: dict[str, Levels] = {IMPORTED: {}, EXPORTED: {}}
    while house.now < full:
        start = house.now
        hour = start.astimezone(ZoneInfo(TIME_ZONE)).hour
        # Half of each hour takes, and the other half feeds in.
        for act, watt_hours in ((house.draw, DRAWN), (house.export, FED_IN)):
            act(2 * watt_hours[hour])
            house.advance(HOUR.total_seconds() / 2)
            simulator.tick()
        levels[IMPORTED][start] = float(house.import_energy) / 1000
        levels[EXPORTED][start] = float(house.export_energy) / 1000
    house.draw(400)
    house.advance((present - full).total_seconds())
    simulator.tick()
    await simulator.start()
    try:
        yield Remembering(
            simulated=Simulated(
                bridge=simulator.key,
                address=simulator.address,
                announced=False,
                login=dict(simulator.credentials),
            ),
            levels=levels,
        )
    finally:
        await simulator.stop()


async def leave_a_hole(
    api: Api, entities: list[Entity], levels: Mapping[str, Levels]
) -> None:
    """Import the past as Home Assistant has it after it was off for a while."""
    grid = {}
    for ending, by_hour in levels.items():
        [entity] = [each for each in entities if each.unique_id.endswith(ending)]
        grid[ending] = entity.entity_id
        rows, level = [], 0.0
        yesterday = (datetime.now(ZoneInfo(TIME_ZONE)) - timedelta(days=1)).date()
        for start, state in by_hour.items():
            local = start.astimezone(ZoneInfo(TIME_ZONE))
            if local.date() != yesterday or local.hour not in MISSED:
                level = state
            rows.append((start, level))
        # The recorder starts its own sums at zero, with the first live value.
        await import_rows(api, entity, rows, entity.number or 0.0)
    await api.send(
        "energy/save_prefs",
        energy_sources=[
            {
                "type": "grid",
                "stat_energy_from": grid[IMPORTED],
                "stat_energy_to": grid[EXPORTED],
                "stat_cost": None,
                "stat_compensation": None,
                "entity_energy_price": None,
                "entity_energy_price_export": None,
                "number_energy_price": None,
                "number_energy_price_export": None,
                "cost_adjustment_day": 0,
            }
        ],
        device_consumption=[],
    )


async def fill_the_hole(api: Api, device_id: str) -> None:
    """Have the missed hours imported out of the bridge's memory."""
    start = datetime.now(UTC) - (DAYS - 1) * 24 * HOUR
    call = {
        "domain": DOMAIN,
        "service": "import_history",
        "service_data": {"device_id": device_id, "start": start.isoformat()},
        "return_response": True,
    }
    end = asyncio.get_running_loop().time() + FILLED_WITHIN
    while asyncio.get_running_loop().time() < end:
        answer = await api.send("call_service", **call)
        if "'filled'" in str(answer) and "'done'" in str(answer):
            return
        if "'done'" in str(answer):
            # No row was closed yet, so that nothing could be filled: ask for another.
            start -= HOUR
            call["service_data"] = {"device_id": device_id, "start": start.isoformat()}
        await asyncio.sleep(EVERY)
    raise DemoError("The hole was not filled")
