"""Passwords and keys go to the device, and come out of Home Assistant nowhere."""

import logging
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
import pytest

from custom_components.meter_bridge.bridges.whatwatt_go import mqtt
from tests.bridges.whatwatt_go.device import PASSPHRASE
from tests.bridges.whatwatt_go.simulator import WhatwattGoSimulator
from tests.conftest import SetUp
from tests.support.acting import act
from tests.support.secret_plants import emitted, error_text

SURE = {"confirm": True}
NAME, PASSWORD = "hidden-name-4711", "hidden-password-0815"
CALLS: list[tuple[str, dict[str, Any], str]] = [
    ("configure_wifi", {"ssid": NAME, "password": PASSWORD, **SURE}, "wifi_chosen"),
    (
        "whatwatt_configure_mqtt",
        {
            "url": f"mqtt://{NAME}.example",
            "username": NAME,
            "password": PASSWORD,
            "topic": "house",
        },
        "mqtt_chosen",
    ),
]


@pytest.mark.parametrize(("action", "data", "where"), CALLS)
@pytest.mark.parametrize("status", [None, 400, 401, 403, 500])
async def test_what_is_typed_comes_out_nowhere(  # noqa: PLR0913, PLR0917
    hass: HomeAssistant,
    simulator: WhatwattGoSimulator,
    set_up: SetUp,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
    action: str,
    data: dict[str, Any],
    where: str,
    status: int | None,
) -> None:
    """No response, error, log, state, issue or diagnostics contains it, come what may.

    The device even repeats it in its answers.
    """
    caplog.set_level(logging.DEBUG, "custom_components.meter_bridge")
    monkeypatch.setattr(mqtt, "_PAUSE_SECONDS", 0.0)
    simulator.air[NAME] = PASSWORD
    entry = await set_up(simulator)
    path = {"wifi_chosen": "wifi/sta", "mqtt_chosen": "mqtt"}[where]
    if status:
        simulator.fail_with(status, str(data), path=f"/api/v1/{path}/settings")
        with pytest.raises(HomeAssistantError) as caught:
            await act(hass, entry, action, **data)
        told = f"{caught.value} {vars(caught.value)} {error_text(caught.value)}"
    else:
        simulator.distort(
            lambda body: body.replace(b"{", f'{{"x": "{PASSWORD}",'.encode(), 1),
            path=f"/api/v1/{path}/settings",
        )
        told = str(await act(hass, entry, action, **data))
        chosen = getattr(simulator, where).now
        assert chosen["password"] == PASSWORD
    await entry.runtime_data.async_refresh()
    await hass.async_block_till_done()
    surfaces = {**await emitted(hass, entry, caplog), "told": told}
    for place, text in surfaces.items():
        assert PASSWORD not in text, place
        assert PASSPHRASE not in text, place
        assert NAME not in text, place


async def test_a_scan_leaves_no_trace(
    hass: HomeAssistant,
    simulator: WhatwattGoSimulator,
    set_up: SetUp,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The networks of the neighbours are in the response, and nowhere else."""
    caplog.set_level(logging.DEBUG, "custom_components.meter_bridge")
    entry = await set_up(simulator)
    assert "far away" in str(await act(hass, entry, "scan_wifi"))
    for place, text in (await emitted(hass, entry, caplog)).items():
        assert "far away" not in text, place
