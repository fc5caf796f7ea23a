"""The whole way by MQTT: the device sends to a broker, and Home Assistant reads it."""

import asyncio
from collections.abc import AsyncIterator
import json
import os
from pathlib import Path
import shutil
import socket

from homeassistant.components import mqtt
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.meter_bridge import action_needs
from custom_components.meter_bridge.bridges.whatwatt_go import mqtt as configuring
from tests.bridges.whatwatt_go.simulator import WhatwattGoSimulator
from tests.conftest import SetUp
from tests.support.acting import act
from tests.support.waiting import eventually

TOPIC, SENSOR = "house/meter", "sensor.from_the_broker"
USERNAME, PASSWORD = "ha", "a password of the broker"

pytestmark = pytest.mark.programs


def program(name: str) -> str:
    """Return the path of a program of Debian's package mosquitto."""
    found = shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin")
    if found is None:
        pytest.skip(f"{name} is not here: apt-get install mosquitto")
    return found


@pytest.fixture
async def broker(tmp_path: Path, socket_enabled: None) -> AsyncIterator[int]:
    """Start a broker that wants a login; return its port."""
    server, passwords = program("mosquitto"), tmp_path / "passwords"
    hash_password = [program("mosquitto_passwd"), "-b", "-c", str(passwords)]
    hashing = await asyncio.create_subprocess_exec(*hash_password, USERNAME, PASSWORD)
    assert await hashing.wait() == 0
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    settings = tmp_path / "mosquitto.conf"
    settings.write_text(
        f"listener {port} 127.0.0.1\nallow_anonymous false\n"
        f"password_file {passwords}\nuser root\n"
    )
    running = await asyncio.create_subprocess_exec(
        server, "-c", str(settings), stderr=asyncio.subprocess.DEVNULL
    )
    try:
        await _answers(port)
        yield port
    finally:
        running.terminate()
        await running.wait()


async def _answers(port: int) -> None:
    """Wait until the broker listens."""
    async with asyncio.timeout(10):
        while True:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                await asyncio.sleep(0.05)
                continue
            writer.close()
            await writer.wait_closed()
            return


@pytest.fixture(autouse=True)
def _all_on_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the device be where Home Assistant's own address is 127.0.0.1."""

    async def find(_hass: HomeAssistant, target_ip: str) -> str:
        assert target_ip == "127.0.0.1"
        return target_ip

    monkeypatch.setattr(action_needs, "async_get_source_ip", find)
    monkeypatch.setattr(configuring, "_PAUSE_SECONDS", 0.3)


@pytest.fixture
async def reader(
    hass: HomeAssistant, broker: int, tmp_path: Path
) -> AsyncIterator[MockConfigEntry]:
    """Let Home Assistant's own integration for MQTT read the topic into a sensor."""
    hass.config.config_dir = str(tmp_path)
    (tmp_path / "configuration.yaml").touch()
    entry = MockConfigEntry(
        domain=mqtt.DOMAIN,
        version=2,
        minor_version=1,
        data={
            "broker": "127.0.0.1",
            "port": broker,
            "username": USERNAME,
            "password": PASSWORD,
            "discovery": True,
        },
    )
    entry.add_to_hass(hass)
    assert await hass.config_entries.async_setup(entry.entry_id)
    await eventually(lambda: mqtt.is_connected(hass))
    described = {
        "name": "From the broker",
        "unique_id": "from_the_broker",
        "state_topic": TOPIC,
        "value_template": "{{ value_json['1_7_0'] }}",
        "device_class": "power",
        "unit_of_measurement": "kW",
    }
    await mqtt.async_publish(
        hass, "homeassistant/sensor/meter/config", json.dumps(described), retain=True
    )
    await eventually(lambda: hass.states.get(SENSOR), 10)
    async with asyncio.timeout(10):
        # The broker passes on nothing from before the sensor has subscribed.
        while power(hass) != "0":
            await mqtt.async_publish(hass, TOPIC, '{"1_7_0": 0}')
            await asyncio.sleep(0.2)
    yield entry
    await hass.config_entries.async_unload(entry.entry_id)


def power(hass: HomeAssistant) -> str:
    """Return what Home Assistant has read from the broker."""
    state = hass.states.get(SENSOR)
    assert state
    return state.state


@pytest.mark.usefixtures("reader")
async def test_what_the_device_sends_is_read(
    hass: HomeAssistant, simulator: WhatwattGoSimulator, set_up: SetUp
) -> None:
    """One action without an address is enough; each interval brings a new reading."""
    entry = await set_up(simulator)
    response = await act(hass, entry, "whatwatt_configure_mqtt", topic=TOPIC)
    assert response
    assert response["connected"] is True
    await eventually(lambda: power(hass) == "0.321", 10)
    interval = simulator.chosen.now["services"]["report_interval"]
    simulator.house.draw(1500)
    simulator.house.advance(interval - 1)
    simulator.tick()
    await asyncio.sleep(0.2)
    assert power(hass) == "0.321"
    simulator.house.advance(1)
    simulator.tick()
    await eventually(lambda: power(hass) == "1.5")


@pytest.mark.usefixtures("reader")
async def test_a_login_that_the_broker_refuses(
    hass: HomeAssistant, simulator: WhatwattGoSimulator, set_up: SetUp, broker: int
) -> None:
    """The response tells that the device is not connected."""
    entry = await set_up(simulator)
    response = await act(
        hass,
        entry,
        "whatwatt_configure_mqtt",
        url=f"mqtt://127.0.0.1:{broker}",
        topic=TOPIC,
        username=USERNAME,
        password="another",
    )
    assert response
    assert response["connected"] is False
