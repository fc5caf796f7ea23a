"""Print tables of bridges and entities."""

from collections.abc import Iterable, Sequence
import sys

from homeassistant.const import CONF_PASSWORD, CONF_USERNAME

from .bridges import Bridge
from .entities import Entity, net_power


def say(text: str) -> None:
    """Print a line and flush, also into a pipe."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def table(rows: Iterable[Sequence[str]]) -> str:
    """Return rows as a table with aligned columns."""
    rows = list(rows)
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(
            cell.ljust(width) for cell, width in zip(row, widths, strict=True)
        ).rstrip()
        for row in rows
    )


def entity_table(entities: Iterable[Entity]) -> str:
    """Return a table of all entities and their states."""
    head = ("BRIDGE", "ENTITY", "STATE", "UNIT")
    return table(
        [head, *((one.bridge, one.name, one.state, one.unit) for one in entities)]
    )


def bridge_table(bridges: Iterable[Bridge], entities: Sequence[Entity]) -> str:
    """Return a table of the bridges: how each was added, net power, and the login."""
    rows = []
    for bridge in bridges:
        key, power = bridge.key, net_power(entities, bridge)
        rows.append(
            (
                key,
                bridge.simulated.address,
                bridge.failure or bridge.origin,
                f"{sum(entity.bridge == key for entity in entities)} entities",
                f"{power.state} {power.unit}" if power else "no net power",
                _login(bridge),
            )
        )
    return table(rows)


def _login(bridge: Bridge) -> str:
    """Return the user name and password of a simulated bridge that asks for them."""
    said = (bridge.simulated.login.get(key) for key in (CONF_USERNAME, CONF_PASSWORD))
    login = " / ".join(str(each) for each in said if each)
    return f"login {login}" if login else ""
