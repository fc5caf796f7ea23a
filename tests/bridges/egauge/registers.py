"""An eGauge with many registers without counters, for the benchmark of their cost."""

from decimal import Decimal
from functools import partial
from typing import override

from aiohttp import web

from tests.bridges.egauge.database import Database, Register
from tests.bridges.egauge.simulator import EgaugeSimulator
from tests.support.house import House


class ManyRegisters(EgaugeSimulator):
    """An eGauge with `count` registers, which can be read without a login."""

    def __init__(self, house: House, registers: int) -> None:
        """Start with 230 V in all registers."""
        super().__init__(house)
        self.volts = [Decimal(230)] * registers
        self.database = Database(
            [
                Register(f"line {index}", "V", partial(self._rate, index), index)
                for index in range(registers)
            ],
            self.database.epoch,
        )

    def _rate(self, index: int, _house: House) -> Decimal:
        """Return the value of a register."""
        return self.volts[index]

    @override
    def force(self, code: str, value: Decimal | None) -> None:
        """Set the value of the register with this number."""
        self.volts[int(code)] = value or Decimal(0)

    @override
    async def admit(self, request: web.Request) -> web.StreamResponse | None:
        """Accept requests for registers without a login, as the benchmark needs."""
        if request.path == "/api/register" and "Authorization" not in request.headers:
            return None
        return await super().admit(request)


class KnownRegisters(EgaugeSimulator):
    """Have no register that the library of Home Assistant's own integration refuses."""

    def __init__(self, house: House) -> None:
        """Leave out reactive power, whose type came later."""
        super().__init__(house)
        self.database = Database(
            [each for each in self.database.registers if each.type != "PQ"],
            self.database.epoch,
        )
