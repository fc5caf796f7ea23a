"""The registry of all kinds of bridge: every folder with a `kind.py`."""

from collections.abc import Mapping
from importlib import import_module
from pathlib import Path

from tests.support.kind import Kind

_BRIDGES = Path(__file__).parent / "bridges"


def _kind(folder: str) -> Kind:
    """Return the kind that a folder describes."""
    kind: Kind = import_module(f"tests.bridges.{folder}.kind").KIND
    return kind


KINDS: Mapping[str, Kind] = {
    kind.key: kind
    for kind in (_kind(path.parent.name) for path in sorted(_BRIDGES.glob("*/kind.py")))
}
PUSHING = [key for key, kind in KINDS.items() if kind.streams]
POLLED = [key for key, kind in KINDS.items() if not kind.streams]
