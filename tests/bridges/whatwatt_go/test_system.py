"""The system to details: the device and its connections."""

from datetime import UTC, datetime

import pytest

from custom_components.meter_bridge.bridges.snapshot import Meter
from custom_components.meter_bridge.bridges.whatwatt_go.report import parse_meter
from custom_components.meter_bridge.bridges.whatwatt_go.system import (
    Details,
    parse_system,
    with_live,
    with_report,
)
from custom_components.meter_bridge.bridges.wire import section
from tests.bridges.whatwatt_go.conftest import load

NOW = datetime(2026, 6, 1, 10, 0, 13, tzinfo=UTC)


def test_the_system_is_read_whole() -> None:
    """Status, licence, connections, voltages and card; without those turned off."""
    answer = load("system")
    assert parse_system(answer, NOW) == Details(
        meter_status="ok",
        tariff=1,
        report_interval=7.182,
        last_restart=NOW,
        voltages={"v_usb": 5.09, "v_mbus": 14.02, "v_p1": 0, "v_scap": 4.81},
        firmware="2.8.2",
        license="plus",
        wifi_rssi=-41,
        ethernet=True,
        clouds={"whatwatt": False, "mystrom": True, "mqtc": True},
        sd_card=True,
    )
    assert parse_meter(section(answer, "meter")) == Meter(
        serial="LGZ1030000012345", manufacturer="Landis+Gyr"
    )


def test_what_does_not_apply_is_not_known() -> None:
    """Without a meter there is no interval, without Wi-Fi no signal, of 0 no tariff."""
    assert parse_system(load("system_bare"), None) == Details(
        meter_status="not_connected",
        firmware="1.2.6",
        ethernet=False,
        clouds={"mystrom": False},
        sd_card=False,
    )


@pytest.mark.parametrize("answer", [None, [], {"device": 1, "clouds": [], "wifi": {}}])
def test_a_strange_system_says_nothing(answer: object) -> None:
    """Missing or odd parts of the system give no values."""
    assert parse_system(answer, None) == Details()


def test_report_and_stream_say_some_things_sooner() -> None:
    """Tariff, status and conversion factor are those of the latest answer with them."""
    details = with_report(Details(tariff=1), load("report_kmp"))
    assert (details.meter_status, details.tariff) == ("ok", 2)
    assert with_report(details, load("report_e570")).conv_factor == 0.5
    details = with_report(details, load("report_key_required"))
    assert details == Details(meter_status="key_required", tariff=2, conv_factor=1)
    assert with_live(details, {"T": 1}).tariff == 1
    assert with_live(details, {"T": 4}).tariff == 4
    for none in ({}, {"T": 0}, {"T": 5}, {"T": "x"}, {"T": 1.5}, None):
        assert with_live(details, none) is details


def test_only_known_names_count() -> None:
    """Unknown supplies and services are ignored."""
    names = [f"v_{number}" for number in range(1000)]
    answer = {
        "device": {"plug": {**dict.fromkeys(names, 5), "v_p1": 5}},
        "clouds": {name: {"connected": True} for name in names},
    }
    details = parse_system(answer, None)
    assert details.voltages == {"v_p1": 5}
    assert details.clouds == {}
