"""Meters that have fewer registers than most: import alone, tariffs, buses, changes."""

from dataclasses import replace

import pytest

from custom_components.meter_bridge.bridges.obis import NET_POWER, VOLUME
from custom_components.meter_bridge.bridges.snapshot import MAIN_METER, Meter, Reading
from custom_components.meter_bridge.bridges.whatwatt_go import client as module
from custom_components.meter_bridge.bridges.whatwatt_go.bus import BusMeters
from custom_components.meter_bridge.bridges.whatwatt_go.client import WhatwattClient
from custom_components.meter_bridge.bridges.whatwatt_go.live import Proof, parse_live
from custom_components.meter_bridge.bridges.whatwatt_go.report import parse_report
from tests.bridges.whatwatt_go.conftest import REPORT
from tests.bridges.whatwatt_go.profiles import E450, KMP
from tests.bridges.whatwatt_go.simulator import WhatwattGoSimulator
from tests.support.accounts import shown
from tests.support.clients import asked, streaming, values
from tests.support.simulator import Json
from tests.support.waiting import eventually

OK: dict[str, Json] = {"status": "OK"}
IMPORT_ONLY: dict[str, Json] = {
    "instantaneous_power": {
        "active": {"positive": {"total": 0.432, "l1": 0.1, "l2": 0.2, "l3": 0.132}}
    },
    "energy": {"active": {"positive": {"total": 3120.5, "t1": 1120.25, "t2": 2000.25}}},
}
IMPORT_ONLY_LIVE: dict[str, Json] = {
    "P_In": 0.432,
    "P_P1_In": 0.1,
    "P_P2_In": 0.2,
    "P_P3_In": 0.132,
    "P_Out": 0,
    "P_P1_Out": 0,
    "P_P2_Out": 0,
    "P_P3_Out": 0,
    "E_In": 3120.5,
    "E_Out": 0,
}
TARIFFS: dict[str, Json] = {
    "instantaneous_power": {
        "active": {"positive": {"total": 0.7}, "negative": {"total": 0}}
    },
    "energy": {
        "active": {
            "positive": {"t1": 1120.204, "t2": 2000.101},
            "negative": {"t1": 1.5, "t2": 2.25},
        }
    },
}


def reported(report: Json) -> dict[str, float]:
    """Return what is shown of the main meter after a report."""
    main, *_ = parse_report({"report": report, "meter": OK})
    return shown(main)


def streamed(event: object, proof: Proof) -> Reading | None:
    """Return the reading of the main meter that an event holds."""
    live = parse_live(event, Meter(), 0)
    assert live
    for reading in live.readings(proof):
        if reading.meter.key == MAIN_METER:
            return reading
    return None


def test_an_import_only_meter_has_net_power() -> None:
    """Report and stream say the same power, and no register that the meter lacks."""
    assert reported(IMPORT_ONLY)[NET_POWER] == 432
    reading = streamed(IMPORT_ONLY_LIVE, Proof())
    assert reading
    assert shown(reading)[NET_POWER] == 432
    assert not {"2.7.0", "22.7.0", "2.8.0"} & shown(reading).keys()


def test_export_that_was_counted_proves_export_power() -> None:
    """A meter that has ever exported has both directions, also at zero."""
    event = {"P_In": 0.036, "P_Out": 0, "E_In": 63.482, "E_Out": 12.718}
    reading = streamed(event, Proof())
    assert reading
    assert (reading.values["2.7.0"], shown(reading)[NET_POWER]) == (0, 36)


def test_tariffs_without_a_total_are_summed() -> None:
    """Import and export have a total, whether reported or streamed."""
    totals = {"1.8.0": 3120305, "2.8.0": 3750}
    assert totals.items() <= reported(TARIFFS).items()
    event = {
        "E_In": 0,
        "E_In_T1": 1120.204,
        "E_In_T2": 2000.101,
        "E_Out": 0,
        "E_Out_T1": 1.5,
        "E_Out_T2": 2.25,
    }
    reading = streamed(event, Proof())
    assert reading
    assert totals.items() <= shown(reading).items()


