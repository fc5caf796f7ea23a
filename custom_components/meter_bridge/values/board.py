"""The meters of one bridge, and the present values of all its entities."""

from collections.abc import Mapping
from dataclasses import dataclass
from operator import is_
import time
from types import MappingProxyType
from typing import Any

from ..bridges.contract import BridgeType
from ..bridges.obis import REGISTERS
from ..bridges.snapshot import MAIN_METER, Medium, Meter, Reading, Snapshot
from ..meter.account import Account, Stored
from ..meter.demand import Demand
from ..meter.plausible import Limits
from ..meter.trouble import Restart, Trouble
from .balance import CURRENTS, FUSE_OVERLOADS, FUSE_SENSORS, Balance
from .demand_sensors import DEMAND_SENSORS, shown_demand
from .pace import Measure
from .price import IMPORT_PRICE, Price
from .room import Rooms, id_key
from .sources import METER_CONNECTION, Source, Sources, Value, entity_key
from .told import as_told
from .wishes import Wishes

# The stored data of a further meter are forgotten after so many days on which the
# bridge answered without it; the days are counted with them.
_MOST_DAYS, _DAYS = 30, "unread_days"
_SECONDS_OF_DAY = 86_400
_NONE: Mapping[str, int | None] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What a snapshot changed.

    `changed`: keys whose value changed. `altered`: keys whose description changed.
    `new`: keys that have a value and no entity yet. `links`: meters that became fresh
    (True) or stale. `restarts`: meters of which a counter starts anew. `troubles`: all
    present troubles, by meter.
    """

    changed: set[str]
    altered: set[str]
    new: list[str]
    links: Mapping[str, bool]
    restarts: Mapping[str, Restart]
    troubles: Mapping[str, tuple[Trouble, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shown:
    """The values of a meter's entities, and what they were put together from."""

    believed: Mapping[str, float]
    demands: Mapping[str, int | None]
    is_fresh: bool | None
    values: Mapping[str, Value]


