"""Repairs about single meters: counters that are held, values that are refused."""

from collections.abc import Iterable, Mapping
from itertools import islice

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir
from homeassistant.util import dt as dt_util

from .bridges.wire import shift
from .bridges.words import words
from .const import DOMAIN, LOGGER
from .history.changes import Jump, likely
from .issues import (
    METER_REPLACED,
    NOTHING,
    forget_issue,
    issue_id,
    moment,
    raise_issue,
)
from .meter.trouble import Restart, Trouble, TroubleKind
from .meter_words import MeterWords
from .values.board import Board, Change

_PLACES_OF_KILO = 3
# A device may have hundreds of registers, but nobody reads that many.
_MOST_LISTED = 12
# A repair that nobody looks at must not grow for ever.
_MOST_WORDS = 1000


class MeterIssues:
    """The repairs about the meters of one entry, by the troubles of their accounts.

    Each ends with its trouble. Only the repair of a replaced meter, which is an event
    and no state, stays until the owner has confirmed it.
    """

    def __init__(self, hass: HomeAssistant, entry: ConfigEntry, board: Board) -> None:
        """Take the entry and its meters; no repair is raised yet."""
        self._hass = hass
        self._entry = entry
        self._words = MeterWords(hass, entry, board)
        self._raised: Mapping[str, tuple[str, Trouble]] = {}
        entry.async_on_unload(self._end)

    @callback
    def judge(self, change: Change) -> None:
        """Raise what is new, and end what is over."""
        for meter, restart in change.restarts.items():
            self.report_replaced(meter, restart)
        if not change.troubles and not self._raised:
            return
        entry_id = self._entry.entry_id
        found = {
            issue_id(entry_id, trouble.kind, meter, trouble.code): (meter, trouble)
            for meter, troubles in change.troubles.items()
            for trouble in troubles
        }
        before, self._raised = self._raised, found
        for gone in before.keys() - found.keys():
            forget_issue(self._hass, gone)
        for each in found.keys() - before.keys():
            meter, trouble = found[each]
            if trouble.kind is TroubleKind.COUNTER_HELD:
                LOGGER.info(
                    "%s: counter %s of its meter is held back (from %s to %s)",
                    self._entry.title,
                    words(trouble.code),
                    trouble.shown,
                    trouble.sent,
                )
            self._raise(meter, trouble)

    @callback
    def refresh(self, found: str) -> Trouble | None:
        """Show the present numbers in a repair; return its trouble, None if ended."""
        if found not in self._raised:
            return None
        meter, trouble = self._raised[found]
        self._raise(meter, trouble)
        return trouble

    @callback
    def forget_meter(self, meter: str) -> None:
        """Delete the repairs of a meter."""
        for found, (each, _) in self._raised.items():
            if each == meter:
                forget_issue(self._hass, found)
        self._raised = {
            found: about for found, about in self._raised.items() if about[0] != meter
        }
        forget_issue(self._hass, issue_id(self._entry.entry_id, METER_REPLACED, meter))

    def _raise(self, meter: str, trouble: Trouble) -> None:
        """Show a trouble to the owner."""
        raise_issue(
            self._hass,
            self._entry,
            trouble.kind,
            meter,
            register=trouble.code,
            placeholders=self._facts(meter, trouble),
        )

    def _facts(self, meter: str, trouble: Trouble) -> dict[str, str]:
        """Return what a repair says about a trouble."""
        spoken, code = self._words, trouble.code
        facts: dict[str, str] = {}
        if code:
            facts["value_name"] = spoken.name(meter, code)
        if trouble.shown is not None:
            facts["shown"] = spoken.amount(meter, code, trouble.shown)
        if trouble.sent is not None:
            facts["sent"] = spoken.amount(meter, trouble.sent_code, trouble.sent)
        if trouble.shown is not None and trouble.sent is not None:
            booked = likely(trouble.shown, trouble.sent)
            facts["booked"] = spoken.amount(meter, code, booked)
        if trouble.since is not None:
            facts["since"] = moment(trouble.since)
        if trouble.guess is not None:
            facts["guess"] = spoken.guess(trouble.guess)
        if trouble.bounds is not None:
            least, most = (spoken.amount(meter, code, it) for it in trouble.bounds)
            facts["limit"] = f"{least} … {most}"
        if trouble.limit is not None:
            facts["max_power"] = f"{shift(trouble.limit, -_PLACES_OF_KILO)} kW"
        if trouble.ratio is not None:
            is_fast = trouble.ratio > 1
            times = round(trouble.ratio if is_fast else 1 / trouble.ratio)
            facts["times"] = str(times) if is_fast else f"1/{times}"
        return facts

    @callback
    def report_replaced(self, meter: str, restart: Restart) -> None:
        """Tell the owner that counters went on from another level.

        Some follow later than others: a register at zero takes an hour.
        """
        spoken = self._words
        levels = {
            code: [spoken.amount(meter, code, level) for level in both]
            for code, both in restart.levels.items()
        }
        LOGGER.info(
            "%s: counters of its meter start anew (code: before → after): %s",
            self._entry.title,
            _listed(
                f"{words(code)}: {' → '.join(both)}" for code, both in levels.items()
            ),
        )
        facts = {
            "levels": _listed(
                f"{spoken.name(meter, code)}: {' → '.join(both)}"
                for code, both in levels.items()
            ),
            "numbers": " → ".join(map(words, restart.numbers or ())) or NOTHING,
            "booked": _listed(
                self._booked(meter, code, likely(*restart.levels[code]))
                for code in restart.unearned
            )
            or NOTHING,
        }
        told, since = self._replaced(meter), moment(dt_util.utcnow().timestamp())
        self._tell_replaced(
            meter, {**_added(told, facts), "since": told.get("since", since)}
        )

    def _replaced(self, meter: str) -> Mapping[str, str]:
        """Return what the repair of a replaced meter says now, if there is one."""
        found = issue_id(self._entry.entry_id, METER_REPLACED, meter)
        issue = ir.async_get(self._hass).async_get_issue(DOMAIN, found)
        return (issue and issue.translation_placeholders) or {}

    def _booked(self, meter: str, code: str, amount: float) -> str:
        """Return how much was booked for a total, as a repair says it."""
        spoken = self._words
        return f"{spoken.name(meter, code)}: {spoken.amount(meter, code, amount)}"

    @callback
    def tell_booked(self, change: Jump, amount: str) -> None:
        """Tell in the repair by how much a sum was corrected, if it is still there."""
        meter, code = change.meter, change.code
        facts = dict(self._replaced(meter))
        if not facts:
            return
        facts["booked"] = facts.get("booked", NOTHING).replace(
            self._booked(meter, code, change.likely),
            f"{self._words.name(meter, code)}: {amount}",
        )
        self._tell_replaced(meter, facts)

    @callback
    def _tell_replaced(self, meter: str, facts: Mapping[str, str]) -> None:
        """Raise the repair of a replaced meter, or change what it says."""
        raise_issue(
            self._hass,
            self._entry,
            METER_REPLACED,
            meter,
            is_persistent=True,
            placeholders=facts,
        )

    @callback
    def _end(self) -> None:
        """Delete the repairs that only a meter that is read can end."""
        for found in self._raised:
            forget_issue(self._hass, found)
        self._raised = {}


def _listed(parts: Iterable[str]) -> str:
    """Join what a sentence lists; of a long list only the beginning."""
    each = iter(parts)
    listed = list(islice(each, _MOST_LISTED))
    return ", ".join([*listed, *(["…"] if next(each, None) else [])])


def _added(before: Mapping[str, str], facts: Mapping[str, str]) -> dict[str, str]:
    """Return what a repair that its owner has not seen yet says, and what is new."""
    added = dict(facts)
    for name, now in facts.items():
        told = before.get(name, NOTHING)
        if told != NOTHING and len(told) < _MOST_WORDS:
            added[name] = told if now == NOTHING else f"{told}, {now}"
    return added
