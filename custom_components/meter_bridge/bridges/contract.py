"""What a bridge must provide; the one place here that knows Home Assistant's words."""

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from aiohttp import ClientSession
from homeassistant.components.binary_sensor import BinarySensorEntityDescription
from homeassistant.components.button import ButtonEntityDescription
from homeassistant.components.sensor import SensorEntityDescription
from homeassistant.components.update import UpdateEntityDescription
from homeassistant.helpers.issue_registry import IssueSeverity
from homeassistant.helpers.typing import StateType
import probatio

from .snapshot import MAIN_METER, Medium, Snapshot
from .transport.address import Address
from .transport.answers import Heard


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """Where a bridge is and how to be let in.

    `pinned` is what it showed when it was set up (`Identity.pinned`), so that nobody
    can talk us into a weaker scheme afterwards. An address from `hearsay` was announced
    by somebody: no password goes there in the clear. `options` holds a number for each
    `BridgeOption` of the kind.
    """

    address: Address
    username: str = field(default="", repr=False)
    password: str = field(default="", repr=False)
    verify_ssl: bool = False
    pinned: Mapping[str, str] = field(default_factory=dict)
    hearsay: bool = False
    options: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Which device this is.

    `serial` stays the same for the life of the device; `also` holds ids under which
    an older answer may have known it.
    """

    serial: str
    also: frozenset[str] = frozenset()
    name: str | None = None
    model: str | None = None
    firmware: str | None = None
    hardware: str | None = None
    mac: str | None = None
    pinned: Mapping[str, str] = field(default_factory=dict)


class Client[D](ABC):
    """One bridge on the network; every method raises only `BridgeError`s.

    `heard` is what it said last.
    """

    heard: Heard

    @abstractmethod
    async def identify(self) -> Identity:
        """Prove that this kind of bridge answers, and tell which one.

        No password is sent before the answer has shown its kind.
        """

    @abstractmethod
    async def fetch(self) -> Snapshot[D]:
        """Ask for everything that is known now."""

    async def stream(self, publish: Callable[[Snapshot[D]], None]) -> None:
        """Publish what the bridge pushes until the stream breaks, which raises.

        Only called where `BridgeType.pushes` says so.
        """
        raise NotImplementedError

    def memory(self) -> Mapping[str, list[float]]:
        """Return what has to survive a restart of Home Assistant."""
        return {}

    def recall(self, memory: Mapping[str, list[float]]) -> None:  # noqa: B027
        """Take up again what `memory` returned before the restart."""


@dataclass(frozen=True, kw_only=True)
class BridgeSensor[D](SensorEntityDescription):
    """A sensor that only this kind of bridge has; None means not known now.

    `meter` is the key of the meter whose device shows it.
    """

    meter: str = MAIN_METER
    value_fn: Callable[[D], StateType | datetime]


@dataclass(frozen=True, kw_only=True)
class BridgeBinarySensor[D](BinarySensorEntityDescription):
    """A binary sensor that only this kind of bridge has; as with `BridgeSensor`."""

    meter: str = MAIN_METER
    is_on_fn: Callable[[D], bool | None]


@dataclass(frozen=True, kw_only=True)
class BridgeButton[C](ButtonEntityDescription):
    """Something that this kind of bridge does when asked."""

    press_fn: Callable[[C], Awaitable[None]]


type Progress = Callable[[float | None], None]
"""Takes the part that is done, from 0 to 1, None while nobody knows."""


@dataclass(frozen=True, kw_only=True)
class BridgeUpdate[C, D](UpdateEntityDescription):
    """Software that this kind of bridge fetches and installs when asked.

    `latest_fn` returns the newest version, None where the bridge cannot tell;
    `install_fn` returns once that runs.
    """

    installed_fn: Callable[[D], str | None]
    latest_fn: Callable[[C], Awaitable[str | None]]
    install_fn: Callable[[C, Progress], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class BridgeAction[C]:
    """Something that takes more words than a button has.

    `key` names it among all kinds of bridges; `fields` is the schema of what it wants
    to know. `check` judges all of it together and raises UnfitFieldsError; `run_fn`
    gets what it leaves and returns the response.
    """

    key: str
    fields: Mapping[probatio.Marker, object]
    check: Callable[[dict[str, Any]], dict[str, Any]] = dict
    run_fn: Callable[[C, Mapping[str, Any]], Awaitable[Mapping[str, Any]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class ZeroconfMatch:
    """How a kind of bridge announces itself; property values in lower case.

    `serial_property` names the TXT entry that carries `Identity.serial`.
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
    """Something that the owner has to put right; `key` names its words.

    It is raised once it has been so for `after` seconds, and ends when it is so no
    more. Where it `explains_silence`, that a meter is silent is no issue of its own.
    """

    key: str
    is_on_fn: Callable[[Snapshot[D]], bool]
    after: float = 0.0
    severity: IssueSeverity = IssueSeverity.WARNING
    explains_silence: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class BridgeOption:
    """A number that the owner of this kind of bridge may set; `key` names its words."""

    key: str
    default: float
    minimum: float
    maximum: float
    step: float
    unit: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BridgeType[C: Client[object], D]:
    """A kind of bridge: everything that the rest needs to know about it.

    `login_fields` are asked for where the bridge wants a login. `stale_after` is how
    many seconds may pass without a new reading; `max_power` (W) is the most that the
    household's connection could carry. `more_sensors` returns sensors that depend on
    what the bridge has; it must return the same tuple while that stays the same.
    `dhcp_hostname` is the pattern, in lower case, of the names that it asks for.
    `least_poll_interval` is the shortest one that its owner may choose.
    `media` is what flows through the meters that it may read. `core_twin` is the
    integration of Home Assistant's own for the same device, where there is one.
    `redact` names keys of raw answers that never leave the house.
    """

    key: str
    name: str
    manufacturer: str
    connect: Callable[[Access, ClientSession], C]
    poll_interval: timedelta
    stale_after: float
    least_poll_interval: timedelta = timedelta(seconds=5)
    pushes: bool = False
    max_power: float = 100_000.0
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
    updates: tuple[BridgeUpdate[C, D], ...] = ()
    actions: tuple[BridgeAction[C], ...] = ()
    issues: tuple[BridgeIssue[D], ...] = ()
    more_sensors: Callable[[D], tuple[BridgeSensor[D], ...]] | None = None
    redact: frozenset[str] = frozenset()
