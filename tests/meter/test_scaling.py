"""How raw counts are meant: scales that are unread, that change, and old levels."""

from collections.abc import Mapping
from typing import Any

import pytest

from custom_components.meter_bridge.bridges.octopus_home_pro.gas import GasConversion
from custom_components.meter_bridge.bridges.octopus_home_pro.zigbee import Counts
from custom_components.meter_bridge.bridges.snapshot import (
    Medium,
    Meter,
    Reading,
    Scale,
)
from custom_components.meter_bridge.meter.account import Account
from custom_components.meter_bridge.meter.trouble import Restart, TroubleKind
from custom_components.meter_bridge.storage import from_version_1
from tests.support.accounts import Accounts

IMPORT, POWER, VOLUME = "1.8.0", "16.7.0", "3.0.0"
KWH, CUBIC_METRES, MEGAJOULES = 0, 1, 12
# As an owner's meter counts: 5231.0477 kWh and 1884.2 W in ten-thousandths of kW(h).
COUNT, DEMAND = 52_310_477, 18_842
USUAL = Scale(unit=KWH, multiplier=1, divisor=10_000)
UNREAD = Scale(unit=KWH)
SHOWN = {IMPORT: 5_231_047.7, POWER: 1884.2}


class Home:
    """A meter that is read every ten seconds."""

    def __init__(self, medium: Medium = Medium.ELECTRICITY) -> None:
        """Start without any reading."""
        self.medium = medium
        self.meter = Meter(key="meter", medium=medium)
        self.accounts = Accounts(stale_after=600)
        self.now = 1_800_000_000.0
        self.restarts: list[Restart] = []

    def take(
        self,
        scale: Scale,
        count: int | None = COUNT,
        *,
        demand: int | None = DEMAND,
        serial: str | None = None,
        after: float = 10,
    ) -> Mapping[str, float]:
        """Return what is shown after one reading more."""
        self.now += after
        is_gas = self.medium is Medium.GAS
        reading = Reading(
            values={},
            scale=scale,
            scaled=Counts(medium=self.medium, total=count, demand=demand),
            derived=GasConversion.of({}).derived if is_gas else (),
            token=self.now,
            meter=Meter(key="meter", medium=self.medium, serial=serial),
        )
        taken = self.accounts.take(reading, now=self.now, clock=self.now)
        if taken.restart:
            self.restarts.append(taken.restart)
        return taken.values

    def restart(self, stored: Mapping[str, Any] | None = None) -> None:
        """Start Home Assistant anew, with what it stored itself or something else."""
        known = self.accounts.as_stored() if stored is None else {"meter": dict(stored)}
        self.accounts = Accounts(stale_after=600)
        self.accounts.restore(known, is_orderly=stored is None)

    @property
    def account(self) -> Account:
        """Return everything that is known of the meter."""
        return self.accounts.meters["meter"]

    @property
    def troubles(self) -> list[TroubleKind]:
        """Return what the owner is told."""
        return [trouble.kind for trouble in self.account.troubles()]


def test_unread_factors_leave_the_last_good_ones() -> None:
    """A divisor and multiplier of 0 were not read; a restart forgets nothing."""
    home = Home()
    assert home.take(USUAL) == SHOWN
    assert home.take(UNREAD) == SHOWN
    home.restart()
    assert home.take(Scale()) == SHOWN
    assert home.take(Scale(unit=KWH, multiplier=1)) == SHOWN
    assert not home.troubles


def test_no_scale_no_number() -> None:
    """Where no divisor was ever read there is no number, and the owner is told."""
    home = Home()
    assert home.take(UNREAD) == {}
    assert home.troubles == [TroubleKind.SCALE_UNKNOWN]
    assert home.take(USUAL) == SHOWN
    assert not home.troubles


@pytest.mark.parametrize(
    "other",
    [
        Scale(unit=KWH, multiplier=1, divisor=1000),
        Scale(unit=KWH, multiplier=1, divisor=1),
        Scale(unit=KWH, multiplier=1, divisor=100_000),
        Scale(unit=MEGAJOULES, multiplier=1, divisor=10_000),
        Scale(unit=CUBIC_METRES, multiplier=1, divisor=10_000),
        Scale(unit=0xFF, multiplier=1, divisor=10_000),
    ],
)
def test_another_scale_is_never_believed_by_time(other: Scale) -> None:
    """The total is held and power is missing, for days, until the old one returns."""
    home = Home()
    home.take(USUAL)
    for step in range(2000):
        held = {IMPORT: SHOWN[IMPORT]}
        assert home.take(other, COUNT + step, after=60) == held
        if step == 1000:
            home.restart()
    assert TroubleKind.COUNTER_HELD in home.troubles
    assert home.take(USUAL, COUNT + 2000)[IMPORT] == SHOWN[IMPORT] + 200
    assert not home.troubles
    assert not home.restarts