class Board:
    """The meters of one bridge, and the value of every entity by key."""

    def __init__(
        self,
        bridge: BridgeType[Any, Any],
        limits: Limits,
        wishes: Wishes | None = None,
        rooms: Rooms | None = None,
    ) -> None:
        """Start with what every bridge of this kind has; nothing has been read yet.

        Demand is worked out only if there is a clock for its periods.
        """
        self.rooms = rooms or Rooms()
        self.values: dict[str, Value] = {}
        self._bridge = bridge
        self._limits = limits
        self._sources = Sources(bridge)
        self._wishes = wishes or Wishes()
        self._accounts: dict[str, Account] = {}
        self._balances: dict[str, Balance] = {}
        self._shown: dict[str, _Shown] = {}
        self._parts: list[Mapping[str, Value]] = []
        self._price = Price(prices=self._wishes.prices)
        if self._wishes.prices:
            self._sources.add_price()
        # Of meters that have sent no reading since the restart.
        self._stored: dict[str, Stored] = {}
        self._is_orderly = False
        if bridge.has_main_meter:
            self._open_account(Meter())

    def source(self, key: str) -> Source:
        """Return the platform, description and meter of an entity."""
        return self._sources.by_key[key]

    def place(self, key: str) -> tuple[str, Measure]:
        """Return the meter of an entity, and what its value measures."""
        if source := self._sources.by_key.get(key):
            return source.meter, source.measure
        # A register that the bridge no longer has, and that never had a value.
        return MAIN_METER, Measure.OTHER

    def find_source(self, key: str) -> Source | None:
        """Return where an entity would find its value, None if there is none yet."""
        return self._sources.by_key.get(key)

    def with_entity(self) -> list[str]:
        """Return the keys whose entity the platforms have been told to create."""
        return [key for key, each in self._sources.by_key.items() if each.has_entity]

    def meter(self, key: str) -> Meter:
        """Return a meter as its last reading described it."""
        account = self._accounts.get(key)
        return account.meter if account else Meter(key=key)

    @property
    def accounts(self) -> Mapping[str, Account]:
        """Return the meters by key."""
        return self._accounts

    @property
    def unwanted(self) -> set[str | None]:
        """Return the translation keys of what the owner has switched off."""
        unwanted: set[str | None] = set()
        if self._wishes.period_clock is None:
            unwanted.update(each.translation_key for each in DEMAND_SENSORS)
        if self._bridge.asks_fuse and self._wishes.fuse is None:
            unwanted.update(each.translation_key for each in FUSE_SENSORS)
            unwanted.update(each.translation_key for each in FUSE_OVERLOADS)
        if not self._wishes.prices:
            unwanted.add(IMPORT_PRICE.translation_key)
        return unwanted

    def demand(self, meter: str) -> Demand | None:
        """Return the demand of a meter, None if it has none."""
        account = self._accounts.get(meter)
        return account.demand if account else None

    def take(self, snapshot: Snapshot[object]) -> Change:
        """Process a snapshot; return what it changes."""
        details, altered = self._sources.read_details(snapshot.details)
        parts: list[Mapping[str, Value]] = [details]
        readings = self._readings_of(snapshot)
        links: dict[str, bool] = {}
        restarts: dict[str, Restart] = {}
        troubles: dict[str, tuple[Trouble, ...]] = {}
        for key, account in self._accounts.items():
            was_fresh = account.is_fresh
            reading = readings.get(key)
            if reading is None:
                account.miss()
            elif restart := self._take_reading(account, reading):
                restarts[key] = restart
            if found := tuple(account.troubles()):
                troubles[key] = found
            if account.is_fresh is not was_fresh:
                links[key] = bool(account.is_fresh)
            parts.append(self._values_of(account))
        changed, new = self._show_parts(parts)
        return Change(
            changed=changed,
            altered=altered,
            new=new,
            links=links,
            restarts=restarts,
            troubles=troubles,
        )

    def _show_parts(
        self, parts: list[Mapping[str, Value]]
    ) -> tuple[set[str], list[str]]:
        """Put the values together; return which changed, and which need an entity."""
        before, self._parts = self._parts, parts
        if len(parts) == len(before) and all(map(is_, parts, before, strict=True)):
            return set(), []
        values: dict[str, Value] = {}
        for part in parts:
            values.update(part)
        if self._wishes.prices and values.get(METER_CONNECTION.key):
            values[IMPORT_PRICE.key] = self._price.now(values)
        return self._show(values)

    def _watch_phases(self, account: Account) -> None:
        """Show how a meter's phases are loaded, once it sends their currents."""
        key = account.meter.key
        if key not in self._balances and not account.codes.isdisjoint(CURRENTS):
            rating = self._wishes.fuse if self._bridge.asks_fuse else None
            self._balances[key] = Balance(rating=rating)
            self._sources.add_balance(key)

    def _readings_of(self, snapshot: Snapshot[object]) -> Mapping[str, Reading]:
        """Return the readings by meter; each new one gets its account."""
        readings = {
            reading.meter.key: as_told(reading, self._wishes.told)
            for reading in snapshot.readings
        }
        for key in readings.keys() - self._accounts.keys():
            if key == MAIN_METER or self.rooms.meters.admit(key):
                self._open_account(readings[key].meter)
        return readings

    def _values_of(self, account: Account) -> Mapping[str, Value]:
        """Return the values of a meter's entities; the same object if none changed."""
        key, is_fresh = account.meter.key, account.is_fresh
        demand = account.demand if is_fresh else None
        demands = shown_demand(demand) if demand else _NONE
        last = self._shown.get(key)
        if (
            last
            and last.believed is account.values
            and last.demands == demands
            and last.is_fresh is is_fresh
        ):
            return last.values
        values: dict[str, Value] = {METER_CONNECTION.key: is_fresh}
        values.update(account.values)
        values.update(demands)
        if balance := self._balances.get(key):
            values |= balance.show(account.values)
        if key != MAIN_METER:
            values = {entity_key(key, code): each for code, each in values.items()}
        self._shown[key] = _Shown(
            believed=account.values, demands=demands, is_fresh=is_fresh, values=values
        )
        return values

    def _take_reading(self, account: Account, reading: Reading) -> Restart | None:
        """Judge the reading of a meter; return which counters start anew."""
        restart = account.take(
            reading,
            now=time.time(),
            clock=time.monotonic(),
            stale_after=self._bridge.stale_after,
            stale_within=self._bridge.stale_within,
        )
        if not account.codes.issuperset(account.values):
            self._sources.add_meter(reading.meter, account.values)
            # Drop unknown codes that are not sent now: a bridge may send new ones for
            # ever.
            account.codes &= REGISTERS.keys()
            account.codes.update(account.values)
            self._watch_phases(account)
        return restart

    def _show(self, values: dict[str, Value]) -> tuple[set[str], list[str]]:
        """Replace the values; return which keys changed and which need an entity."""
        before, self.values = self.values, values
        if values == before:
            return set(), []
        new: list[str] = []
        if is_other := before.keys() != values.keys():
            new = self._admit(values)
        changed = {key for key, value in values.items() if before.get(key) != value}
        if is_other:
            changed |= before.keys() ^ values.keys()
        return changed, new

    def _admit(self, values: dict[str, Value]) -> list[str]:
        """Return which keys get an entity; leave out those without room for one."""
        new, room = [], self.rooms.entities
        for key in list(values):
            source = self._sources.by_key[key]
            if source.has_entity:
                continue
            if room.admit(id_key(key, room)):
                source.has_entity = True
                new.append(key)
            else:
                del values[key]
                # There may be room with the next reading.
                self._parts = []
        return new

    @property
    def is_fresh(self) -> bool:
        """Tell whether there are readings, and none of them has become too old."""
        clock = time.monotonic()
        fresh = [account for account in self._accounts.values() if account.is_fresh]
        return bool(fresh) and not any(account.is_due(clock) for account in fresh)

    def lose_meters(self) -> list[str]:
        """Make all meters stale: the bridge does not answer. Return their keys."""
        for account in self._accounts.values():
            account.is_fresh = False
        return list(self._accounts)

    def forget_entity(self, key: str) -> None:
        """Forget an entity that was removed; its next value creates it anew."""
        self.values.pop(key, None)
        self._parts = []
        self._sources.forget_entity(key)

    def forget_meter(self, meter: str) -> bool:
        """Forget a meter. Refused (False) while it still reports."""
        account = self._accounts.get(meter)
        connection = entity_key(meter, METER_CONNECTION.key)
        if (account and account.is_read) or any(
            self.source(key).meter == meter for key in self.values if key != connection
        ):
            return False
        self._accounts.pop(meter, None)
        self._balances.pop(meter, None)
        self._shown.pop(meter, None)
        self._stored.pop(meter, None)
        self.values.pop(connection, None)
        self._parts = []
        self._sources.forget_meter(meter)
        self.rooms.meters.forget(meter)
        return True

    def _open_account(self, meter: Meter) -> None:
        """Open the account of a meter, and restore what was stored of it."""
        is_electric = meter.medium is Medium.ELECTRICITY
        account = Account(
            meter=meter,
            limits=self._limits,
            period_clock=self._wishes.period_clock if is_electric else None,
        )
        if stored := self._stored.pop(meter.key, None):
            stored = {name: it for name, it in stored.items() if name != _DAYS}
            account.restore(stored, is_orderly=self._is_orderly)
        self._accounts[meter.key] = account
        self._sources.add_meter(meter, ())
        if account.demand:
            self._sources.add_demand(meter.key)

    def account(self, meter: str) -> Account | None:
        """Return everything that is known of a meter."""
        return self._accounts.get(meter)

    def as_stored(self) -> dict[str, Stored]:
        """Return the data to store, by meter."""
        self._count_days()
        read = {meter: account.as_stored() for meter, account in self._accounts.items()}
        return self._stored | read

    def _count_days(self) -> None:
        """Count a day without the meters that are not read; forget those long gone."""
        today = int(time.time()) // _SECONDS_OF_DAY
        if not any(account.is_read for account in self._accounts.values()):
            return
        for meter, stored in list(self._stored.items()):
            days, last = stored.get(_DAYS, (0, 0))
            if meter == MAIN_METER or last == today:
                continue
            if days >= _MOST_DAYS:
                del self._stored[meter]
            else:
                self._stored[meter] = {**stored, _DAYS: (days + 1, today)}

    def restore(self, stored: Mapping[str, Stored], *, is_orderly: bool) -> None:
        """Restore what `as_stored` returned before the restart.

        `is_orderly`: it was stored at a clean shutdown, after the last reading.
        """
        self._is_orderly = is_orderly
        for meter, known in stored.items():
            if account := self._accounts.get(meter):
                account.restore(known, is_orderly=is_orderly)
            else:
                self._stored[meter] = dict(known)
