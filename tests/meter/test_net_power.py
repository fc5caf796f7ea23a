"""Test where net power is known: by what a meter sends now and has ever sent."""

from collections.abc import Iterable, Mapping

import pytest

from custom_components.meter_bridge.bridges.obis import EXPORT_ENERGY, IMPORT_ENERGY
from custom_components.meter_bridge.bridges.snapshot import Meter, Reading
from tests.support.accounts import Accounts

NET, IMPORT, EXPORT, ABSOLUTE = "16.7.0", "1.7.0", "2.7.0", "15.7.0"
PHASES = ("21.7.0", "41.7.0", "61.7.0")
NET_PHASES = ("36.7.0", "56.7.0", "76.7.0")
NOW = 1_800_000_000.0
COUNTS_IMPORT = {IMPORT_ENERGY: 5_000_000.0}
COUNTS_EXPORT = {EXPORT_ENERGY: 3_000_000.0}

type Sent = Mapping[str, float]


class Meters:
    """One meter, read every ten seconds."""

    def __init__(self, accounts: Accounts | None = None, clock: float = 0.0) -> None:
        """Have sent nothing yet."""
        self.accounts = accounts or Accounts(stale_after=60.0)
        self.clock = clock

    def read(
        self,
        sent: Sent,
        *,
        serial: str | None = "1",
        is_complete: bool = False,
        unread: frozenset[str] = frozenset(),
    ) -> Mapping[str, float]:
        """Return what is shown after a reading."""
        self.clock += 10.0
        reading = Reading(
            values=sent,
            token=self.clock,
            meter=Meter(serial=serial),
            is_complete=is_complete,
            unread=unread,
        )
        taken = self.accounts.take(reading, now=NOW + self.clock, clock=self.clock)
        return taken.values

    def net(self, *readings: Sent, is_complete: bool = False) -> float | None:
        """Return the net power after the last of these readings."""
        for sent in readings:
            values = self.read(sent, is_complete=is_complete)
        return values.get(NET)

    def restarted(self) -> Meters:
        """Return the same meter after a restart of Home Assistant."""
        accounts = Accounts(stale_after=60.0)
        accounts.restore(self.accounts.as_stored(), is_orderly=True)
        return Meters(accounts, self.clock)


@pytest.fixture
def meter() -> Meters:
    """Return a meter that has sent nothing."""
    return Meters()


@pytest.mark.parametrize(
    ("sent", "net"),
    [
        ({NET: -30, IMPORT: 10, EXPORT: 50}, -30),
        ({NET: 0, **dict.fromkeys(NET_PHASES, 5)}, 0),
        ({IMPORT: 200, EXPORT: 300}, -100),
        ({IMPORT: 500, EXPORT: 0, NET_PHASES[0]: 200}, 500),
        (dict(zip(NET_PHASES, (700, -150, 300), strict=True)), 850),
        (dict(zip((*PHASES, "22.7.0", "42.7.0", "62.7.0"), range(6), strict=True)), -9),
        ({IMPORT: 5, **dict(zip(NET_PHASES, (1, 2, 3), strict=True)), EXPORT: 2}, 3),
        (dict(zip((IMPORT, *NET_PHASES), (9, 1, 2, 3), strict=True)), 9),
    ],
)
def test_what_one_reading_tells(meter: Meters, sent: Sent, net: float) -> None:
    """Sent net power, import less export, and all net phases need no second look."""
    values = meter.read({**COUNTS_IMPORT, **sent}, is_complete=True)
    assert values[NET] == net


@pytest.mark.parametrize(
    "sent",
    [
        {IMPORT: 655},
        {IMPORT: 655, **dict.fromkeys(PHASES, 218)},
        {NET_PHASES[0]: 655},
        {NET_PHASES[2]: 655},
        {PHASES[0]: 655},
        {ABSOLUTE: 655},
    ],
)
def test_one_power_alone_needs_two_readings(meter: Meters, sent: Sent) -> None:
    """What one reading lacks, the next may have; a complete answer lacks nothing."""
    sent = {**COUNTS_IMPORT, **sent}
    assert meter.net(sent) is None
    assert meter.net(sent) == 655
    assert Meters().net(sent, is_complete=True) == 655


