"""A short run with every bridge and random mishaps; scripts/soak runs a week."""

from homeassistant.core import HomeAssistant

from tests.conftest import SetUp

from .plan import Plan
from .soak import soak


async def test_some_hours(hass: HomeAssistant, set_up: SetUp) -> None:
    """Mishaps leave nothing behind, and every bridge comes back by itself."""
    report = await soak(hass, set_up, Plan(periods=2, hours=2))
    assert not report.complaints()
    assert all(it.count for it in report.mishaps)
