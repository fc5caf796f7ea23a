"""The growth over an outage is spread over its hours, if the owner chose so."""

from datetime import UTC, datetime

import pytest

from tests.history.conftest import Watch
from tests.history.test_import import grown
from tests.support.recorded import Mode, Step

BEGIN = datetime(2026, 6, 1, 7, 59, 59, tzinfo=UTC)
STORY = [
    *[Step(300, 600)] * 24,
    *[Step(300, 1800, Mode.UNPLUGGED)] * 48,
    *[Step(300, 600)] * 26,
]


@pytest.mark.parametrize("spread", [True, False])
async def test_spread(watch: Watch, spread: bool) -> None:  # noqa: FBT001
    """Each missed hour gets an equal share, the total stays; the event says so."""
    watched = await watch("iometer", BEGIN, spread=spread)
    await watched.run(STORY)
    hours = list(grown(await watched.hours()).values())
    assert sum(hours) == pytest.approx(600 * 4.1 + 1800 * 4, abs=150)
    if spread:
        assert hours[3:6] == [pytest.approx(1800, abs=50)] * 3
    else:
        assert max(hours) > 7000
    state = watched.hass.states.get("event.bridge_outage")
    assert state
    assert state.attributes.get("spread", False) is spread
