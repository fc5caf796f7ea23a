"""Sites with sun and a battery, by how they are connected, over days and nights."""

from collections.abc import Callable
from datetime import timedelta

from freezegun.api import FrozenDateTimeFactory

from tests.bridges.egauge.database import Database, Register
from tests.bridges.egauge.meter import exported, imported
from tests.bridges.egauge.simulator import EgaugeSimulator
from tests.support.house import House

STEP = 900
DAYS = timedelta(days=8)
_SUNRISE, _SUNSET = 6, 20
_LOADS = (180, 240, 950, 310, 2100, 420, 260, 3300)


class Site:
    """What the sun and the battery of a house give, hour by hour."""

    def __init__(self, simulator: EgaugeSimulator, *, has_battery: bool = True) -> None:
        """Start in the dark."""
        self.simulator = simulator
        self.house = simulator.house
        self.has_battery = has_battery
        self.sun = self.battery = 0
        self.shines = True

    def pass_step(self) -> None:
        """Let a quarter of an hour pass, with the sun and the loads of that time."""
        now = self.house.now
        quarter = now.hour * 4 + now.minute // 15
        load = _LOADS[quarter % len(_LOADS)]
        is_day = _SUNRISE <= now.hour < _SUNSET and self.shines
        self.sun = (4 * (now.hour - _SUNRISE) * (_SUNSET - now.hour) * 25) * is_day
        self.battery = 0
        if self.has_battery:
            # It charges at noon, and delivers in the evening.
            self.battery = {12: -700, 13: -650, 21: 800, 22: 300}.get(now.hour, 0)
        self.house.draw(load, 1)
        for phase in (2, 3):
            self.house.load[phase] = self.house.solar[phase] = 0
        self.house.solar[1] = self.sun + self.battery
        self.simulator.tick()
        self.house.advance(STEP)
        self.simulator.tick()

    def live(self, freezer: FrozenDateTimeFactory, hour: int) -> None:
        """Let more than a week pass, until this hour of a day."""
        end = self.house.now + DAYS
        while self.house.now < end or self.house.now.hour != hour:
            self.pass_step()
        freezer.move_to(self.house.now)


type Connected = Callable[[Site], list[Register]]


def _totals(site: Site) -> list[Register]:
    """Return the totals that every site has."""
    battery = [Register("bat", "P", lambda _: site.battery)] if site.has_battery else []
    return [
        Register("use", "P", lambda house: house.load[1]),
        Register("gen", "P", lambda _: site.sun),
        *battery,
    ]


def line_side_tap(site: Site) -> list[Register]:
    """Return registers where the sun is tapped ahead of what `Grid` measures."""
    return [
        *_totals(site),
        Register("Grid", "P", lambda house: house.load[1], 0),
        Register("Grid+", "P", lambda house: house.load[1], 1),
        Register("Grid-", "P", lambda _: 0, 2),
        Register("Solar", "P", lambda _: site.sun, 3),
        Register("grid_in", "P", lambda house: house.import_power, 4, imported),
        Register("grid_out", "P", lambda house: house.export_power, 5, exported),
    ]


def back_feed(site: Site) -> list[Register]:
    """Return registers where `Grid` measures the grid."""
    return [
        *_totals(site),
        Register("Grid", "P", lambda house: house.power, 0, _net),
        Register("Grid+", "P", lambda house: house.import_power, 1, imported),
        Register("Grid-", "P", lambda house: house.export_power, 2, exported),
        Register("Solar", "P", lambda _: site.sun, 3),
        Register("Car", "P", lambda _: -40, 6),
    ]


def _net(house: House) -> int:
    """Return the net energy of a house in watt-seconds."""
    return imported(house) - exported(house)


def connect(
    simulator: EgaugeSimulator, connected: Connected, *, has_battery: bool = True
) -> Site:
    """Put a site behind a simulated device."""
    site = Site(simulator, has_battery=has_battery)
    simulator.database = Database(connected(site), simulator.database.epoch)
    simulator.tick()
    return site
