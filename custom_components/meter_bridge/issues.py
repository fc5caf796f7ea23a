"""Repair issues for the owner: raised once a problem lasts, deleted at its end."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from homeassistant.config_entries import (
    SIGNAL_CONFIG_ENTRY_CHANGED,
    ConfigEntry,
    ConfigEntryChange,
)
from homeassistant.core import CALLBACK_TYPE, HassJob, HomeAssistant, callback
from homeassistant.helpers import device_registry as dr, issue_registry as ir
from homeassistant.helpers.dispatcher import async_dispatcher_connect
from homeassistant.helpers.event import async_call_later
from homeassistant.util import dt as dt_util

from .bridges.contract import BridgeType
from .bridges.errors import BridgeError, BridgeLicenseError, BridgePermissionError
from .bridges.snapshot import MAIN_METER, Snapshot
from .bridges.words import short_key
from .const import DOMAIN

CONF_ENTRY_ID, CONF_ISSUE = "entry_id", "issue"
CONF_METER, CONF_REGISTER = "meter", "register"
METER_REPLACED, METER_SILENT = "meter_replaced", "meter_silent"
ROLES = "roles"
NOTHING = "–"  # noqa: RUF001
"""Stands where a repair has nothing to say."""
TWO_BRIDGES = "two_bridges"
# The bridge refuses access until the owner allows it; the next answer ends the issue.
_REFUSALS = (
    BridgeLicenseError.translation_key,
    BridgePermissionError.translation_key,
)
_SILENT_SECONDS = 3600.0


class Issues:
    """The issues of one entry, judged by what its bridge says, or fails to say."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry,
        bridge: BridgeType[Any, Any],
        last_live: Callable[[str], float | None],
    ) -> None:
        """Start without issues, but for a refusal that was raised before the set-up.

        `last_live` tells when (Unix seconds) a meter last sent something new.
        """
        self._hass = hass
        self._entry = entry
        self._bridge = bridge
        self._last_live = last_live
        self._seen: object = None
        self._may_be_refused = True
        self._timers: dict[str, CALLBACK_TYPE] = {}
        self._raised: dict[str, Mapping[str, str]] = {}
        entry.async_on_unload(self._end)

    @callback
    def judge(self, snapshot: Snapshot[Any], links: Mapping[str, bool]) -> None:
        """Raise or delete issues after an answer of the bridge.

        `links` holds the meters that became fresh (True) or stale. Details are checked
        only when they have changed.
        """
        if self._may_be_refused:
            self._may_be_refused = False
            for key in _REFUSALS:
                forget_issue(self._hass, issue_id(self._entry.entry_id, key))
        for meter, is_fresh in links.items():
            self._judge_silence(meter, is_silent=not is_fresh)
        seen = (snapshot.details, snapshot.firmware)
        if self._bridge.issues and seen != self._seen:
            self._seen = seen
            for issue in self._bridge.issues:
                self._follow(
                    issue.key,
                    is_on=issue.is_on_fn(snapshot),
                    after=issue.after,
                    facts=issue.facts_fn(snapshot) if issue.facts_fn else None,
                )

    @callback
    def fail(self, error: BridgeError, meters: Iterable[str]) -> None:
        """Raise issues after a failed update: the bridge did not answer, or refused to.

        `meters` are its meters, which are all stale now.
        """
        for meter in meters:
            self._judge_silence(meter, is_silent=True)
        if isinstance(error, BridgePermissionError):
            self._may_be_refused = True
            report_refusal(self._hass, self._entry, error)

    @callback
    def forget_meter(self, meter: str) -> None:
        """Delete the issues of a meter."""
        self._judge_silence(meter, is_silent=False)

    def is_raised(self, found: str) -> bool:
        """Tell whether the issue of this id is raised."""
        return found in self._raised

    def _judge_silence(self, meter: str, *, is_silent: bool) -> None:
        """Raise or delete the issue that a meter sends nothing new."""
        last = self._last_live(meter) if is_silent else None
        self._follow(
            METER_SILENT,
            meter,
            is_on=is_silent,
            after=_SILENT_SECONDS,
            facts={"since": NOTHING if last is None else moment(last)},
        )

    def _follow(
        self,
        key: str,
        meter: str = MAIN_METER,
        *,
        is_on: bool,
        after: float,
        facts: Mapping[str, str] | None = None,
    ) -> None:
        """Raise or delete an issue, or start the timer after which it is raised.

        `facts` fill the placeholders of its text; by default, `since` says when it
        began.
        """
        found = issue_id(self._entry.entry_id, key, meter)
        if not is_on:
            if cancel := self._timers.pop(found, None):
                cancel()
            if found in self._raised:
                del self._raised[found]
                forget_issue(self._hass, found)
            return
        is_raised = found in self._raised
        if found in self._timers or (
            is_raised and facts in (None, self._raised[found])
        ):
            return
        told = facts or {"since": moment(dt_util.utcnow().timestamp())}

        # Created only past the early returns: a closure that refers to itself waits for
        # the cyclic collector.
        @callback
        def wait_or_raise(_now: datetime | None = None) -> None:
            is_explained = key == METER_SILENT and self._is_explained()
            if is_explained or (after and _now is None and not is_raised):
                self._timers[found] = async_call_later(
                    self._hass,
                    after,
                    HassJob(wait_or_raise, cancel_on_shutdown=True),
                )
                return
            self._timers.pop(found, None)
            self._raised[found] = told
            raise_issue(self._hass, self._entry, key, meter, placeholders=told)

        wait_or_raise()

    def _is_explained(self) -> bool:
        """Tell whether another issue already explains why there are no readings."""
        return self._may_be_refused or any(
            issue.explains_silence
            and issue_id(self._entry.entry_id, issue.key) in self._raised
            for issue in self._bridge.issues
        )

    @callback
    def _end(self) -> None:
        """Delete the issues that nothing could end while the entry is not loaded."""
        for cancel in self._timers.values():
            cancel()
        self._timers.clear()
        for found in self._raised:
            forget_issue(self._hass, found)
        self._raised.clear()


