"""Live events to readings: padding is removed, and gaps are filled."""

import pytest

from custom_components.meter_bridge.bridges.obis import NET_POWER, VOLUME
from custom_components.meter_bridge.bridges.snapshot import MAIN_METER, Meter
from custom_components.meter_bridge.bridges.whatwatt_go.live import Proof, parse_live
from custom_components.meter_bridge.bridges.whatwatt_go.report import parse_report
from tests.bridges.whatwatt_go.conftest import load
from tests.support.accounts import shown


def streamed(event: object, proof: Proof, report: object = None) -> dict[str, float]:
    """Return what is shown of the main meter after an event."""
    live = parse_live(event, Meter(), 0)
    assert live
    readings = live.readings(proof, live.missing(parse_report(report)))
    found = [each for each in readings if each.meter.key == MAIN_METER]
    return shown(found[0]) if found else {}


def test_padding_is_no_reading() -> None:
    """Without a report, only values other than 0, and their opposites, are used."""
    assert streamed(load("live"), Proof()) == {
        "1.7.0": 36,
        "2.7.0": 0,
        "16.7.0": 36,
        "32.7.0": 230.1,
        "52.7.0": 229.8,
        "72.7.0": 230.4,
        "1.8.0": 63482,
        "1.8.1": 41905,
        "1.8.2": 21577,
        "2.8.0": 12718,
        "2.8.1": 10304,
        "2.8.2": 2414,
    }


def test_a_register_once_proven_may_be_zero() -> None:
    """A zero is used for a register that had another value before."""
    proof = Proof()
    assert "31.7.0" not in streamed({"I_P1": 0, "PF": 1}, proof)
    assert streamed({"I_P1": 0.26, "PF": 1}, proof)["31.7.0"] == 0.26
    assert streamed({"I_P1": 0, "PF": 1}, proof)["31.7.0"] == 0


def test_a_report_tells_padding_from_zero() -> None:
    """A zero is used for a register in the report, and for no other."""
    proof = Proof()
    proof.take_report(parse_report(load("report_e450")))
    assert proof.is_complete
    powers = {"P_In": 0, "P_Out": 0, "P_P1_In": 0.2, "P_P1_Out": 0}
    event = {**powers, "I_P1": 0, "E_In": 63.482, "rEec": 0}
    assert streamed(event, proof) == {
        "1.8.0": 63482,
        "1.7.0": 0,
        "2.7.0": 0,
        "16.7.0": 0,
        "8.8.0": 0,
        "21.7.0": 200,
    }


def test_garbled_names_do_not_pile_up() -> None:
    """Meters that were only sent once are forgotten; the main meter never is."""
    proof = Proof()
    assert streamed({"I_P1": 0.26, "PF": 1}, proof)["31.7.0"] == 0.26
    for name in range(1100):
        volume = {"Bus": 1, "M_ID": f"{name}", "Cum": 5}
        live = parse_live({"Vol": [volume]}, Meter(), 0)
        assert live
        assert len(live.readings(proof)) == 1
    assert streamed({"I_P1": 0, "PF": 1}, proof)["31.7.0"] == 0
    first = parse_live({"Vol": [{"Bus": 1, "M_ID": "0", "Cum": 0}]}, Meter(), 0)
    last = parse_live({"Vol": [{"Bus": 1, "M_ID": "1099", "Cum": 0}]}, Meter(), 0)
    assert first
    assert last
    assert not first.readings(proof)
    assert last.readings(proof)


def test_a_padded_volume_is_no_reading() -> None:
    """The padded 0 m³ of a volume meter without a report is not used."""
    live = parse_live(load("live"), Meter(), 0)
    assert live
    volumes = [each for each in live.readings(Proof()) if each.meter.key != MAIN_METER]
    assert [(each.meter.serial, each.values) for each in volumes] == [
        ("30023456", {VOLUME: 123.45})
    ]


def test_what_the_stream_leaves_out_comes_from_the_report() -> None:
    """Apparent power and maximum demand are taken from the report, power never is."""
    proof = Proof()
    report = load("report_e570")
    proof.take_report(parse_report(report))
    assert streamed({"P_In": 0.001, "E_In": 11743.028}, proof, report) == {
        "1.7.0": 1,
        "1.8.0": 11743028,
        "2.8.0": 3184502,
        "9.7.0": 5301,
        "1.6.0": 5210,
        "1.6.1": 5210,
        "1.6.2": 3870,
        "2.6.0": 1004,
        "2.6.1": 1004,
        "2.6.2": 0,
    }


def test_other_meters_stand_in_for_a_stream_without_them() -> None:
    """Other meters are taken from the report if an event lacks them."""
    report = parse_report(load("report_ensor"))
    live = parse_live({"P_In": 0, "PF": 0}, Meter(), 0)
    assert live
    missing = live.missing(report)
    main, volume = live.readings(Proof(), missing)
    assert "1.8.0" in main.values
    assert NET_POWER not in main.values
    assert volume.values == {VOLUME: 4711.018}


def test_what_the_stream_says_itself_is_not_taken_from_the_report() -> None:
    """Values in the event are not taken from the report."""
    event = {"P_In": 1, "PF": 0.9, "Vol": [{"Bus": 1, "M_ID": "3", "Cum": 5}]}
    live = parse_live(event, Meter(), 0)
    assert live
    report = {
        "power_factor": 0.8,
        "volume": [{"bus": 1, "meter_id": "3", "cumulative": 4}],
    }
    sent = parse_report({"report": report, "meter": {"status": "OK"}})
    assert len(sent) == 2
    assert live.missing(sent) == ()


def test_every_event_is_a_new_look() -> None:
    """Every event is a new reading, even if the meter's clock stands still."""
    tokens = set()
    for count in range(3):
        live = parse_live(load("live"), Meter(), count)
        assert live
        tokens.add(live.main.token)
    assert len(tokens) == 3


@pytest.mark.parametrize("event", [None, [], 5, "text", {}, {"Date": ""}, {"Vol": 7}])
def test_an_event_without_values_is_no_reading(event: object) -> None:
    """An event without values is no reading."""
    assert parse_live(event, Meter(), 0) is None
