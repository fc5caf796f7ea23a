"""What a kind of bridge provides, in the terms of Home Assistant."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from aiohttp import ClientSession
from homeassistant.components.binary_sensor import BinarySensorEntityDescription
from homeassistant.components.button import ButtonEntityDescription
from homeassistant.components.number import NumberEntityDescription
from homeassistant.components.select import SelectEntityDescription
from homeassistant.components.sensor import SensorEntityDescription
from homeassistant.components.switch import SwitchEntityDescription
from homeassistant.components.update import UpdateEntityDescription
from homeassistant.const import Platform
from homeassistant.helpers.typing import StateType
import probatio

from .client import Access, Client, Identity, Progress
from .questions import Question, Said, Survey
from .snapshot import MAIN_METER, Medium, Snapshot


class Feed(StrEnum):
    """What a sensor of the bridge's own may add to the Energy dashboard."""

    SOLAR = "solar"
    SOLAR_POWER = "solar_power"
    DISCHARGED = "discharged"
    CHARGED = "charged"
    BATTERY_POWER = "battery_power"
    GAS = "gas"
    WATER = "water"


@dataclass(frozen=True, kw_only=True)
class BridgeSensor[D](SensorEntityDescription):
    """A sensor that only this kind of bridge has.

    `value_fn` returns None while the value is unknown; without `value_fn`, the
    reading's value of this key is shown. `meter` is the key of the meter whose device
    has the sensor. `counted_by` is the register of that meter that counts the same
    energy. `register` is the number of the bridge's own register. `feeds` is what the
    sensor may add to the Energy dashboard. `spoken` is a part of the name that has
    signs which entity ids cannot have, and the words for it in the entity id.
    """

    meter: str = MAIN_METER
    counted_by: str | None = None
    register: int | None = None
    feeds: Feed | None = None
    spoken: tuple[str, str] | None = None
    value_fn: Callable[[D], StateType | datetime] | None = None


@dataclass(frozen=True, kw_only=True)
class BridgeBinarySensor[D](BinarySensorEntityDescription):
    """A binary sensor that only this kind of bridge has, as with `BridgeSensor`."""

    meter: str = MAIN_METER
    is_on_fn: Callable[[D], bool | None] | None = None


@dataclass(frozen=True, kw_only=True)
class BridgeButton[C](ButtonEntityDescription):
    """A button of this kind of bridge.

    If its effect `is_lasting`, only administrators and automations may press it. With
    `asks_again`, the bridge is polled at once, so that the effect shows.
    """

    is_lasting: bool = False
    press_fn: Callable[[C], Awaitable[None]]
    asks_again: bool = False


@dataclass(frozen=True, kw_only=True)
class BridgeSwitch[C, D](SwitchEntityDescription):
    """A setting of the bridge that is on or off.

    `value_fn` returns None if the bridge does not have the setting; `set_fn` returns
    once the bridge has accepted the new value.
    """

    platform = Platform.SWITCH
    value_fn: Callable[[D], bool | None]
    set_fn: Callable[[C, bool], Awaitable[None]]


@dataclass(frozen=True, kw_only=True)
class BridgeNumber[C, D](NumberEntityDescription):
    """A setting of the bridge that is a number, as with `BridgeSwitch`."""

    platform = Platform.NUMBER
    value_fn: Callable[[D], float | None]
    set_fn: Callable[[C, float], Awaitable[None]]


@dataclass(frozen=True, kw_only=True)
class BridgeSelect[C, D](SelectEntityDescription):
    """A setting of the bridge that is one of `options`, as with `BridgeSwitch`."""

    platform = Platform.SELECT
    value_fn: Callable[[D], str | None]
    set_fn: Callable[[C, str], Awaitable[None]]


type BridgeSetting[C, D] = BridgeSwitch[C, D] | BridgeNumber[C, D] | BridgeSelect[C, D]


@dataclass(frozen=True, kw_only=True)
class BridgeUpdate[C, D](UpdateEntityDescription):
    """Software of this kind of bridge.

    `latest_fn` returns the newest version, None if the bridge cannot tell. `install_fn`
    lets the bridge download and install it, and returns once the new version runs.
    Without both, an action installs it from a file. `release_url` is the page with the
    release notes.
    """

    release_url: str | None = None
    installed_fn: Callable[[D], str | None]
    latest_fn: Callable[[C], Awaitable[str | None]] | None = None
    install_fn: Callable[[C, Progress], Awaitable[None]] | None = None


