"""Test derived totals, which the meter does not count itself."""

import json

import pytest

from custom_components.meter_bridge.bridges.snapshot import (
    Derivation,
    Medium,
    Meter,
    Reading,
)
from tests.support.accounts import Accounts, Taken

NOW = 1_800_000_000.0
ENERGY, VOLUME = "1.8.0", "3.0.0"
GAS = Meter(key="gas", medium=Medium.GAS)
LEVEL = 4711.018


class Meters:
    """The account of a gas meter, with a clock."""

    def __init__(self) -> None:
        """Start with nothing read yet."""
        self.accounts = Accounts(stale_after=7200)
        self.clock = 0.0

    def restart(self) -> None:
        """Restart Home Assistant with the stored data."""
        stored = json.loads(json.dumps(self.accounts.as_stored()))
        self.accounts = Accounts(stale_after=7200)
        self.accounts.restore(stored)

    def enter(self, volume: float | None, factor: float | None) -> Taken:
        """Read the meter a minute later; without a factor, no energy is derived."""
        self.clock += 60
        derived = (
            (Derivation(code=ENERGY, source=VOLUME, factor=factor, places=0),)
            if factor
            else ()
        )
        reading = Reading(
            values={} if volume is None else {VOLUME: volume},
            token=self.clock,
            meter=GAS,
            derived=derived,
        )
        return self.accounts.take(reading, now=NOW + self.clock, clock=self.clock)

    def energy(self, volume: float | None, factor: float | None) -> float | None:
        """Read the meter; return the energy that is shown."""
        return self.enter(volume, factor).values.get(ENERGY)


@pytest.fixture
def meters() -> Meters:
    """Return meters that have not been read."""
    return Meters()


def test_the_first_total_is_the_whole_counter(meters: Meters) -> None:
    """The total starts where the meter's own would be, without an additional step."""
    assert meters.energy(LEVEL, 11_220.6) == 52_860_449
    assert meters.energy(LEVEL + 0.001, 11_220.6) == 52_860_460


@pytest.mark.parametrize("factor", [2.0, 10_000.0, 11_220.0, 12_000.0])
@pytest.mark.parametrize("restart", [False, True])
def test_another_factor_counts_from_now_on(
    meters: Meters, factor: float, *, restart: bool
) -> None:
    """A higher or lower factor does not change what was counted before."""
    assert meters.energy(LEVEL, 11_000.0) == 51_821_198
    if restart:
        meters.restart()
    assert meters.energy(LEVEL, factor) == 51_821_198
    assert meters.energy(LEVEL + 1, factor) == 51_821_198 + factor
    meters.restart()
    assert meters.energy(LEVEL + 2, factor) == 51_821_198 + 2 * factor
    assert meters.energy(LEVEL + 3, 11_000.0) == 51_821_198 + 3 * factor
    assert meters.energy(LEVEL + 4, 11_000.0) == 51_832_198 + 3 * factor


def test_what_flows_while_nobody_asks_is_counted(meters: Meters) -> None:
    """A derived total that was turned off for a time continues with the counter."""
    assert meters.energy(LEVEL, 10_000.0) == 47_110_180
    for _ in range(3):
        meters.restart()
        assert meters.energy(LEVEL + 1, None) is None
    assert meters.energy(LEVEL + 2, 12_000.0) == 47_130_180
    assert meters.energy(None, 12_000.0) is None
    assert meters.energy(LEVEL + 3, 12_000.0) == 47_142_180


def test_what_is_not_believed_is_not_derived(meters: Meters) -> None:
    """While a counter is held back, its derived total does not change."""
    assert meters.energy(LEVEL, 10_000.0) == 47_110_180
    for wrong in (0.0, -5.0, LEVEL - 2, LEVEL + 10_000):
        assert meters.energy(wrong, 10_000.0) == 47_110_180
        assert meters.energy(LEVEL, 10_000.0) == 47_110_180


@pytest.mark.parametrize("start", [0.5, 3000.0, LEVEL - 100, LEVEL + 5000])
@pytest.mark.parametrize("factor", [10_000.0, 12_000.0])
def test_a_new_meter_goes_on(meters: Meters, start: float, factor: float) -> None:
    """The first level of a replaced meter adds nothing to the total."""
    assert meters.energy(LEVEL, 10_000.0) == 47_110_180
    assert meters.energy(LEVEL + 1, 10_000.0) == 47_120_180
    restarted: tuple[str, ...] = ()
    while not restarted:
        entry = meters.enter(start, factor)
        assert entry.values[ENERGY] == 47_120_180
        restarted = entry.restarted
    assert restarted == (VOLUME,)
    meters.restart()
    assert meters.energy(start + 1, factor) == 47_120_180 + factor


@pytest.mark.parametrize("restart", [False, True])
def test_a_new_meter_takes_nothing_away(meters: Meters, *, restart: bool) -> None:
    """The total keeps everything that the old meter has counted."""
    for count in range(10):
        assert meters.energy(LEVEL + count, 10_000.0) == 47_110_180 + 10_000 * count
    if restart:
        meters.restart()
    for _ in range(20):
        meters.energy(5, 10_000.0)
    assert meters.energy(6, 10_000.0) == 47_110_180 + 10_000 * 10


def test_a_volume_has_its_decimals(meters: Meters) -> None:
    """The volume of a meter that counts energy has three decimals."""
    reading = Reading(
        values={ENERGY: 52_459_132},
        meter=GAS,
        derived=(Derivation(code=VOLUME, source=ENERGY, factor=1 / 11_135, places=3),),
    )
    entry = meters.accounts.take(reading, now=NOW, clock=0)
    assert entry.values == {ENERGY: 52_459_132, VOLUME: 4711.193}
