"""Read the entities of the bridges, with their states."""

from collections.abc import Iterable
from dataclasses import dataclass

from .api import Api
from .bridges import DOMAIN, Bridge

NET_POWER = "_16.7.0"
CURRENTS = ("_31.7.0", "_51.7.0", "_71.7.0")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entity:
    """An enabled entity of a bridge, with its present state."""

    bridge: str
    entity_id: str
    unique_id: str
    device_id: str | None
    name: str
    state: str
    unit: str

    @property
    def available(self) -> bool:
        """Tell whether the entity has a state and is available."""
        return self.state not in ("missing", "unavailable")

    @property
    def number(self) -> float | None:
        """Return the state as a number, if it is one."""
        try:
            return float(self.state)
        except ValueError:
            return None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Registered:
    """A line of the entity registry."""

    entity_id: str
    unique_id: str
    platform: str
    config_entry_id: str | None
    device_id: str | None
    disabled_by: str | None
    name: str | None
    original_name: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Attributes:
    """The attributes that the table shows."""

    friendly_name: str | None = None
    unit_of_measurement: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _State:
    """A state."""

    entity_id: str
    state: str
    attributes: _Attributes


async def read_entities(api: Api, bridges: Iterable[Bridge]) -> list[Entity]:
    """Return all enabled entities of these bridges, bridge by bridge."""
    states = {
        state.entity_id: state for state in await api.ask(list[_State], "get_states")
    }
    registered = await api.ask(list[_Registered], "config/entity_registry/list")
    missing = _State(entity_id="", state="missing", attributes=_Attributes())
    return [
        _entity(bridge, line, states.get(line.entity_id, missing))
        for bridge in bridges
        for line in sorted(registered, key=lambda line: line.entity_id)
        if line.platform == DOMAIN
        and line.config_entry_id == bridge.entry_id
        and line.disabled_by is None
    ]


def _entity(bridge: Bridge, line: _Registered, state: _State) -> Entity:
    """Combine a registry line and a state."""
    return Entity(
        bridge=bridge.key,
        entity_id=line.entity_id,
        unique_id=line.unique_id,
        device_id=line.device_id,
        name=state.attributes.friendly_name or line.original_name or line.entity_id,
        state=state.state,
        unit=state.attributes.unit_of_measurement or "",
    )


def net_power(entities: Iterable[Entity], bridge: Bridge) -> Entity | None:
    """Return the entity that shows the net power of a bridge's main meter."""
    return next(
        (
            entity
            for entity in entities
            if entity.bridge == bridge.key and entity.unique_id.endswith(NET_POWER)
        ),
        None,
    )