def test_a_phase_that_stands_for_the_total_is_no_phase(meter: Meters) -> None:
    """A power under the code of a phase that is the total is shown as that alone."""
    for _ in range(2):
        values = meter.read({NET_PHASES[0]: 655})
    assert values == {NET: 655}


@pytest.mark.parametrize(
    "code",
    [
        *(f"{group}.7.0" for group in (2, 22, 42, 62)),
        *(f"{group}.8.0" for group in (2, 22, 42, 62)),
        "2.8.1",
        "2.6.0",
    ],
)
def test_import_is_net_only_without_any_export_register(
    meter: Meters, code: str
) -> None:
    """Any code of 2, 22, 42 or 62 that was ever sent is an export register."""
    assert meter.net({IMPORT: 655}, {IMPORT: 655}) == 655
    assert meter.net({IMPORT: 655, code: 7}) == (648 if code == EXPORT else None)
    assert meter.net({IMPORT: 655}, {IMPORT: 655}) is None


def test_two_readings_in_a_row_have_nothing_new_between(meter: Meters) -> None:
    """A register that comes later shows that the meter is not known yet."""
    first = {IMPORT: 655.0}
    second = {**first, "32.7.0": 230.0}
    assert meter.net(first) is None
    assert meter.net(second) is None
    assert meter.net(first) == 655


@pytest.mark.parametrize("lacks", [IMPORT, EXPORT])
@pytest.mark.parametrize("refused", [None, 5e9])
def test_a_side_that_is_missing_or_refused_leaves_none(
    meter: Meters, lacks: str, refused: float | None
) -> None:
    """One direction alone is no net power of a meter that has both."""
    both = {IMPORT: 500.0, EXPORT: 0.0}
    assert meter.net(both, both) == 500
    left = {code: value for code, value in both.items() if code != lacks}
    if refused is not None:
        left[lacks] = refused
    assert meter.net(left, left, left) is None
    assert meter.net(both) == 500


@pytest.mark.parametrize("lacks", NET_PHASES)
@pytest.mark.parametrize("refused", [None, 5e9])
def test_a_phase_that_is_missing_or_refused_leaves_none(
    meter: Meters, lacks: str, refused: float | None
) -> None:
    """Two phases are not the total, and one that is left stands for itself."""
    sent = dict.fromkeys(NET_PHASES, 100.0)
    assert meter.net(sent) == 300
    sent.pop(lacks)
    if refused is not None:
        sent[lacks] = refused
    assert meter.net(sent, sent, sent) is None
    alone = {lacks: 100.0}
    assert meter.net(alone, alone) is None
    assert meter.read(alone) == alone


def test_phases_under_the_codes_of_import(meter: Meters) -> None:
    """They are import until one is negative, which is remembered."""
    sent = {**COUNTS_EXPORT, **dict.fromkeys(PHASES, 100.0)}
    assert meter.net(sent, sent, sent) is None
    assert meter.net({**sent, PHASES[1]: -250.0}) == -50
    assert meter.net(sent) == 300
    assert meter.restarted().net(sent) == 300
    assert meter.net({**sent, IMPORT: 300.0}, sent, sent) is None


def test_phases_under_the_codes_of_import_without_export(meter: Meters) -> None:
    """Of a meter without any export register they add up to net power."""
    sent = {**COUNTS_IMPORT, **dict.fromkeys(PHASES, 100.0)}
    assert meter.net(sent) == 300
    assert meter.net({**sent, PHASES[0]: 5e9}) is None


@pytest.mark.parametrize("signed", [False, True])
def test_one_phase_under_a_code_of_import(meter: Meters, *, signed: bool) -> None:
    """Alone it is net power if it is signed, else import beside an export register."""
    sent = {**COUNTS_EXPORT, PHASES[0]: 100.0}
    before = {**sent, PHASES[0]: -5.0} if signed else sent
    assert meter.net(before, sent, sent) == (100 if signed else None)


