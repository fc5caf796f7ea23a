"""What the Energy dashboard shows of a house."""

import re

import pytest

from scripts.demo.energy import Source, sources
from scripts.demo.waiting import until

from .browsing import Front
from .home import Home
from .past import EXPORTED, GAS, IMPORTED, SOLAR, Past

SEEN_WITHIN = 60.0


async def test_now(home: Home, front: Front) -> None:
    """The Energy dashboard shows the power of the house, and follows it."""
    await home.add("iometer")
    await until(lambda: sources(home.api), bool, SEEN_WITHIN)
    await front.open("/energy/now")
    await front.see("321 W")
    home.house.draw(1234)
    await front.see("1.23 kW")
    home.house.export(2500)
    await front.see("-2.5 kW")


def shown(row: str, amount: float) -> bool:
    """Tell whether a row ends with an amount, in as many digits as it has there."""
    number = re.search(r"-?[\d.]+(?=\s(kWh|m³)$)", row)
    assert number, row
    # Export has a minus.
    text = number[0].removeprefix("-")
    return f"{amount:.{len(text.partition('.')[2])}f}" == text


class TestPast:
    """People have lived in the house for some days."""

    @pytest.fixture
    def past(self) -> Past:
        """Return what they did."""
        return Past.lived()

    async def test_day(self, home: Home, front: Front, past: Past) -> None:
        """A day on the Energy dashboard has the numbers of the house: all sources."""
        home.house.export(2500)
        await home.add("egauge", "octopus_home_pro")

        async def kinds() -> dict[str, Source]:
            return {source.type: source for source in await sources(home.api)}

        found = await until(kinds, lambda each: len(each) == 3, SEEN_WITHIN)
        entities = {one.entity_id: one for one in await home.entities()}
        grid = found["grid"]
        named = {}
        for total, statistic_id in (
            (IMPORTED, grid.stat_energy_from),
            (EXPORTED, grid.stat_energy_to),
            (SOLAR, found["solar"].stat_energy_from),
            (GAS, found["gas"].stat_energy_from),
        ):
            assert statistic_id
            entity = entities[statistic_id]
            await past.import_into(home.api, entity, total)
            named[total] = entity.name
        await front.remember("energy-default-period-_energy_dashboard", "yesterday")
        for page, totals in (
            ("electricity", (IMPORTED, EXPORTED, SOLAR)),
            ("gas", (GAS,)),
        ):
            await front.open(f"/energy/{page}")
            table = front.page.locator("hui-energy-sources-table-card")
            for total in totals:
                row = table.get_by_role("row").filter(has_text=named[total])
                assert shown(await row.inner_text(), past.yesterday(total))
