"""Run Home Assistant's own statistics compiler without a database."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from types import SimpleNamespace
from typing import cast
from unittest.mock import patch

from homeassistant.components.sensor import recorder as compiler
from homeassistant.core import HomeAssistant, State
from sqlalchemy.orm.session import Session

PERIOD = timedelta(hours=1)


@contextmanager
def database(history: list[State], last: dict[str, object]) -> Iterator[None]:
    """Replace the recorder's database by these states and this last statistic."""
    with (
        patch.object(compiler, "_get_sensor_states", lambda _hass: history[-1:]),
        patch.object(compiler, "get_instance"),
        patch.object(
            compiler.history,
            "get_full_significant_states_with_session",
            lambda *_, **__: {history[0].entity_id: history},
        ),
        patch.object(
            compiler.statistics, "get_metadata_with_session", lambda *_, **__: {}
        ),
        patch.object(
            compiler.statistics,
            "get_latest_short_term_statistics_with_session",
            lambda *_, **__: {history[0].entity_id: [last]} if last else {},
        ),
    ):
        yield


def compiled(hass: HomeAssistant, states: list[State]) -> int:
    """Compile every hour that has states; return the sum, in Wh."""
    last: dict[str, object] = {}
    done = 0
    while done < len(states):
        start = states[done].last_updated.replace(minute=0, second=0)
        until = done
        while until < len(states) and states[until].last_updated < start + PERIOD:
            until += 1
        # Include the state at the beginning of the hour.
        with database(states[max(done - 1, 0) : until], last):
            result = compiler.compile_statistics(
                hass, cast(Session, None), start, start + PERIOD, {}
            )
        for each in result.platform_stats:
            stat = each["stat"]
            last = {"last_reset": None, "state": stat["state"], "sum": stat["sum"]}
        done = until
    return round(cast(float, last["sum"]) * 1000)


def recorder() -> HomeAssistant:
    """Return the part of Home Assistant that the compiler needs."""
    return cast(HomeAssistant, SimpleNamespace(data={}))
