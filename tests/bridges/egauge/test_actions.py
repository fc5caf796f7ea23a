"""Actions: what the device is told, and what comes of it."""

import asyncio
import base64

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers import device_registry as dr
import probatio
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.meter_bridge.bridges.egauge import commands
from custom_components.meter_bridge.const import DOMAIN
from tests.bridges.egauge.calls import judge_body
from tests.bridges.egauge.simulator import EgaugeSimulator
from tests.conftest import SetUp, Start
from tests.support.acting import act
from tests.support.simulator import Json
from tests.support.waiting import eventually

PIECES = [base64.b64encode(each).decode() for each in (b"young", b"older", b"oldest")]
TARGET = "00:11:22:33:44:55/ABCD-EFGH-IJKL-MNOP"

ACTIONS: list[tuple[str, dict[str, object], str, dict[str, object]]] = [
    (
        "egauge_activate_service",
        {"service": "alert", "provider": "Somebody"},
        "activate",
        {},
    ),
    (
        "egauge_test_email",
        {"address": "me@example.com", "mailuser": "x"},
        "test-email",
        {},
    ),
    (
        "egauge_test_remote",
        {"address": "sunspec.1@USB2", "linktype": "m"},
        "test-remote",
        {},
    ),
    (
        "egauge_wlan",
        {"action": "add", "ssid": "x", "key": "y", "hidden": True},
        "wlan",
        {},
    ),
    ("egauge_wlan", {"action": "select", "id": 0}, "wlan", {}),
    ("egauge_wlan", {"action": "forget", "id": 2}, "wlan", {}),
    (
        "egauge_homeplug",
        {"password": "HomePlugAV", "targets": [TARGET], "confirm": True},
        "homeplug",
        {"action": "setpwd"},
    ),
    (
        "egauge_change_database",
        {"action": "zero", "from": "1.5", "confirm": True},
        "db",
        {},
    ),
    (
        "egauge_change_database",
        {"action": "split", "regs": [7], "confirm": True},
        "db",
        {},
    ),
]


@pytest.mark.parametrize(("action", "data", "command", "more"), ACTIONS)
async def test_actions(  # noqa: PLR0913, PLR0917
    hass: HomeAssistant,
    commanded: MockConfigEntry,
    simulator: EgaugeSimulator,
    action: str,
    data: dict[str, object],
    command: str,
    more: dict[str, object],
) -> None:
    """Each action is one command with the body that the vendor describes."""
    assert await act(hass, commanded, action, **data) is not None
    body = {key: value for key, value in data.items() if key != "confirm"} | more
    assert simulator.commands == [(command, body)]
    judge_body(command, body)


async def test_a_backup_goes_piece_by_piece(
    hass: HomeAssistant, commanded: MockConfigEntry, simulator: EgaugeSimulator
) -> None:
    """All but the last piece say that more will follow."""
    await act(
        hass,
        commanded,
        "egauge_change_database",
        action="restore",
        data=PIECES,
        confirm=True,
    )
    more = {"action": "restore", "more_chunks": True}
    assert simulator.commands == [
        ("db", {**more, "data": PIECES[0]}),
        ("db", {**more, "data": PIECES[1]}),
        ("db", {"action": "restore", "data": PIECES[2]}),
    ]
    for name, body in simulator.commands:
        judge_body(name, body)


async def test_factory_settings(
    hass: HomeAssistant, commanded: MockConfigEntry, simulator: EgaugeSimulator
) -> None:
    """It takes a confirmation, and no more."""
    response = await act(hass, commanded, "factory_reset", confirm=True)
    assert response == {"status": "OK"}
    assert simulator.commands == [("factory-restore", None)]