@pytest.mark.parametrize("places", [3, 5])
def test_a_total_that_goes_on_with_another_scale(places: int) -> None:
    """Count and divisor that change together are believed at once."""
    home = Home()
    home.take(USUAL)
    other = Scale(unit=KWH, multiplier=1, divisor=10**places)
    count, demand = (int(each * 10.0 ** (places - 4)) for each in (COUNT, DEMAND))
    shown = home.take(other, count, demand=demand)
    assert shown == pytest.approx(SHOWN, abs=1)
    assert home.take(UNREAD, count, demand=demand) == shown
    # What fewer digits leave out is no fall of the meter.
    assert shown[IMPORT] >= SHOWN[IMPORT]
    assert not home.restarts


def test_the_same_scale_in_other_numbers() -> None:
    """A divisor ten times as large beside a multiplier of ten is the same scale."""
    home = Home()
    home.take(USUAL)
    # The bridge has worked in the multiplier already, as its counts tell.
    assert home.take(Scale(unit=KWH, multiplier=10, divisor=10_000)) == SHOWN
    assert home.take(UNREAD) == SHOWN


def test_a_multiplier_of_zero_beside_a_good_divisor_is_one() -> None:
    """No earlier scale is needed for that."""
    assert Home().take(Scale(unit=KWH, divisor=10_000)) == SHOWN


def test_a_scale_is_not_believed_while_the_old_one_fits_too() -> None:
    """A few Wh continue by either divisor: that proves nothing, so they are held."""
    home = Home()
    home.take(USUAL, 10, demand=DEMAND)
    other = Scale(unit=KWH, multiplier=1, divisor=1000)
    assert home.take(other, 20, demand=DEMAND) == {IMPORT: 1}
    assert home.take(USUAL, 20)[IMPORT] == 2


def test_zero_tells_no_scale() -> None:
    """A total of zero is zero by any scale, so another one is not believed."""
    home = Home()
    home.take(USUAL, 0, demand=0)
    home.take(Scale(unit=KWH, multiplier=1, divisor=10), 0, demand=0)
    assert home.take(USUAL, 10, demand=DEMAND) == {IMPORT: 1, POWER: SHOWN[POWER]}


