"""A simulated meter on the home area network, as the Home Pro reports it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import ROUND_DOWN, Decimal
from typing import Literal

from tests.support.simulator import Json

# ZigBee's epoch, which `lastupdated` uses as well, unlike the vendor's document.
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
_BCD = 0x80


@dataclass(kw_only=True)
class HanMeter:
    """Receives a meter; a test can change meter and firmware by the attributes.

    `unit` is ZigBee's code. `consumption` and `demand` force what is sent. A meter
    that is not `linked` is not heard any more, and its last words are repeated. Of one
    whose scale is not read, the counts go on and the factors are 0.
    """

    type: Literal["elec", "gas"]
    eui: str
    serial: str
    siteid: str
    unit: int
    rssi: int | None = -63
    mstatus: int | None = 0
    supply: int | None = None
    ambient: int | None = None
    has_demand: bool = True
    divisor: int = 1000
    multiplier: int = 1
    multiplier_included: bool = False
    spelling: tuple[str, ...] = ("multipler",)
    bcd: Literal["converted", "verbatim"] | None = None
    demand_bits: Literal[24, 32] | None = None
    consumption: int | None = None
    demand: int | None = None
    linked: bool = True
    scale_is_read: bool = True
    ahead: int = 0
    unix: bool = False
    formats: tuple[str, str] = ("33", "00")
    _amount: Decimal = Decimal(0)
    _watts: Decimal = Decimal(0)
    _heard_at: datetime = _EPOCH

    def hear(self, amount: Decimal, watts: Decimal, at: datetime) -> None:
        """Receive a new reading (kWh or m³, and W) unless the link is down."""
        if self.linked:
            self._amount, self._watts, self._heard_at = amount, watts, at

    @property
    def amount(self) -> Decimal:
        """What was counted when the meter was heard last."""
        return self._amount

    def section(self, call: str) -> tuple[str, dict[str, Json]]:
        """Return the name and content of the inner object of a call."""
        if call == "get_meter_status":
            return "status", self._status()
        if call == "get_meter_info":
            return "minfo", self._info()
        return "consum", self._consumption()

    @property
    def last_updated(self) -> int:
        """The time at which the meter was last received."""
        since = 0 if self.unix else _EPOCH.timestamp()
        return int(self._heard_at.timestamp() - since) + self.ahead

    def _status(self) -> dict[str, Json]:
        """Return the status, with the parts that the meter has."""
        parts: Mapping[str, int | None] = {
            "supply": self.supply,
            "mstatus": self.mstatus,
            "aconsumindicate": self.ambient,
        }
        return {
            "type": self.type,
            **{key: value for key, value in parts.items() if value is not None},
            "lastupdated": self.last_updated,
        }

    def _info(self) -> dict[str, Json]:
        """Return the identity of the meter."""
        info: dict[str, Json] = {
            "type": self.type,
            "eui": self.eui,
            "serial": self.serial,
            "siteid": self.siteid,
        }
        return info if self.rssi is None else info | {"RSSI": self.rssi}

    def _consumption(self) -> dict[str, Json]:
        """Return the total and, unless it is a gas meter, the demand."""
        raw_total, total = self._total()
        raw_demand, demand = self._demand()
        told: dict[str, Json] = {"type": self.type, "consumption": total}
        raw: dict[str, Json] = {"rawcons": raw_total}
        if self.has_demand:
            told["instdmand"] = demand
            raw["rawinstdmand"] = raw_demand
        multiplier, divisor, format_ = (
            (self.multiplier, self.divisor, self.formats[0])
            if self.scale_is_read
            else (0, 0, "00")
        )
        raw |= dict.fromkeys(self.spelling, f"{multiplier:06X}")
        raw |= {"divisor": f"{divisor:06X}", "consformat": format_}
        if self.has_demand:
            raw["demformat"] = self.formats[1]
        unit = self.unit | (_BCD if self.bcd else 0)
        return told | {"lastupdated": self.last_updated, "unit": unit, "raw": raw}

    def _total(self) -> tuple[str, int]:
        """Return the total as the meter's raw digits, and as the reported number."""
        if self.consumption is not None:
            return f"{self.consumption:012X}", self.consumption
        count = _cut(self._amount * self.divisor / (self.multiplier or 1))
        raw = f"{count:012d}" if self.bcd else f"{count:012X}"
        if self.bcd == "verbatim":
            count = int(raw, 16)
        if self.multiplier_included:
            count *= self.multiplier or 1
        return raw, count

    def _demand(self) -> tuple[str, int]:
        """Return the demand as the meter's raw digits, and as the reported number."""
        if self.demand is not None:
            return f"{self.demand & 0xFFFFFF:06X}", self.demand
        kilowatts = self._watts.scaleb(-3)
        count = _cut(kilowatts * self.divisor / (self.multiplier or 1))
        raw = f"{count & 0xFFFFFF:06X}"
        if self.bcd and count >= 0:
            raw = f"{count:06d}"
        if self.bcd == "verbatim" and count >= 0:
            count = int(raw, 16)
        if self.multiplier_included:
            count *= self.multiplier or 1
        if self.demand_bits:
            count &= (1 << self.demand_bits) - 1
        return raw, count


def _cut(value: Decimal) -> int:
    """Cut the decimals, as a meter does."""
    return int(value.to_integral_value(rounding=ROUND_DOWN))