@pytest.mark.parametrize(
    ("action", "data"),
    [
        ("factory_reset", {}),
        ("factory_reset", {"confirm": False}),
        ("egauge_change_database", {"action": "zero"}),
        ("egauge_change_database", {"action": "zero", "confirm": "yes"}),
        ("egauge_change_database", {"action": "erase", "confirm": True}),
        ("egauge_change_database", {"action": "restore", "data": [], "confirm": True}),
        (
            "egauge_change_database",
            {"action": "restore", "data": ["%"], "confirm": True},
        ),
        (
            "egauge_change_database",
            {"action": "restore", "data": [""], "confirm": True},
        ),
        (
            "egauge_change_database",
            {"action": "restore", "data": ["QUJ"], "confirm": True},
        ),
        ("egauge_change_database", {"action": "zero", "regs": [-1], "confirm": True}),
        ("egauge_change_database", {"action": "zero", "regs": [], "confirm": True}),
        ("egauge_change_database", {"action": "zero", "regs": [True], "confirm": True}),
        ("egauge_change_database", {"action": "zero", "regs": [7.0], "confirm": True}),
        ("egauge_change_database", {"action": "zero", "confirm": 1}),
        ("factory_reset", {"confirm": 1}),
        ("factory_reset", {"confirm": 1.0}),
        (
            "egauge_homeplug",
            {"password": "pässword", "targets": [TARGET], "confirm": True},
        ),
        (
            "egauge_homeplug",
            {"password": "abcd", "targets": [TARGET + "\r\nx"], "confirm": True},
        ),
        (
            "egauge_change_database",
            {"action": "zero", "from": "yesterday", "confirm": True},
        ),
        ("egauge_homeplug", {"password": "abcd", "targets": [TARGET]}),
        ("egauge_homeplug", {"password": "abc", "targets": [TARGET], "confirm": True}),
        (
            "egauge_homeplug",
            {"password": 'ab"cd', "targets": [TARGET], "confirm": True},
        ),
        ("egauge_homeplug", {"password": "abcd", "targets": [], "confirm": True}),
        ("egauge_homeplug", {"password": "abcd", "targets": ["here"], "confirm": True}),
        ("egauge_wlan", {"action": "select", "id": -1}),
        ("egauge_wlan", {"action": "select", "id": True}),
        ("egauge_wlan", {"action": "add", "ssid": "a\nb"}),
        ("egauge_wlan", {"action": "add", "ssid": "ü" * 17}),
        ("egauge_wlan", {"action": "add", "ssid": "x", "key": "a\r\nb"}),
        ("egauge_activate_service", {"service": "alarm", "provider": "x"}),
        ("egauge_activate_service", {"service": "push"}),
        ("egauge_test_email", {"address": "nobody"}),
        ("egauge_test_email", {"address": "me@example.com\r\nBcc: you@example.com"}),
        ("egauge_test_email", {"address": "me@example.com", "fromaddr": "a@b.cc\n"}),
        ("egauge_test_email", {"address": "me@example.com", "smarthost": "a\r\nb"}),
        ("egauge_test_email", {"address": "me@example.com", "mailuser": "a\nb"}),
        ("egauge_test_email", {"address": "me@example.com", "mailpass": "a\rb"}),
        ("egauge_test_remote", {"address": "", "linktype": "tcp"}),
    ],
)
async def test_odd_words_reach_no_device(
    hass: HomeAssistant,
    commanded: MockConfigEntry,
    simulator: EgaugeSimulator,
    action: str,
    data: dict[str, object],
) -> None:
    """Fields are validated, and what destroys has to be confirmed."""
    with pytest.raises(probatio.Invalid):
        await act(hass, commanded, action, **data)
    assert simulator.commands == []


@pytest.mark.parametrize(
    ("action", "data"),
    [
        ("egauge_change_database", {"action": "restore", "confirm": True}),
        ("egauge_change_database", {"action": "zero", "data": PIECES, "confirm": True}),
        ("egauge_wlan", {"action": "add"}),
        ("egauge_wlan", {"action": "add", "id": 1}),
        ("egauge_wlan", {"action": "select", "ssid": "x"}),
    ],
)
async def test_words_that_do_not_go_together_reach_no_device(
    hass: HomeAssistant,
    commanded: MockConfigEntry,
    simulator: EgaugeSimulator,
    action: str,
    data: dict[str, object],
) -> None:
    """What is missing or too much is told in the owner's language."""
    with pytest.raises(ServiceValidationError) as caught:
        await act(hass, commanded, action, **data)
    assert caught.value.translation_key == "unfit_fields"
    assert simulator.commands == []


async def test_a_long_action_is_followed_to_its_end(
    hass: HomeAssistant, commanded: MockConfigEntry, simulator: EgaugeSimulator
) -> None:
    """The response is what the device came to in the end."""
    result: dict[str, Json] = {"trace": [{"dt": 0.1, "msg": "Detected."}], "regs": []}
    simulator.script = [
        {"progress": 0.1},
        {"progress": 0.9, "result": {"trace": []}},
        {"done": True, "result": result},
    ]
    response = await act(
        hass, commanded, "egauge_test_remote", address="a", linktype="tcp"
    )
    assert response == result


