"""What the Energy dashboard shows of a house."""

from scripts.demo.energy import sources
from scripts.demo.waiting import until

from .browsing import Front
from .home import Home

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
