"""Mishaps of answers and pushed messages: another status, or malformed JSON."""

from tests.support.house import House
from tests.support.mishaps import Change

from . import bodies
from .cell import Cell
from .mishap import Act, Mishap, Sees, sees

_STATUS, _BODY = "The status", "The body"
_AWAY = frozenset({"cannot_connect"})
_STRANGE = frozenset({"not_recognised"})


def _status(status: int) -> Act:
    """Answer every request with a status."""

    async def act(cell: Cell) -> None:
        cell.simulator.fail_with(status, "No")
        cell.simulator.cut_streams()

    return act


async def _redirect(cell: Cell) -> None:
    """Redirect every request to the bridge of another house."""
    house = House()
    house.draw(54_321)
    other = type(cell.simulator)(house)
    cell.others.append(other)
    await other.start()
    cell.simulator.redirect(f"http://{other.address}{cell.simulator.requests[-1].path}")
    cell.simulator.cut_streams()


async def _other_got_no_request(cell: Cell) -> None:
    """Check that no request went to the other bridge."""
    (other,) = cell.others
    assert not other.requests
    cell.simulator.cut_streams()


def _body(change: Change, event: Change, content_type: str = "application/json") -> Act:
    """Change all answers, and all pushed messages."""

    async def act(cell: Cell) -> None:
        cell.simulator.distort(change, content_type)
        cell.simulator.twist = event

    return act


def _both(change: Change) -> Act:
    """Change the JSON of answers and of pushed messages alike."""
    return _body(change, bodies.in_events(change))


STATUSES = (
    *(
        Mishap(
            group=_STATUS,
            name=f"answers {status}",
            cause=_status(status),
            fades=True,
            rounds=0,
            sees=sees(Sees.FADES),
            errors=_AWAY,
        )
        for status in (500, 503)
    ),
    *(
        Mishap(
            group=_STATUS,
            name=f"answers {status}",
            cause=_status(status),
            sees=sees(Sees.GONE),
            errors=errors,
        )
        for status, errors in (
            (404, _STRANGE),
            (401, _STRANGE | {"invalid_auth"}),
            (403, _STRANGE | {"no_permission"}),
        )
    ),
    Mishap(
        group=_STATUS,
        name="redirects to another host",
        cause=_redirect,
        then=_other_got_no_request,
        sees=sees(Sees.GONE),
        errors=_STRANGE,
    ),
)
BODIES = (
    *(
        Mishap(
            group=_BODY,
            name=name,
            cause=cause,
            fades=True,
            rounds=0,
            sees=sees(Sees.FADES),
            errors=_STRANGE,
        )
        for name, cause in (
            ("an empty body", _body(lambda _: b"", bodies.empty)),
            ("JSON that ends in the middle", _both(bodies.half)),
            ("a web page instead of JSON", _body(lambda _: bodies.HTML, bodies.html)),
            (
                "JSON nested 100,000 levels deep",
                _body(lambda _: bodies.DEEP, bodies.deep),
            ),
        )
    ),
    *(
        Mishap(
            group=_BODY,
            name=name,
            cause=cause,
            # A bridge that sends only texts about itself still answers.
            fades=True,
            rounds=0,
            sees=sees(Sees.FADES),
            errors=_STRANGE,
        )
        for name, cause in (
            ("NaN instead of numbers", _both(bodies.nan)),
            ("Infinity instead of numbers", _both(bodies.infinity)),
        )
    ),
    Mishap(
        group=_BODY,
        name="null everywhere",
        cause=_both(bodies.nulls),
        fades=True,
        rounds=0,
        sees=sees(Sees.FADES),
        errors=_STRANGE | {"meter_not_ready"},
    ),
    Mishap(
        group=_BODY,
        name="JSON with the content type of a web page",
        cause=_body(bytes, bytes, "text/html"),
        sees=sees(Sees.LIVE),
    ),
    Mishap(
        group=_BODY,
        name="duplicate keys, the first with another number",
        cause=_both(bodies.twice),
        sees=sees(Sees.LIVE),
    ),
    Mishap(
        group=_BODY,
        name="numbers as text",
        cause=_both(bodies.numbers_as_text),
        sees=sees(Sees.LIVE, Sees.PART, Sees.GONE),
        errors=_STRANGE,
    ),
)
