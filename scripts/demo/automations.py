"""Run automations that use our triggers, conditions and blueprints."""

from collections.abc import Iterable
from dataclasses import dataclass

from .api import Api
from .bridges import set_up
from .entities import CURRENTS, Entity, read_entities
from .failure import DemoError
from .stage import Stage
from .trouble import another_iometer
from .waiting import until

RUN_WITHIN = 20.0
BLUEPRINTS = "meter_bridge"
# Helpers of configuration.yaml.
BOILER, SHED, SUNNY = (
    f"input_boolean.{key}" for key in ("boiler", "boiler_shed", "boiler_by_sun")
)
# How the unique id of a count of alerts ends: some simulated meter has alerts.
ALERTS = "_alerts"
# Automations that cannot run within seconds: they are only checked for being on.
WAITING = {"triggers", "solar_surplus"}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Attributes:
    """Attributes of an automation: its id, and when it last ran."""

    id: str | None = None
    last_triggered: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _State:
    """A state."""

    entity_id: str
    state: str
    attributes: _Attributes


async def failures(stage: Stage) -> list[str]:
    """Add automations, make them run, and return a message for each that did not."""
    api = stage.api
    async with another_iometer() as (simulated, simulator):
        [bridge] = await set_up(api, [simulated])
        if bridge.failure:
            return [bridge.failure]
        configs = _configs(stage.entities, await read_entities(api, [bridge]))
        try:
            for key, config in configs.items():
                # Home Assistant validates an automation when it is saved.
                path = f"config/automation/config/{key}"
                await api.post(dict[str, str], path, {"alias": key, **config})
        except DemoError as error:
            return [str(error)]
        await _call(api, "automation", "trigger", "conditions", skip_condition=False)
        await _call(api, "input_boolean", "turn_on", "boiler")
        simulator.pin = "missing"
        simulator.tick()
        return await until(
            lambda: _idle(api, configs), lambda idle: not idle, RUN_WITHIN
        )


async def _idle(api: Api, keys: Iterable[str]) -> list[str]:
    """Return a message for each automation that is not on, or should have run."""
    states = await api.ask(list[_State], "get_states")
    found = {one.attributes.id: one for one in states if one.attributes.id}
    states_of_helpers = {one.entity_id: one.state for one in states}
    idle = []
    for key in keys:
        if key not in found or found[key].state != "on":
            idle.append(f"'{key}' is {found[key].state if key in found else 'missing'}")
        elif key not in WAITING and not found[key].attributes.last_triggered:
            idle.append(f"'{key}' did not run")
    if (states_of_helpers[BOILER], states_of_helpers[SHED]) != ("off", "on"):
        idle.append("'fuse_protection' did not switch the load off")
    return idle


async def _call(api: Api, domain: str, action: str, name: str, **data: object) -> None:
    """Run an action on an entity of its own domain."""
    await api.send(
        "call_service",
        domain=domain,
        service=action,
        target={"entity_id": f"{domain}.{name}"},
        service_data=data,
    )


def _configs(
    entities: Iterable[Entity], troubled: Iterable[Entity]
) -> dict[str, dict[str, object]]:
    """Return automations with all triggers, all conditions, and each blueprint."""
    devices = {one.device_id for one in entities}
    everything = {"device_id": sorted(filter(None, devices))}
    one_meter = {"device_id": sorted({one.device_id or "" for one in troubled})}
    alerted = {
        one.device_id
        for one in entities
        if one.unique_id.endswith(ALERTS) and one.number
    }
    currents = [one.entity_id for one in entities if one.unique_id.endswith(CURRENTS)]
    power = next(one.entity_id for one in entities if one.unit == "W")
    actions = [{"event": "automation_ran"}]
    return {
        "triggers": {
            "triggers": [
                {"trigger": "meter_bridge.meter_went_stale", "target": everything},
                {"trigger": "meter_bridge.meter_came_back", "target": everything},
                {
                    "trigger": "meter_bridge.fuse_rating_exceeded",
                    "target": {"entity_id": currents},
                    "options": {"rating": 25, "for": "00:00:10"},
                },
            ],
            "actions": actions,
        },
        "problem_trigger": {
            "triggers": {"trigger": "meter_bridge.problem_raised", "target": one_meter},
            "actions": actions,
        },
        "conditions": {
            "triggers": {"trigger": "event", "event_type": "never"},
            "conditions": [
                {"condition": "meter_bridge.meter_is_fresh", "target": everything},
                {
                    "condition": "meter_bridge.problem_is_present",
                    "target": {"device_id": sorted(filter(None, alerted))},
                },
                {
                    "condition": "not",
                    "conditions": {
                        "condition": "meter_bridge.problem_is_present",
                        "target": {
                            "device_id": sorted(filter(None, devices - alerted))
                        },
                    },
                },
                {
                    "condition": "meter_bridge.fuse_rating_is_exceeded",
                    "target": {"entity_id": currents},
                    "options": {"rating": 0.01},
                },
            ],
            "actions": actions,
        },
        "fuse_protection": _blueprint(
            "fuse_protection",
            currents=currents,
            rating=1,
            shed_at=10,
            shed_after="00:00:01",
            load=BOILER,
            load_current=9,
            memory=SHED,
        ),
        "meter_trouble": _blueprint(
            "meter_trouble", meters=one_meter, problem_for="00:00:00"
        ),
        "solar_surplus": _blueprint(
            "solar_surplus", power=power, load=BOILER, memory=SUNNY, surplus=2000
        ),
    }


def _blueprint(name: str, **inputs: object) -> dict[str, object]:
    """Return an automation that is made from a blueprint."""
    path = f"{BLUEPRINTS}/{name}.yaml"
    return {"use_blueprint": {"path": path, "input": inputs}}