def test_the_owner_believes_a_scale() -> None:
    """If the owner confirms another scale, it counts; the repair tells both levels."""
    home = Home()
    home.take(USUAL)
    other = Scale(unit=KWH, multiplier=1, divisor=1000)
    home.take(other)
    home.account.believe(IMPORT)
    assert home.take(other) == {IMPORT: COUNT * 1000 // 1000, POWER: DEMAND}
    assert [each.levels for each in home.restarts] == [{IMPORT: (SHOWN[IMPORT], COUNT)}]
    assert home.take(UNREAD) == {IMPORT: COUNT, POWER: DEMAND}


def test_nobody_believes_what_is_not_held() -> None:
    """If all is well again, confirming a scale changes nothing."""
    home = Home()
    home.take(USUAL)
    home.account.believe(IMPORT)
    assert home.take(USUAL) == SHOWN
    assert not home.restarts


def test_another_meter_has_its_own_scale() -> None:
    """A meter with another number brings its own scale; the old one is dropped."""
    home = Home()
    home.take(USUAL, serial="A")
    assert home.take(UNREAD, 17_000, serial="B") == {}
    assert home.troubles == [TroubleKind.SCALE_UNKNOWN]
    thousandth = Scale(unit=KWH, multiplier=1, divisor=1000)
    shown = home.take(thousandth, 17_000, demand=300, serial="B")
    assert shown == {IMPORT: 17_000, POWER: 300}
    [restart] = home.restarts
    assert restart.numbers == ("A", "B")
    assert restart.levels == {IMPORT: (SHOWN[IMPORT], 17_000)}


def test_gas_whose_unit_reads_zero() -> None:
    """m³ that are said to be kWh are held in both units, and never believed by time."""
    home = Home(Medium.GAS)
    litres = Scale(unit=CUBIC_METRES, multiplier=1, divisor=1000)
    before = home.take(litres, 2_914_388, demand=None)
    assert before == {VOLUME: 2914.388, IMPORT: 32_701_279}
    unread = Scale(unit=KWH, multiplier=1, divisor=1000)
    for step in range(200):
        assert home.take(unread, 2_914_388 + step, demand=None, after=900) == before
    trouble = next(iter(home.account.troubles()))
    assert (trouble.code, trouble.shown) == (VOLUME, 2914.388)
    # What is sent now is energy, and is reported as such.
    assert (trouble.sent_code, trouble.sent) == (IMPORT, 2_914_587)
    after = home.take(litres, 2_914_588, demand=None)
    assert after[VOLUME] == 2914.588
    assert not home.restarts


def test_gas_whose_owner_believes_the_unit() -> None:
    """Energy is counted from then on, and the volume that it makes goes on."""
    home = Home(Medium.GAS)
    home.take(Scale(unit=CUBIC_METRES, multiplier=1, divisor=1000), 2_914_388)
    unit = Scale(unit=KWH, multiplier=1, divisor=1000)
    home.take(unit, 2_914_388)
    home.account.believe(VOLUME)
    assert home.take(unit, 2_914_388) == {IMPORT: 2_914_388, VOLUME: 2914.388}
    more = home.take(unit, 2_914_388 + 11_221, after=3600)
    assert more[VOLUME] == pytest.approx(2915.388, abs=0.001)
    [restart] = home.restarts
    assert restart.levels == {IMPORT: (32_701_279, 2_914_388)}


def test_a_total_that_is_counted_after_it_was_derived() -> None:
    """It is the same counter: a level far from what was derived is held back."""
    home = Home(Medium.GAS)
    home.take(Scale(unit=CUBIC_METRES, multiplier=1, divisor=1000), 2_914_388)
    home.restart()
    shown = home.take(Scale(unit=KWH, multiplier=1, divisor=1000), 32_701_300)
    # The total goes on with the new unit, and only with that.
    assert shown == {IMPORT: 32_701_300, VOLUME: 2914.388}


def version_1(level: float, code: str = IMPORT) -> Mapping[str, Any]:
    """Return what version 1 stored of a meter that was read a minute ago."""
    return from_version_1({code: [level, 1_800_000_000.0 - 60, level, level]})


def test_old_level_without_a_divisor() -> None:
    """A level stored under divisor 0 is not restored; no replaced meter is reported."""
    home = Home()
    home.restart(version_1(COUNT * 1000))
    assert home.take(UNREAD, COUNT + 1) == {}
    assert home.account.scaling.hint is None
    assert home.take(USUAL, COUNT + 1)[IMPORT] == 5_231_047.8
    assert not home.restarts


def test_old_level_without_a_divisor_and_a_good_one_now() -> None:
    """The same holds if the divisor has come back by then."""
    home = Home()
    home.restart(version_1(COUNT * 1000))
    assert home.take(USUAL) == SHOWN
    assert not home.restarts


def test_old_level_that_tells_the_divisor() -> None:
    """A stored level suggests the power of ten, which the owner has to confirm."""
    home = Home()
    home.restart(version_1(SHOWN[IMPORT] - 10))
    assert home.take(UNREAD) == {}
    assert home.account.scaling.hint == 4
    home.account.scaling.learn(4)
    assert home.take(UNREAD) == SHOWN
    home.restart()
    assert home.take(UNREAD) == SHOWN
    assert not home.restarts


def test_old_level_by_a_good_divisor() -> None:
    """A stored level that fits the present scale continues, also in whole kWh."""
    home = Home()
    home.restart(version_1(SHOWN[IMPORT] - 10))
    assert home.take(USUAL) == SHOWN
    whole = Home()
    whole.restart(version_1(5_230_000))
    assert whole.take(Scale(unit=KWH, multiplier=1, divisor=1), 5231)[IMPORT] == (
        5_231_000
    )
    assert not home.restarts
    assert not whole.restarts


@pytest.mark.parametrize(
    ("display", "places"),
    [
        (5231, 4),
        (5200, 4),
        (5_231_047.7, 1),
        (52.31, 6),
        (5.2310477, 7),
        (52_310_477, 0),
        (0.5, None),
        (3000, None),
        (17_000, None),
    ],
)
def test_display_tells_the_power_of_ten(display: float, places: int | None) -> None:
    """What the display shows need not be exact, but no other number may fit."""
    home = Home()
    home.take(UNREAD)
    scaling = home.account.scaling
    assert scaling.places_of(display * 1000) == places
    if places is not None:
        assert scaling.total_by(places) == (IMPORT, COUNT * 1000 / 10**places)


def test_learnt_scale_of_another_level() -> None:
    """The scale that the owner confirms counts more than a stored level."""
    home = Home()
    home.restart(version_1(17_000_000))
    assert home.take(UNREAD) == {}
    home.account.scaling.learn(4)
    assert home.take(UNREAD) == SHOWN
    [restart] = home.restarts
    assert restart.levels == {IMPORT: (17_000_000, SHOWN[IMPORT])}


def test_total_that_is_missing() -> None:
    """A scale is kept even if only the power is sent, but not if it scales no value."""
    home = Home()
    assert home.take(Scale(unit=8, multiplier=1, divisor=1)) == {}
    assert home.take(USUAL, None) == {POWER: SHOWN[POWER]}
    assert home.take(UNREAD) == SHOWN
