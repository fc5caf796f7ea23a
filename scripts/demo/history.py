"""Import past days for the Energy dashboard: the demo itself runs for seconds."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from .api import Api
from .energy import sources
from .entities import Entity

DAYS = 9
TIME_ZONE = "Europe/Berlin"
HOUR = timedelta(hours=1)
# Consumption in each hour of a day, from midnight, of a house with a few solar panels:
# electricity in Wh, gas in litres.
DRAWN = (
    *(240, 210, 200, 190, 210, 320, 640, 720, 410, 180, 60, 20),
    *(10, 30, 80, 210, 420, 760, 980, 890, 720, 610, 440, 310),
)
FED_IN = (
    *(0, 0, 0, 0, 0, 0, 0, 0, 20, 90, 260, 410),
    *(480, 390, 230, 70, 10, 0, 0, 0, 0, 0, 0, 0),
)
BURNT = (
    *(40, 40, 40, 60, 120, 340, 520, 380, 220, 160, 140, 130),
    *(120, 120, 130, 170, 260, 390, 430, 410, 340, 240, 120, 60),
)
# Each day is scaled by one of these factors, so that days differ.
DAY_FACTORS = (1.0, 0.8, 1.1, 0.6, 0.9)


async def import_history(api: Api, entities: Iterable[Entity]) -> None:
    """Import hourly statistics of past days for all sources of the dashboard."""
    known = {entity.entity_id: entity for entity in entities}
    for source in await sources(api):
        for statistic_id, day in (
            (source.stat_energy_from, BURNT if source.type == "gas" else DRAWN),
            (source.stat_energy_to, FED_IN),
        ):
            if statistic_id and (entity := known.get(statistic_id)):
                await _import(api, entity, day)


async def _import(api: Api, entity: Entity, day: tuple[int, ...]) -> None:
    """Import past statistics of one counter, up to its present state."""
    rows, counted = [], 0.0
    hours = list(_hours(day))
    total = sum(amount for _, amount in hours)
    for start, amount in hours:
        counted += amount
        rows.append((start, (entity.number or 0) + counted - total))
    await import_rows(api, entity, rows, entity.number or 0)


async def import_rows(
    api: Api, entity: Entity, rows: Iterable[tuple[datetime, float]], last: float
) -> None:
    """Import levels at the end of hours, which lead up to the first live one.

    The recorder starts its own sums at zero, so the imported ones end at zero.
    """
    stats = [
        {
            "start": start.isoformat(),
            "state": round(level, 3),
            "sum": round(level - last, 3),
        }
        for start, level in rows
    ]
    await api.send(
        "recorder/import_statistics",
        metadata={
            "statistic_id": entity.entity_id,
            "source": "recorder",
            "name": None,
            "mean_type": 0,
            "has_sum": True,
            "unit_of_measurement": entity.unit,
            "unit_class": "volume" if entity.unit == "m³" else "energy",
        },
        stats=stats,
    )


def _hours(day: tuple[int, ...]) -> Iterator[tuple[datetime, float]]:
    """Yield each whole hour of the past days, and the amount in it (kWh or m³)."""
    now = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    zone = ZoneInfo(TIME_ZONE)
    for back in range(24 * DAYS, 0, -1):
        start = now - back * HOUR
        local = start.astimezone(zone)
        weight = DAY_FACTORS[local.toordinal() % len(DAY_FACTORS)]
        yield start, day[local.hour] * weight / 1000
