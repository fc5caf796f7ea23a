"""A simulated Octopus Home Pro with an electricity meter and a gas meter."""

import asyncio
from decimal import Decimal
import json
from typing import Literal, override

from aiohttp import web

from tests.bridges.octopus_home_pro.han import HanMeter
from tests.support.house import House
from tests.support.simulator import Json, Simulator

_PAYLOADS = {
    "get_meter_status": "meter_status",
    "get_meter_info": "meter_info",
    "get_meter_consumption": "meter_consump",
}
_KWH, _CUBIC_METRES = 0, 1
# The numbers with which a meter that counts gas in kWh converts m³.
_KWH_PER_CUBIC_METRE = Decimal("1.02264") * Decimal("39.2") / Decimal("3.6")

type Refusal = tuple[int, str]


class OctopusHomeProSimulator(Simulator):
    """Serves the three calls; a test can change the firmware by the attributes.

    `refusal` is the HTTP status and the `Status` for a meter out of reach. `omission`
    leaves out what should follow.
    """

    key = "octopus_home_pro"

    def __init__(self, house: House) -> None:
        """Start in a house whose gas meter counts m³."""
        super().__init__(house)
        self.electricity = HanMeter(
            type="elec",
            eui="02A1B2FFFEC30001",
            serial="99T0000001",
            siteid="1299999900017",
            unit=_KWH,
            ambient=0,
        )
        self.gas = HanMeter(
            type="gas",
            eui="02A1B2FFFEC30002",
            serial="99G0000002",
            siteid="9899999901",
            unit=_CUBIC_METRES,
            rssi=-75,
            supply=2,
            has_demand=False,
            formats=("AB", "00"),
        )
        self.has_electricity = True
        self.has_gas = True
        self.status: str | None = "success"
        self.refusals: dict[str, Refusal] = {}
        self.omissions: dict[str, Literal["payload", "section", "fields"]] = {}
        self.no_meter: Refusal = (200, "failed")
        self.decoded = False
        self.delay = 0.0
        self.asked: list[tuple[str, str]] = []

    @override
    def routes(self) -> list[web.AbstractRouteDef]:
        """Return the three calls; firmware of 2024 also answered GET with a body."""
        return [
            route(f"/{call}", self._answer)
            for call in _PAYLOADS
            for route in (web.post, web.get)
        ]

    @override
    def read_meter(self) -> None:
        """Receive both meters."""
        values = self.values()
        volume = values.get("3.0.0", self.house.gas.amount.scaleb(-3))
        if self.gas.unit == _KWH:
            volume *= _KWH_PER_CUBIC_METRE
        self.electricity.hear(
            values.get("1.8.0", Decimal(0)).scaleb(-3),
            values.get("16.7.0", Decimal(0)),
            self.read_at,
        )
        self.gas.hear(volume, Decimal(0), self.read_at)

    def refuse(self, status: int = 200, word: str = "failed", meter: str = "") -> None:
        """Put one meter, or both, out of reach."""
        for each in [meter] if meter else ["elec", "gas"]:
            self.refusals[each] = (status, word)

    def omit(
        self,
        part: Literal["payload", "section", "fields"],
        meter: str = "elec",
    ) -> None:
        """Answer successfully, but without the payload, its section, or its fields."""
        self.omissions[meter] = part

    @override
    def lose_scale(self) -> bool:
        """Have firmware that does not read the factors of either meter."""
        self.electricity.scale_is_read = self.gas.scale_is_read = False
        return True

    @override
    def exchange_meter(self, turn: int = 0) -> bool:
        """Have another electricity meter behind the same address."""
        self.electricity.serial = f"99T{3 + turn:07}"
        return True

    @override
    def heal(self) -> None:
        """End every mishap."""
        self.electricity.scale_is_read = self.gas.scale_is_read = True
        self.refusals.clear()
        self.omissions.clear()
        self.delay = 0.0
        super().heal()

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        """Answer a call for the meter that the body names.

        How the device answers a request without a body is not known. This simulator
        answers with electricity, as plain JSON, for people to read.
        """
        call, body = request.path.removeprefix("/"), await request.text()
        wanted = json.loads(body)["meter_type"] if body else "elec"
        if body:
            self.asked.append((call, wanted))
        if self.delay:
            await asyncio.sleep(self.delay)
        refusal = self.refusals.get(wanted)
        if not {"elec": self.has_electricity, "gas": self.has_gas}[wanted]:
            refusal = self.no_meter
        if refusal:
            status, word = refusal
            return web.json_response({"Status": word}, status=status)
        return web.json_response(self._success(call, wanted, packed=bool(body)))

    def _success(self, call: str, wanted: str, *, packed: bool) -> Json:
        """Return the answer with a meter's values: JSON inside JSON."""
        answer: dict[str, Json] = {}
        if self.status is not None:
            answer["Status"] = self.status
        omitted = self.omissions.get(wanted)
        if omitted == "payload":
            return answer
        meter = self.gas if wanted == "gas" else self.electricity
        name, section = meter.section(call)
        inner: dict[str, Json] = {"time": int(self.house.now.timestamp())}
        if omitted != "section":
            inner[name] = {} if omitted == "fields" else section
        unpacked = self.decoded or not packed
        return answer | {_PAYLOADS[call]: inner if unpacked else cjson(inner)}


def cjson(value: Json, depth: int = 0) -> str:
    """Return JSON as cJSON_Print does: a line per member, a tab after each colon."""
    if not isinstance(value, dict):
        return json.dumps(value)
    if not value:
        return "{\n" + "\t" * depth + "}"
    inner = "\t" * (depth + 1)
    members = ",\n".join(
        f"{inner}{json.dumps(key)}:\t{cjson(member, depth + 1)}"
        for key, member in value.items()
    )
    return "{\n" + members + "\n" + "\t" * depth + "}"