async def test_a_report_replaces_what_was_believed_while_streaming(
    simulator: WhatwattGoSimulator,
    client: WhatwattClient,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Registers that the meter no longer sends are padding from the next report on."""
    monkeypatch.setattr(module, "_SYSTEM_SECONDS", 0.05)
    monkeypatch.setattr(module, "_REPORT_SECONDS", 0.05)
    simulator.profile = KMP
    assert "32.7.0" in values(await client.fetch())
    async with streaming(client, simulator) as (published, _):
        simulator.profile = E450
        simulator.tick()
        since = len(simulator.requests)
        await eventually(lambda: asked(simulator)[since:].count(REPORT) >= 2)
        published.clear()
        simulator.tick()
        await eventually(lambda: published)
        assert values(published[-1]).keys() & {"32.7.0", "31.7.0"} == set()
        assert "1.8.0" in values(published[-1])


def test_a_value_that_no_report_names_proves_no_zero() -> None:
    """A number that is streamed all the same counts, the zero that follows is none."""
    proof = Proof()
    proof.take_report(parse_report({"report": IMPORT_ONLY, "meter": OK}))
    named = streamed({**IMPORT_ONLY_LIVE, "V_P1": 231}, proof)
    assert named
    assert named.values["32.7.0"] == 231
    padded = streamed({**IMPORT_ONLY_LIVE, "V_P1": 0}, proof)
    assert padded
    assert "32.7.0" not in padded.values


def volume(name: str | None, amount: float = 4.5, bus: int | None = 1) -> Json:
    """Phrase one meter of the meter bus as the report does."""
    return {"bus": bus, "meter_id": name, "cumulative": amount}


def keys(meters: BusMeters, *volumes: Json) -> list[str]:
    """Return the keys of the meters in a report."""
    report: dict[str, Json] = {**IMPORT_ONLY, "volume": list(volumes)}
    _, *found = parse_report({"report": report, "meter": OK}, meters)
    return [reading.meter.key for reading in found]


def test_a_bus_meter_without_an_id_is_known_by_its_bus() -> None:
    """It stays so once an id comes, also after a restart; ids that were known stay."""
    meters = BusMeters()
    assert keys(meters, volume(None), volume("7", bus=2)) == ["volume_1", "volume_2_7"]
    again = BusMeters()
    again.recall(meters.memory())
    assert keys(again, volume("30", 4.6), volume(None, bus=2)) == [
        "volume_1",
        "volume_2_7",
    ]
    report: dict[str, Json] = {**IMPORT_ONLY, "volume": [volume("30", 4.7)]}
    _, reading = parse_report({"report": report, "meter": OK}, again)
    assert (reading.meter.serial, reading.values) == ("30", {VOLUME: 4.7})


def test_what_tells_no_bus_meter_is_passed_over() -> None:
    """Without id and bus, at zero without an id, or one of two: no meter is made up."""
    meters = BusMeters()
    assert keys(meters, volume(None, bus=None), volume(None, 0.0)) == []
    assert keys(meters, volume("1"), volume("2")) == ["volume_1_1", "volume_1_2"]
    assert keys(meters, volume(None)) == []
    assert keys(meters, volume(None, bus=3), volume(None, bus=3)) == ["volume_3"]


def test_garbled_names_do_not_push_out_a_bus() -> None:
    """However many names come, a meter that is known by its bus stays that."""
    meters = BusMeters()
    keys(meters, volume(None))
    for name in range(100):
        keys(meters, volume(f"{name}", bus=2))
    assert len(meters.memory()) == 32
    assert keys(meters, volume("30")) == ["volume_1"]


async def test_a_licence_takes_no_power_away(
    simulator: WhatwattGoSimulator, client: WhatwattClient
) -> None:
    """An import-only meter shows its power by stream and by report."""
    codes = frozenset({"1.7.0", "21.7.0", "41.7.0", "61.7.0", "1.8.0"})
    simulator.profile = replace(KMP, codes=codes)
    simulator.license = "PLUS"
    assert values(await client.fetch())[NET_POWER] == 321
    async with streaming(client, simulator) as (published, _):
        simulator.tick()
        await eventually(lambda: published)
        assert values(published[-1])[NET_POWER] == 321
        assert "2.7.0" not in values(published[-1])
