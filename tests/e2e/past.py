"""A house in which people have lived for some days, and what its meters counted."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from scripts.demo.api import Api
from scripts.demo.entities import Entity
from scripts.demo.history import BURNT, DRAWN, FED_IN, HOUR, TIME_ZONE, import_rows
from tests.support.house import House

# Yesterday is whole in them, with the hour before.
HOURS = 49
IMPORTED, EXPORTED, SOLAR, GAS = "import", "export", "solar", "gas"


@dataclass(slots=True)
class Past:
    """A house at this moment, and its totals (kWh, m³) at the end of each hour."""

    house: House
    totals: dict[str, dict[datetime, float]] = field(default_factory=dict)

    @classmethod
    def lived(cls) -> Past:
        """Live for some days, until now."""
        now = datetime.now(UTC).replace(microsecond=0)
        house = House(now.replace(minute=0, second=0) - HOURS * HOUR)
        past = cls(house)
        solar = 0.0
        for _ in range(HOURS):
            start = house.now
            hour = start.astimezone(ZoneInfo(TIME_ZONE)).hour
            house.draw(2 * DRAWN[hour])
            house.burn(BURNT[hour])
            house.advance(HOUR.total_seconds() / 2)
            house.export(2 * FED_IN[hour])
            house.advance(HOUR.total_seconds() / 2)
            # Half an hour at this power (W), in kWh.
            solar += sum(house.solar.values()) / 2000
            for total, level in (
                (IMPORTED, float(house.import_energy) / 1000),
                (EXPORTED, float(house.export_energy) / 1000),
                (SOLAR, solar),
                (GAS, float(house.gas.amount) / 1000),
            ):
                past.totals.setdefault(total, {})[start] = level
        house.advance((now - house.now).total_seconds())
        return past

    def yesterday(self, total: str) -> float:
        """Return what was counted yesterday."""
        zone = ZoneInfo(TIME_ZONE)
        today = datetime.now(zone).replace(hour=0, minute=0, second=0, microsecond=0)
        before = today - timedelta(days=1)
        ends = {start + HOUR: level for start, level in self.totals[total].items()}
        return ends[today.astimezone(UTC)] - ends[before.astimezone(UTC)]

    async def import_into(self, api: Api, entity: Entity, total: str) -> None:
        """Give Home Assistant the hours of a total, as if it had been there."""
        levels = self.totals[total]
        present = entity.number or 0.0
        # A meter may count from anywhere.
        shift = present - [*levels.values()][-1]
        rows = [(start, level + shift) for start, level in levels.items()]
        await import_rows(api, entity, rows, present)
