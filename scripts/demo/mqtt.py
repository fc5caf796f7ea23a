"""Let a simulated device send to a broker that Home Assistant's own MQTT reads."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
import json

from tests.bridges.whatwatt_go.simulator import WhatwattGoSimulator

from .api import Api
from .bridges import FLOWS, Step, set_up
from .broker import Broker, broker
from .entities import read_entities
from .failure import DemoError
from .home_assistant import CONFIG, HOST
from .stage import Stage
from .trouble import another
from .waiting import until

SHOWN_WITHIN = 20.0
TOPIC, POWER = "house/meter", "1_7_0"
SENSOR = "sensor.from_the_broker"
DISCOVERED = "homeassistant/sensor/from_the_broker/config"


@dataclass(frozen=True, slots=True, kw_only=True)
class _State:
    """A state."""

    entity_id: str
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sent:
    """What the action tells of the device: whether it is connected to the broker."""

    connected: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _Result:
    """The result of an action with a response."""

    response: _Sent


@dataclass(frozen=True, slots=True, kw_only=True)
class _Adapter:
    """A network interface."""

    name: str
    enabled: bool
    ipv4: list[dict[str, str | int]] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Network:
    """The network interfaces of Home Assistant."""

    adapters: list[_Adapter]


async def failures(stage: Stage) -> list[str]:
    """Have a device send to the broker of Home Assistant; return what did not work."""
    api = stage.api
    try:
        async with (
            broker(CONFIG / "broker") as running,
            another(WhatwattGoSimulator) as (simulated, simulator),
            _mqtt(api, running),
        ):
            simulator.device_id = "02A4C61B77E1"
            await _use_loopback(api)
            await _add_sensor(api)
            [bridge] = await set_up(api, [simulated])
            if bridge.failure:
                return [bridge.failure]
            entities = await read_entities(api, [bridge])
            result = await api.ask(
                _Result,
                "call_service",
                domain="meter_bridge",
                service="whatwatt_configure_mqtt",
                service_data={"device_id": entities[0].device_id, "topic": TOPIC},
                return_response=True,
            )
            if not result.response.connected:
                return ["the device is not connected to the broker"]
            sent = simulator.variables()[POWER]
            shown = await until(
                lambda: _shown(api), lambda shown: shown == sent, SHOWN_WITHIN
            )
            await _remove(api, bridge.entry_id)
    except DemoError as error:
        return [str(error)]
    return [] if shown == sent else [f"the device sent {sent}, {SENSOR} is {shown}"]


@asynccontextmanager
async def _mqtt(api: Api, running: Broker) -> AsyncIterator[None]:
    """Add Home Assistant's integration for MQTT, and remove it in the end."""
    step = await api.post(Step, FLOWS, {"handler": "mqtt"})
    answer = {
        "broker": HOST,
        "port": running.port,
        "username": running.username,
        "password": running.password,
        "other_settings": {"set_client_cert": False, "set_ca_cert": "off"},
    }
    step = await api.post(Step, f"{FLOWS}/{step.flow_id}", answer)
    if step.result is None:
        raise DemoError(f"MQTT cannot be added: {step.reason or step.errors}")
    yield
    await _remove(api, step.result.entry_id)


async def _use_loopback(api: Api) -> None:
    """Let Home Assistant name a loopback address as its own: the device is there.

    Usually it offers none, since no other machine could reach it there.
    """
    network = await api.ask(_Network, "network")
    names = [
        each.name
        for each in network.adapters
        if each.enabled or any(known["address"] == HOST for known in each.ipv4)
    ]
    await api.send("network/configure", config={"configured_adapters": names})


async def _add_sensor(api: Api) -> None:
    """Announce a sensor as a device does, and wait until Home Assistant reads it."""
    described = {
        "name": "From the broker",
        "unique_id": "from_the_broker",
        "state_topic": TOPIC,
        "value_template": f"{{{{ value_json['{POWER}'] }}}}",
        "device_class": "power",
        "unit_of_measurement": "kW",
    }
    await _publish(api, DISCOVERED, described, retain=True)

    async def try_it() -> str | None:
        # The broker passes on nothing from before the sensor has subscribed.
        await _publish(api, TOPIC, {POWER: 0})
        return await _shown(api)

    if await until(try_it, lambda shown: shown == "0", SHOWN_WITHIN) != "0":
        raise DemoError(f"{SENSOR} does not show what is published")


async def _publish(
    api: Api, topic: str, message: object, *, retain: bool = False
) -> None:
    """Publish JSON by Home Assistant's own action."""
    data = {"topic": topic, "payload": json.dumps(message), "retain": retain}
    await api.send("call_service", domain="mqtt", service="publish", service_data=data)


async def _shown(api: Api) -> str | None:
    """Return the state of the sensor, None while there is none."""
    states = await api.ask(list[_State], "get_states")
    return next((one.state for one in states if one.entity_id == SENSOR), None)


async def _remove(api: Api, entry_id: str | None) -> None:
    """Remove a config entry."""
    await api.delete(f"config/config_entries/entry/{entry_id}")
