"""MQTT: which broker, which message, and no variable that would stay as it is."""

import json
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
import probatio
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.meter_bridge.bridges.whatwatt_go import mqtt
from tests.bridges.whatwatt_go.profiles import E450, E570, KMP, LGZ, Profile
from tests.bridges.whatwatt_go.simulator import WhatwattGoSimulator
from tests.conftest import SetUp
from tests.support.acting import act

ACTION = "whatwatt_configure_mqtt"
BROKER = {"url": "mqtt://broker.example", "topic": "house/meter"}


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Do not wait until a broker is reached: there is none."""
    monkeypatch.setattr(mqtt, "_PAUSE_SECONDS", 0.01)


def own_broker(hass: HomeAssistant, **data: object) -> None:
    """Give Home Assistant a broker of its own."""
    login = {"username": "ha", "password": "letmein", "port": 1884}
    MockConfigEntry(domain="mqtt", data={**login, **data}).add_to_hass(hass)


async def refusal(call: Any) -> HomeAssistantError:  # noqa: ANN401 (a coroutine)
    """Return the error that a call ends with."""
    with pytest.raises(HomeAssistantError) as caught:
        await call
    return caught.value


@pytest.mark.parametrize("profile", [KMP, LGZ, E450, E570])
async def test_a_message_of_all_that_the_meter_sends(
    hass: HomeAssistant, simulator: WhatwattGoSimulator, set_up: SetUp, profile: Profile
) -> None:
    """It is valid JSON without null, and no longer than the device takes."""
    simulator.profile = profile
    simulator.tick()
    entry = await set_up(simulator)
    response = await act(hass, entry, ACTION, **BROKER)
    assert response
    template = response["template"]
    assert len(template) <= 1023
    message = json.loads(simulator.mqtt_message())
    assert message["sys_id"] == simulator.device_id
    assert message["1_8_0"] == pytest.approx(
        float(simulator.latest["1.8.0"].scaleb(-3)), abs=0.001
    )
    assert None not in message.values()
    assert simulator.mqtt_chosen.now["publish"] == {
        "topic": "house/meter",
        "template": template,
    }
    assert simulator.mqtt_chosen.now["enable"] is True
    assert response == {
        "topic": "house/meter",
        "template": template,
        "connected": False,
    }


@pytest.mark.parametrize(
    ("template", "named"),
    [
        ("${9_7_0}", "9_7_0"),
        ("${1_8_0} ${nothing} ${9_7_0}", "nothing, 9_7_0"),
        ("${1_8_0", "1_8_0"),
        ("${}", "…"),
        ("${my secret}", "…"),
        ("${sys.name}", "sys.name"),
    ],
)
async def test_a_variable_that_is_not_sent(
    hass: HomeAssistant,
    simulator: WhatwattGoSimulator,
    set_up: SetUp,
    template: str,
    named: str,
) -> None:
    """The owner learns its name, and the device keeps what it had."""
    entry = await set_up(simulator)
    error = await refusal(act(hass, entry, ACTION, **BROKER, template=template))
    assert error.translation_key == "unresolved"
    assert error.translation_placeholders == {"reason": named}
    assert {each.method for each in simulator.requests} == {"GET"}


async def test_a_message_of_ones_own(
    hass: HomeAssistant, simulator: WhatwattGoSimulator, set_up: SetUp
) -> None:
    """It goes to the device unchanged; a login goes in, and does not come back."""
    entry = await set_up(simulator)
    simulator.publisher.is_connected = True
    template = 'power,meter=${meter.id} in=${1_7_0}\n$ {"x"}'
    login = {"username": "me", "password": "my password"}
    response = await act(hass, entry, ACTION, **BROKER, **login, template=template)
    assert response == {"topic": "house/meter", "template": template, "connected": True}
    now = simulator.mqtt_chosen.now
    assert {key: now[key] for key in login} == login
    assert now["client_id"] == "whatwattGO"


@pytest.mark.parametrize(
    ("data", "url"),
    [
        ({"broker": "192.0.2.9"}, "mqtt://192.0.2.9:1884"),
        ({"broker": "192.0.2.9", "certificate": "auto"}, "mqtts://192.0.2.9:1884"),
        ({"broker": "fd00::9"}, "mqtt://[fd00::9]:1884"),
        ({"broker": "core-mosquitto"}, "mqtt://10.10.10.10:1884"),
        ({"broker": "localhost"}, "mqtt://10.10.10.10:1884"),
        ({"broker": "::1"}, "mqtt://10.10.10.10:1884"),
    ],
)
@pytest.mark.usefixtures("mock_network")
async def test_the_broker_of_home_assistant(
    hass: HomeAssistant,
    simulator: WhatwattGoSimulator,
    set_up: SetUp,
    data: dict[str, str],
    url: str,
) -> None:
    """Without an address it is used, by a name that the device can reach."""
    own_broker(hass, **data)
    entry = await set_up(simulator)
    assert await act(hass, entry, ACTION, topic="house/meter")
    now = simulator.mqtt_chosen.now
    assert (now["url"], now["username"], now["password"]) == (url, "ha", "letmein")


async def test_no_broker(
    hass: HomeAssistant, simulator: WhatwattGoSimulator, set_up: SetUp
) -> None:
    """Without one, and with one that a device cannot use, the owner has to name one."""
    entry = await set_up(simulator)
    for _ in range(2):
        error = await refusal(act(hass, entry, ACTION, topic="house/meter"))
        assert error.translation_key == "no_broker"
        own_broker(hass, broker="192.0.2.9", transport="websockets")
    with pytest.raises(ServiceValidationError):
        await act(hass, entry, ACTION, topic="x", password="a password")
    assert {each.method for each in simulator.requests} == {"GET"}


async def test_a_device_without_licence(
    hass: HomeAssistant, simulator: WhatwattGoSimulator, set_up: SetUp
) -> None:
    """Variables and MQTT need one."""
    entry = await set_up(simulator)
    simulator.license = "FREE"
    error = await refusal(act(hass, entry, ACTION, **BROKER))
    assert error.translation_key == "no_license"


@pytest.mark.parametrize(
    "data",
    [
        {**BROKER, "url": "http://broker.example"},
        {**BROKER, "url": "mqtt://me:secret@broker.example"},
        {**BROKER, "url": "mqtt://"},
        {**BROKER, "url": "mqtt://" + "x" * 128},
        {**BROKER, "topic": "house/#"},
        {**BROKER, "topic": "house/+/x"},
        {**BROKER, "topic": ""},
        {**BROKER, "topic": "x" * 128},
        {**BROKER, "template": "x" * 1024},
        {**BROKER, "template": ""},
        {**BROKER, "password": "x" * 128},
        {"url": "mqtt://broker.example"},
    ],
)
async def test_odd_words_reach_no_device(
    hass: HomeAssistant,
    simulator: WhatwattGoSimulator,
    set_up: SetUp,
    data: dict[str, object],
) -> None:
    """Fields are as long as the device takes, and the address has no login."""
    entry = await set_up(simulator)
    since = len(simulator.requests)
    with pytest.raises(probatio.Invalid):
        await act(hass, entry, ACTION, **data)
    assert len(simulator.requests) == since
