"""Print what became of the bridges."""

from collections.abc import Iterable, Sequence
import sys

from .bridges import Bridge
from .entities import Entity, net_power


def say(text: str) -> None:
    """Print a line at once, even into a pipe."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def table(rows: Iterable[Sequence[str]]) -> str:
    """Align the rows' cells."""
    rows = list(rows)
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(
            cell.ljust(width) for cell, width in zip(row, widths, strict=True)
        ).rstrip()
        for row in rows
    )


def entity_table(entities: Iterable[Entity]) -> str:
    """Show every entity with its state."""
    head = ("BRIDGE", "ENTITY", "STATE", "UNIT")
    return table(
        [head, *((one.bridge, one.name, one.state, one.unit) for one in entities)]
    )


def bridge_table(bridges: Iterable[Bridge], entities: Sequence[Entity]) -> str:
    """Show one line per bridge: how it was found and what it reads."""
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
            )
        )
    return table(rows)
