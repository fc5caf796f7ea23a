"""Test that a benchmark measures the integration of the given checkout."""

from importlib.util import find_spec
from pathlib import Path

import pytest

from benchmarks.alone import alone

_OURS = Path(__file__).parents[2]


async def _origin() -> str | None:
    """Return the file that the integration is imported from."""
    spec = find_spec("custom_components.meter_bridge")
    return spec.origin if spec else None


@pytest.mark.programs
def test_integration_of_a_checkout(tmp_path: Path) -> None:
    """The integration is that of the named checkout, by default of this one."""
    inside = Path("custom_components", "meter_bridge", "__init__.py")
    (tmp_path / inside).parent.mkdir(parents=True)
    (tmp_path / inside).touch()
    assert alone(_origin, product=tmp_path) == str(tmp_path / inside)
    assert alone(_origin) == str(_OURS / inside)
