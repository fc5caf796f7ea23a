"""How often a house is written, counted: an hour of the household that is measured."""

from collections import Counter

from homeassistant.core import HomeAssistant
import pytest

from custom_components.meter_bridge.bridges import BRIDGES
from custom_components.meter_bridge.bridges.obis import NET_POWER
from custom_components.meter_bridge.bridges.snapshot import MAIN_METER, Meter
from custom_components.meter_bridge.const import Updates
from custom_components.meter_bridge.flow.probe import connect
from custom_components.meter_bridge.values.pace import Pace
from custom_components.meter_bridge.values.sources import Sources
from tests.conftest import Start
from tests.kinds import KINDS
from tests.support.house import House
from tests.support.household import Household

HOUR = 3600
CLOCK = 1_800_000_000.0
# The first hour has a kettle, the fridge, a wash and the sun behind clouds: it is a
# third busier than the mean of the day.
MOST_MOMENTS, MOST_ROWS = 600, 4000
MOST_CALM_MOMENTS = 60


class Stand:
    """What of a kind's registers is written, with every default of an owner."""

    def __init__(self, key: str, codes: set[str], updates: Updates) -> None:
        """Have the sensors that a meter of this kind has by default."""
        self._house = House()
        self._household = Household(self._house)
        self._seconds = KINDS[key].benchmark.seconds
        self._codes = codes
        sources = Sources(BRIDGES[key])
        sources.add_meter(Meter(), codes)
        enabled = {
            code
            for code in codes
            if sources.by_key[code].description.entity_registry_enabled_default
        }
        self._pace = Pace[float](
            updates,
            lambda code: (MAIN_METER, sources.by_key[code].measure),
            enabled,
        )
        self.written: Counter[str] = Counter()

    def live(self, seconds: int) -> None:
        """Let the household live, and write what is due by then."""
        values: dict[str, float] = {}
        for second in range(1, seconds + 1):
            self._household.second()
            is_read = second % self._seconds == 0
            if is_read:
                before, obis = values, self._house.obis()
                values = {code: float(obis[code]) for code in self._codes}
                self._pace.note(
                    code for code in self._codes if before.get(code) != values[code]
                )
            if is_read or self._pace.next_due <= second:
                for keys in self._pace.take(
                    values, second, CLOCK + second, is_reading=is_read
                ):
                    # Values that are shown again are no row.
                    self.written.update(
                        code for code in keys if self._pace.shown[code] == values[code]
                    )


async def codes_of(hass: HomeAssistant, simulators: Start, key: str) -> set[str]:
    """Return the registers of the house that a bridge of this kind passes on."""
    simulator = await simulators(key)
    data = {"host": simulator.address, **simulator.credentials}
    (reading, *_) = (await connect(hass, BRIDGES[key], data).fetch()).readings
    codes = reading.values.keys() & House().obis().keys()
    return {*codes, NET_POWER}


@pytest.mark.parametrize("key", BRIDGES)
async def test_an_hour_of_a_house(
    hass: HomeAssistant, simulators: Start, key: str
) -> None:
    """A busy hour is some hundred moments of power, and a limited number of rows."""
    stand = Stand(key, await codes_of(hass, simulators, key), Updates.BALANCED)
    stand.live(HOUR)
    assert HOUR / 60 <= stand.written[NET_POWER] <= MOST_MOMENTS
    assert stand.written.total() <= MOST_ROWS


@pytest.mark.parametrize("key", BRIDGES)
async def test_a_calm_hour_of_a_house(
    hass: HomeAssistant, simulators: Start, key: str
) -> None:
    """With *Calm*, power is written at most once a minute, and not much else."""
    codes = await codes_of(hass, simulators, key)
    stand = Stand(key, codes, Updates.CALM)
    stand.live(HOUR)
    assert HOUR / 300 - 1 <= stand.written[NET_POWER] <= MOST_CALM_MOMENTS
    assert stand.written.total() <= len(codes) * MOST_CALM_MOMENTS