async def test_a_long_action_may_fail(
    hass: HomeAssistant, commanded: MockConfigEntry, simulator: EgaugeSimulator
) -> None:
    """The device's short word for the reason comes with its details."""
    simulator.script = [{"done": True, "error": "NO_ROUTE", "args": ["10.0.0.9"]}]
    with pytest.raises(HomeAssistantError) as caught:
        await act(hass, commanded, "egauge_test_remote", address="a", linktype="tcp")
    assert caught.value.translation_placeholders == {"reason": "NO_ROUTE 10.0.0.9"}
    simulator.script = [{"done": True, "error": "OOM"}]
    with pytest.raises(HomeAssistantError) as caught:
        await act(hass, commanded, "egauge_test_remote", address="a", linktype="tcp")
    assert caught.value.translation_placeholders == {"reason": "OOM"}


async def test_an_endless_action_is_cancelled(
    hass: HomeAssistant,
    commanded: MockConfigEntry,
    simulator: EgaugeSimulator,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The device is told that nobody waits any more."""
    monkeypatch.setattr(commands, "_LONGEST_SECONDS", 0.1)
    simulator.script = [{"progress": 0.5}] * 1000
    with pytest.raises(HomeAssistantError) as caught:
        await act(
            hass,
            commanded,
            "egauge_activate_service",
            service="push",
            provider="Nobody",
        )
    assert caught.value.translation_key == "cannot_connect"
    assert len(simulator.cancelled) == 1


async def test_a_forgotten_action_has_no_end(
    hass: HomeAssistant, commanded: MockConfigEntry, simulator: EgaugeSimulator
) -> None:
    """After a restart of the device its status is gone; so is a token that is none."""
    simulator.script = [{"progress": 0.5}] * 1000
    call = asyncio.create_task(
        act(
            hass,
            commanded,
            "egauge_activate_service",
            service="push",
            provider="Somebody",
        )
    )
    await eventually(lambda: simulator.statuses)
    simulator.statuses.clear()
    with pytest.raises(HomeAssistantError) as caught:
        await call
    assert caught.value.translation_key == "not_recognised"
    simulator.garble(b'{"token": "../../auth/logout"}', path="/api/cmd/activate")
    with pytest.raises(HomeAssistantError) as caught:
        await act(
            hass,
            commanded,
            "egauge_activate_service",
            service="push",
            provider="Somebody",
        )
    assert caught.value.translation_key == "not_recognised"


async def test_an_action_wants_a_device_that_knows_it(
    hass: HomeAssistant, commanded: MockConfigEntry, simulator: EgaugeSimulator
) -> None:
    """Neither an unknown device nor one that is not set up is asked."""
    with pytest.raises(HomeAssistantError) as caught:
        await hass.services.async_call(
            DOMAIN,
            "factory_reset",
            {"device_id": "nobody", "confirm": True},
            blocking=True,
        )
    assert caught.value.translation_key == "unknown_action"
    await hass.config_entries.async_unload(commanded.entry_id)
    with pytest.raises(HomeAssistantError) as caught:
        await act(hass, commanded, "factory_reset", confirm=True)
    assert caught.value.translation_key == "not_loaded"
    assert simulator.commands == []


@pytest.mark.usefixtures("commanded")
async def test_another_bridge_knows_no_such_action(
    hass: HomeAssistant,
    simulators: Start,
    set_up: SetUp,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """A device of another kind is not asked, and nothing outdated is used to see it."""
    other = await simulators("iometer")
    entry = await set_up(other)
    since = len(other.requests)
    with pytest.raises(HomeAssistantError) as caught:
        await act(hass, entry, "factory_reset", confirm=True)
    assert caught.value.translation_key == "unknown_action"
    device = dr.async_get(hass).async_get_or_create(
        config_entry_id=_foreign(hass).entry_id, identifiers={("else", "where")}
    )
    with pytest.raises(HomeAssistantError):
        await hass.services.async_call(
            DOMAIN,
            "factory_reset",
            {"device_id": device.id, "confirm": True},
            blocking=True,
        )
    assert {each.method for each in other.requests[since:]} <= {"GET"}
    assert "deprecated" not in caplog.text


def _foreign(hass: HomeAssistant) -> MockConfigEntry:
    """Return an entry of another integration."""
    entry = MockConfigEntry(domain="elsewhere")
    entry.add_to_hass(hass)
    return entry
