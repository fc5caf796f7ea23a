"""Outages are detected, and kept until they are filled."""

from custom_components.meter_bridge.history.outages import Outage, Outages

HOUR = 3600.0
TOTALS = frozenset({"1.8.0"})


def outages(**but: object) -> Outages:
    """Return outages that have noted the first values of a meter."""
    found = Outages(totals=TOTALS, are_filled=True)
    assert found.note("", 100.0, {"1.8.0": 5.0}, is_back=True, is_sure=True) is None
    return found


def test_a_meter_that_is_back() -> None:
    """An outage lasts from the last live value to the next, and has the growth."""
    found = outages()
    assert found.note("", 110.0, {"1.8.0": 6.0}, is_back=False, is_sure=True) is None
    outage = found.note(
        "", 2 * HOUR, {"1.8.0": 8.0, "16.7.0": 5.0}, is_back=True, is_sure=True
    )
    assert outage
    assert (outage.gap.last, outage.gap.first) == (110.0, 2 * HOUR)
    assert outage.grown == {"1.8.0": 2.0}
    assert found.open == [outage]


def test_short_outages_need_nothing() -> None:
    """An outage within one hour is returned, but not kept to be filled."""
    found = outages()
    assert found.note("", 3000.0, {}, is_back=True, is_sure=True)
    assert not found.open


def test_totals_that_are_held_back() -> None:
    """An outage ends once its totals are sure, or after an hour of doubt."""
    found = outages()
    assert not found.note("", 8000.0, {}, is_back=True, is_sure=False)
    assert not found.note("", 8010.0, {}, is_back=False, is_sure=False)
    outage = found.note("", 8020.0, {}, is_back=False, is_sure=True)
    assert outage
    assert (outage.gap.last, outage.gap.first) == (100.0, 8020.0)
    assert not found.note("", 9000.0, {}, is_back=True, is_sure=False)
    late = found.note("", 12_600.0, {}, is_back=False, is_sure=False)
    assert late
    assert (late.gap.last, late.gap.first) == (8020.0, 12_600.0)


def held() -> tuple[Outages, Outage]:
    """Return an outage of two hours, since whose end a total is held back."""
    found = outages()
    found.note("", 2 * HOUR, {}, is_back=True, is_sure=False)
    outage = found.note("", 3 * HOUR, {}, is_back=False, is_sure=False)
    assert outage
    assert outage.is_held
    assert not outage.waits
    return found, outage


def test_what_is_held_for_longer_than_an_hour() -> None:
    """For what is held back an outage goes on until we are sure, over a restart."""
    found, outage = held()
    found.keep(outage, ["1.8.0"])
    again = Outages(totals=TOTALS, are_filled=True)
    again.restore(found.as_stored())
    again.note("", 200 * HOUR, {}, is_back=False, is_sure=False)
    assert [each.waits for each in again.open] == [True]
    again.note("", 201 * HOUR, {}, is_back=False, is_sure=True)
    last = Outages(totals=TOTALS, are_filled=True)
    last.restore(again.as_stored())
    (ended,) = last.open
    assert (ended.gap.last, ended.gap.first) == (100.0, 201 * HOUR)
    assert ended.keys == frozenset({"1.8.0"})
    assert not ended.is_held
    last.note("", 226 * HOUR, {}, is_back=False, is_sure=True)
    assert not last.open


def test_what_is_held_for_good() -> None:
    """What is held back for weeks is not filled any more."""
    found, _ = held()
    found.note("", 39 * 24 * HOUR, {}, is_back=False, is_sure=False)
    assert found.open
    found.note("", 41 * 24 * HOUR, {}, is_back=False, is_sure=False)
    assert not found.open


def test_while_the_owner_is_asked() -> None:
    """An outage of a meter that its owner is asked about waits for the answer."""
    found = outages()
    found.note("", 2 * HOUR, {}, is_back=True, is_sure=True)
    for hour in (27, 200):
        found.note("", hour * HOUR, {}, is_back=False, is_sure=True, asked=HOUR)
        found.note("gas", hour * HOUR, {}, is_back=False, is_sure=True)
    assert found.open
    # What is asked about another time does not matter.
    found.note("", 201 * HOUR, {}, is_back=False, is_sure=True, asked=50.0)
    assert not found.open


def test_over_a_restart() -> None:
    """The last values and open outages survive a restart of Home Assistant."""
    found = outages()
    found.note("", 2 * HOUR, {"1.8.0": 8.0}, is_back=True, is_sure=True)
    again = Outages(totals=TOTALS, are_filled=True)
    again.restore(found.as_stored())
    assert [each.gap for each in again.open] == [each.gap for each in found.open]
    outage = again.note("", 4 * HOUR, {"1.8.0": 9.0}, is_back=True, is_sure=True)
    assert outage
    assert (outage.gap.last, outage.grown) == (2 * HOUR, {"1.8.0": 1.0})


def test_forgotten_after_a_day() -> None:
    """An outage that was not filled within a day is dropped."""
    found = outages()
    found.note("", 2 * HOUR, {}, is_back=True, is_sure=True)
    found.note("", 25 * HOUR, {}, is_back=False, is_sure=True)
    assert found.open
    found.note("", 27 * HOUR, {}, is_back=False, is_sure=True)
    assert not found.open


def test_forgotten_with_its_meter() -> None:
    """Deleting a meter drops its outages."""
    found = outages()
    found.note("", 2 * HOUR, {}, is_back=True, is_sure=True)
    found.forget_meter("")
    assert not found.open
    assert found.note("", 9 * HOUR, {}, is_back=True, is_sure=True) is None


def test_a_bridge_without_memory() -> None:
    """Outages of a bridge without memory are not kept: nothing could fill them."""
    found = Outages(totals=TOTALS)
    found.note("", 100.0, {}, is_back=True, is_sure=True)
    assert found.note("", 2 * HOUR, {}, is_back=True, is_sure=True)
    assert not found.open
