"""Values of the present moment that cannot be: which, for how long, what follows."""

from collections.abc import Mapping

import pytest

from custom_components.meter_bridge.bridges.obis import Quantity
from custom_components.meter_bridge.bridges.snapshot import Meter, Reading
from custom_components.meter_bridge.meter.account import Account
from custom_components.meter_bridge.meter.plausible import Limits
from custom_components.meter_bridge.meter.trouble import Trouble, TroubleKind

NOW = 1_800_000_000.0
NET, IMPORT, EXPORT = "16.7.0", "1.7.0", "2.7.0"


class Home:
    """A meter that is read every minute."""

    def __init__(self, limits: Limits) -> None:
        """Know nothing of it yet."""
        self.account = Account(meter=Meter(), limits=limits)
        self.minutes = 0

    def take(
        self,
        values: Mapping[str, float],
        factor: float | None = 1.0,
        quantities: Mapping[str, Quantity] | None = None,
    ) -> Mapping[str, float]:
        """Return what is shown after one reading more."""
        self.minutes += 1
        at = NOW + 60 * self.minutes
        reading = Reading(
            values=values, token=at, factor=factor, quantities=quantities or {}
        )
        self.account.take(reading, now=at, clock=at, stale_after=300)
        return self.account.values

    @property
    def troubles(self) -> list[Trouble]:
        """Return what the owner has to know."""
        return list(self.account.troubles())


@pytest.fixture
def home() -> Home:
    """Return a household by the usual limit."""
    return Home(Limits(max_power=100_000))


@pytest.mark.parametrize(
    ("code", "possible", "impossible"),
    [
        (NET, (0, 100_000, -100_000, 0.5), (100_001, -100_001, 4_294_967, 1e15)),
        ("21.7.0", (100_000,), (164_000,)),
        ("3.7.0", (-100_000,), (100_000.5,)),
        ("9.7.0", (99_999,), (1_000_000,)),
        ("1.6.0", (100_000,), (100_001,)),
        ("31.7.0", (1000, -1000), (1000.1, -4000)),
        ("32.7.0", (230, 1e6, 0), (1_000_001, -1_000_001)),
        ("14.7.0", (0, 40, 50.02, 70), (39.9, 70.1, 499.9, -50)),
        ("13.7.0", (1, -1, 0), (1.001, -2, 97)),
    ],
)
def test_bounds(
    home: Home, code: str, possible: tuple[float, ...], impossible: tuple[float, ...]
) -> None:
    """What the connection could carry is shown, more is missing, and nothing sticks."""
    for value in possible:
        assert home.take({NET: 0, code: value})[code] == value
    for value in impossible:
        assert code not in home.take({NET: 0, code: value})
        assert home.take({NET: 0, code: possible[0]})[code] == possible[0]


def test_values_beside_the_vocabulary(home: Home) -> None:
    """A register of any name is judged by what it measures."""
    quantities = {"a": Quantity.TEMPERATURE, "b": Quantity.ACTIVE_POWER}
    sent = {"a": -100.0, "b": 100_000.0, "c": 1e12}
    assert home.take(sent, quantities=quantities) == sent
    wrong = {"a": -100.1, "b": 100_001.0, "c": 1e12}
    assert home.take(wrong, quantities=quantities) == {"c": 1e12}


def test_what_follows_from_it_is_missing(home: Home) -> None:
    """Import that cannot be leaves net power missing, and export as it is."""
    assert home.take({IMPORT: 500, EXPORT: 0})[NET] == 500
    assert home.take({IMPORT: 4_294_967, EXPORT: 0}) == {EXPORT: 0}
    assert home.take({IMPORT: 500, EXPORT: 0})[NET] == 500


def test_net_power_that_is_worked_out(home: Home) -> None:
    """Phases that are possible one by one may add up to what is not."""
    phases = ("36.7.0", "56.7.0", "76.7.0")
    sent = dict.fromkeys(phases, 90_000.0)
    for _ in range(3):
        assert home.take(sent) == sent
    assert home.take(dict.fromkeys(phases, 30_000.0))[NET] == 90_000


def test_absolute_power(home: Home) -> None:
    """The sum of import and export tells net power only where that can be."""
    for _ in range(3):
        home.take({"15.7.0": 500})
    assert home.account.values == {NET: 500}
    assert home.take({"15.7.0": 164_000}) == {}


def test_conversion_factor() -> None:
    """A preset limit grows with a factor above 1; without a factor nothing is judged.

    A limit that the owner has set stands as it is.
    """
    home = Home(Limits(max_power=100_000))
    assert home.take({NET: 3_999_000}, factor=40) == {NET: 3_999_000}
    assert home.take({NET: 4_000_001}, factor=40) == {}
    assert home.take({NET: 4_000_001}, factor=None) == {NET: 4_000_001}
    assert home.take({NET: 99_000}, factor=0.01) == {NET: 99_000}
    owners = Home(Limits(max_power=50_000, is_set=True))
    for factor in (40, None, 1):
        assert owners.take({NET: 50_001}, factor=factor) == {}
        assert owners.take({NET: 50_000}, factor=factor) == {NET: 50_000}


def test_told_after_ten_minutes_of_readings(home: Home) -> None:
    """One value is a slip; ten minutes of them are told, until one is good."""
    home.take({NET: 500})
    for _ in range(10):
        home.take({NET: 4_294_967, "14.7.0": 50})
        assert not home.troubles
    home.take({NET: 4_294_968, "14.7.0": 50})
    [trouble] = home.troubles
    assert trouble == Trouble(
        kind=TroubleKind.VALUE_REFUSED,
        code=NET,
        sent_code=NET,
        sent=4_294_968,
        since=NOW + 120,
        bounds=(-100_000, 100_000),
        limit=100_000,
    )
    home.take({NET: 500})
    assert not home.troubles


def test_not_told_of_what_is_not_sent_any_more(home: Home) -> None:
    """A value that is no longer sent is refused no longer, but a gap is none."""
    for minute in range(30):
        home.take({"14.7.0": 499} if minute % 3 else {NET: 500})
    [trouble] = home.troubles
    assert (trouble.bounds, trouble.limit) == ((40, 70), None)
    for _ in range(11):
        home.take({NET: 500})
    assert not home.troubles


def test_a_long_silence_is_no_ten_minutes(home: Home) -> None:
    """Two readings hours apart are two readings."""
    home.take({NET: 4_294_967})
    home.minutes += 300
    home.take({NET: 4_294_967})
    assert not home.troubles