@pytest.mark.parametrize("counter", ["2.8.0", "2.8.1", "22.8.0", "62.8.0"])
def test_the_sum_of_both_directions_is_import_without_an_export_counter(
    meter: Meters, counter: str
) -> None:
    """15.7.0 has no sign, no entity, and no meaning where energy is exported."""
    sent = {**COUNTS_IMPORT, ABSOLUTE: 300.0}
    assert meter.net(sent, sent) == 300
    assert meter.read(sent).keys() == {IMPORT_ENERGY, NET}
    exporting = {**sent, counter: 5000.0}
    assert meter.net(exporting, exporting, sent, sent) is None


def test_a_register_without_a_value_has_been_sent(meter: Meters) -> None:
    """A total that is named but cannot be read leaves a phase what it is."""
    phase = {NET_PHASES[0]: 321.0}
    meter.read(phase, unread=frozenset({NET}))
    assert meter.read(phase) == phase


def test_what_was_sent_outlives_a_restart(meter: Meters) -> None:
    """A first reading after a restart is judged by the codes of all before."""
    assert meter.net({IMPORT: 5.0, EXPORT: 0.0}) == 5
    assert meter.restarted().net({IMPORT: 5.0}, {IMPORT: 5.0}) is None
    alone = Meters()
    alone.net({IMPORT: 5.0}, {IMPORT: 5.0})
    assert alone.restarted().net({IMPORT: 5.0}) == 5


def test_another_number_begins_anew(meter: Meters) -> None:
    """What the meter before has sent says nothing of the one that follows."""
    for _ in range(3):
        meter.read({IMPORT: 5.0, EXPORT: 0.0}, serial="1")
    assert NET not in meter.read({IMPORT: 5.0}, serial="2")
    assert meter.read({IMPORT: 5.0}, serial="2")[NET] == 5


def test_without_a_number_all_readings_count(meter: Meters) -> None:
    """A meter that never says its number counts from its first reading."""
    meter.read({IMPORT: 5.0, EXPORT: 0.0}, serial=None)
    for _ in range(3):
        assert NET not in meter.read({IMPORT: 5.0}, serial=None)


@pytest.mark.parametrize(
    ("codes", "total"),
    [
        (("1.8.1", "1.8.2"), "1.8.0"),
        (("2.8.1", "2.8.2"), "2.8.0"),
        (("3.8.1", "3.8.2", "3.8.3"), "3.8.0"),
    ],
)
def test_tariffs_without_a_total(
    meter: Meters, codes: Iterable[str], total: str
) -> None:
    """The total is the sum of all tariffs that the meter has."""
    sent = dict.fromkeys(codes, 1960.204)
    assert total not in meter.read(sent)
    assert meter.read(sent)[total] == round(1960.204 * len(sent), 3)
    (some, *_) = sent
    assert total not in meter.read({some: 1960.204})
    assert total in meter.restarted().read(sent)


def test_a_sum_of_tariffs_is_judged_like_any_counter(meter: Meters) -> None:
    """A tariff that falls or jumps is held back, and so is the sum."""
    level = {"1.8.1": 4_000_000.0, "1.8.2": 3_000_000.0}
    for _ in range(2):
        values = meter.read(level)
    for odd in (0.0, 900_000_000.0):
        assert meter.read({**level, "1.8.2": odd}) == values


def test_a_total_that_was_ever_sent_is_never_a_sum(meter: Meters) -> None:
    """Where it is missing it is missing: the sum may be another number."""
    meter.read({"1.8.0": 7000.0, "1.8.1": 4000.0, "1.8.2": 2000.0})
    for _ in range(3):
        assert "1.8.0" not in meter.read({"1.8.1": 4000.0, "1.8.2": 2000.0})


def test_one_tariff_is_no_total(meter: Meters) -> None:
    """The others may be still to come."""
    for _ in range(3):
        assert meter.read({"1.8.1": 4000.0}) == {"1.8.1": 4000.0}