def moment(seconds: float) -> str:
    """Return a time (Unix seconds) as text, in the time zone of Home Assistant."""
    local = dt_util.as_local(dt_util.utc_from_timestamp(seconds))
    return local.isoformat(sep=" ", timespec="minutes")[:16]


def issue_id(
    entry_id: str, key: str, meter: str = MAIN_METER, register: str = ""
) -> str:
    """Return the id of an issue of an entry, of a meter, or of a register."""
    named = f"{key}_{entry_id}_{short_key(meter)}"
    return f"{named}_{short_key(register)}" if register else named


@callback
def forget_issue(hass: HomeAssistant, found: str) -> None:
    """Delete an issue."""
    ir.async_delete_issue(hass, DOMAIN, found)


@callback
def report_refusal(hass: HomeAssistant, entry: ConfigEntry, error: BridgeError) -> None:
    """Raise an issue if a permission or licence is missing, for the owner to get."""
    if isinstance(error, BridgePermissionError):
        raise_issue(hass, entry, error.translation_key, severity=ir.IssueSeverity.ERROR)


@callback
def report_two_bridges(hass: HomeAssistant, entry: ConfigEntry) -> None:
    """Tell the owner that another device shows the identity of an entry's bridge."""
    raise_issue(hass, entry, TWO_BRIDGES, is_persistent=True)


@callback
def async_watch_disabled(hass: HomeAssistant) -> None:
    """Delete the refusals of an entry when its owner disables it."""

    @callback
    def forget(_change: ConfigEntryChange, entry: ConfigEntry) -> None:
        if entry.domain == DOMAIN and entry.disabled_by:
            for key in _REFUSALS:
                ir.async_delete_issue(hass, DOMAIN, issue_id(entry.entry_id, key))

    async_dispatcher_connect(hass, SIGNAL_CONFIG_ENTRY_CHANGED, forget)


@callback
def forget_issues(hass: HomeAssistant, entry_id: str) -> None:
    """Delete all issues of an entry."""
    for domain, found in list(ir.async_get(hass).issues):
        if domain == DOMAIN and f"_{entry_id}_" in found:
            ir.async_delete_issue(hass, domain, found)


@callback
def raise_issue(  # noqa: PLR0913 (as many as an issue has sides)
    hass: HomeAssistant,
    entry: ConfigEntry,
    key: str,
    meter: str = MAIN_METER,
    *,
    register: str = "",
    placeholders: Mapping[str, str] | None = None,
    severity: ir.IssueSeverity = ir.IssueSeverity.WARNING,
    is_persistent: bool = False,
) -> None:
    """Create a fixable issue."""
    ir.async_create_issue(
        hass,
        DOMAIN,
        issue_id(entry.entry_id, key, meter, register),
        data={
            CONF_ENTRY_ID: entry.entry_id,
            CONF_ISSUE: key,
            CONF_METER: meter,
            CONF_REGISTER: register,
        },
        is_fixable=True,
        is_persistent=is_persistent,
        severity=severity,
        translation_key=key,
        translation_placeholders={
            "name": _name(hass, entry, meter),
            **(placeholders or {}),
        },
    )


def _name(hass: HomeAssistant, entry: ConfigEntry, meter: str) -> str:
    """Return the name of the bridge, followed by that of any but the main meter.

    Both share one placeholder, since issues stored by earlier versions have no other.
    """
    device = dr.async_get(hass).async_get_device_by_identifier(
        (DOMAIN, f"{entry.unique_id}_{meter}"), entry.entry_id
    )
    if device is None:
        return entry.title
    return f"{entry.title} {device.name_by_user or device.name}"