class Need(StrEnum):
    """What Home Assistant adds to the fields of an action that needs it.

    The value is the name of the added field.
    """

    FILE = "file"
    """The content (bytes) of the file that was uploaded, or that is at this path."""

    FOLDER = "folder"
    """The folder (a Path) to write into; by default that of local media."""

    BROKER = "broker"
    """Home Assistant's own broker: `url`, `username` and `password`. Only without a
    field `url`."""

    PROGRESS = "progress"
    """A `Progress`, which the update entities of the bridge show."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BridgeAction[C]:
    """An action of this kind of bridge.

    `key` is its name; kinds that use one name for an action use the same fields.
    `fields` is their schema. `check` gets all fields, returns them, and raises
    UnfitFieldsError if they do not fit together. `run_fn` gets the result and returns
    the response. `needs` are added to the fields after `check`. If the action `moves`
    the bridge, its response has the new `address`, if known: the entry uses it once its
    bridge answers there.
    """

    key: str
    fields: Mapping[probatio.Marker, object]
    check: Callable[[dict[str, Any]], dict[str, Any]] = dict
    run_fn: Callable[[C, Mapping[str, Any]], Awaitable[Mapping[str, Any]]]
    needs: frozenset[Need] = frozenset()
    moves: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ZeroconfMatch:
    """How a kind of bridge announces itself by mDNS; property values in lower case.

    `serial_property` names the TXT property that holds `Identity.serial`.
    """

    type: str
    properties: Mapping[str, str] = field(default_factory=dict)
    serial_property: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CoreTwin:
    """An integration of Home Assistant's own that reads the same kind of device.

    Its entries hold the device's address under `address_key` of their data, and have
    the unique id that `unique_id_fn` returns for the device.
    """

    domain: str
    address_key: str
    unique_id_fn: Callable[[Identity], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class BridgeIssue[D]:
    """A problem that the owner has to fix; `key` is its translation key.

    It is raised once `is_on_fn` has been true for `after` seconds, and removed when it
    is false. With `explains_silence`, no second issue says that the meter is silent.
    `facts_fn` returns what fills the placeholders of its text.
    """

    key: str
    is_on_fn: Callable[[Snapshot[D]], bool]
    after: float = 0.0
    explains_silence: bool = False
    facts_fn: Callable[[Snapshot[D]], Mapping[str, str]] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BridgeFix[C]:
    """A form in which the owner enters what ends a problem, such as a key.

    `fields` are validators by name of the field; each raises a ValueError. All fields
    are secret and may be left empty: if all are, the bridge is only polled. `run_fn`
    sends the others to the bridge, and returns once the problem has ended or a time
    limit has passed.
    """

    fields: Mapping[str, Callable[[str], str]]
    run_fn: Callable[[C, Mapping[str, str]], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class BridgeOption:
    """A number that the owner may set in the options; `key` is its translation key.

    `least` is the smallest number other than 0 that is accepted.
    """

    key: str
    default: float
    minimum: float
    maximum: float
    step: float
    unit: str | None = None
    least: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class BridgeType[C: Client[object], D]:
    """A kind of bridge: everything that the rest needs to know about it.

    `login_fields` are the fields of the login form, shown if the bridge wants a login.
    Without a new reading for `stale_after` seconds a meter is stale. With two limits in
    `stale_within`, that time follows how often the meter reports. `max_power` (W) is
    the most that the household's connection could carry. `more_sensors` returns sensors
    that depend on the details; it must return the same tuple while they stay the same.
    `setup_seconds` limits all requests together while it is added or set up.
    `dhcp_hostname` is the pattern, in lower case, of its host names in DHCP.
    `least_poll_interval` is the shortest one that the owner may choose. `media` lists
    what the meters measure that it may read. `core_twin` is the integration
    of Home Assistant's own for the same device, if there is one.
    If it remembers earlier totals, reading a day of them takes `recall_seconds`.
    If it `asks_fuse`, the owner may enter the rating of the main fuse: the bridge
    reports the currents, but not the rating.
    If it `knows_tariffs`, the owner may enter a price for each.
    `demand_minutes` is the period of demand that fits where this kind is sold;
    `shows_demand` unless the owner says otherwise.
    `pins_later` if entries that have pinned nothing yet may do so at their next set-up.
    `pads_zeros` if it may send 0 for registers that the meter does not have.
    `fixes` are the forms that end an issue, by its key.
    `questions` returns what to ask the owner about registers, by the details and the
    answers so far; `survey` reads from the bridge which answers are likely.
    `page` is the path of its own web page; None: it has none.
    `redact` names keys of answers whose values are kept out of diagnostics. `above.key`
    is a key inside another: its value is kept out only if it looks like a number.
    """

    key: str
    name: str
    manufacturer: str
    connect: Callable[[Access, ClientSession], C]
    poll_interval: timedelta
    stale_after: float
    stale_within: tuple[float, float] | None = None
    setup_seconds: float = 30.0
    least_poll_interval: timedelta = timedelta(seconds=5)
    pushes: bool = False
    recall_seconds: float | None = None
    pads_zeros: bool = False
    pins_later: bool = False
    max_power: float = 100_000.0
    asks_fuse: bool = False
    knows_tariffs: bool = False
    demand_minutes: int = 15
    shows_demand: bool = False
    media: tuple[Medium, ...] = (Medium.ELECTRICITY,)
    has_main_meter: bool = True
    core_twin: CoreTwin | None = None
    zeroconf: ZeroconfMatch | None = None
    dhcp_hostname: str | None = None
    options: tuple[BridgeOption, ...] = ()
    login_fields: tuple[str, ...] = ()
    sensors: tuple[BridgeSensor[D], ...] = ()
    binary_sensors: tuple[BridgeBinarySensor[D], ...] = ()
    buttons: tuple[BridgeButton[C], ...] = ()
    settings: tuple[BridgeSetting[C, D], ...] = ()
    updates: tuple[BridgeUpdate[C, D], ...] = ()
    actions: tuple[BridgeAction[C], ...] = ()
    issues: tuple[BridgeIssue[D], ...] = ()
    fixes: Mapping[str, BridgeFix[C]] = field(default_factory=dict)
    questions: Callable[[D, Said], tuple[Question, ...]] | None = None
    survey: Callable[[C], Awaitable[Survey[D]]] | None = None
    more_sensors: Callable[[D], tuple[BridgeSensor[D], ...]] | None = None
    page: str | None = None
    redact: frozenset[str] = frozenset()
