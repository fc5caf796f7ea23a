"""An eGauge whose registers add nothing up, for measuring what many of them cost."""

from decimal import Decimal
from functools import partial
from typing import override

from aiohttp import web

from tests.bridges.egauge.database import Database, Register
from tests.bridges.egauge.simulator import EgaugeSimulator
from tests.support.house import House


class ManyRegisters(EgaugeSimulator):
    """Have so many registers, whose values anybody may read."""

    def __init__(self, house: House, registers: int) -> None:
        """Measure 230 V everywhere until a test changes some."""
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
        """Return what a register measures."""
        return self.volts[index]

    @override
    def force(self, code: str, value: Decimal | None) -> None:
        """Change the register of this number."""
        self.volts[int(code)] = value or Decimal(0)

    @override
    async def admit(self, request: web.Request) -> web.StreamResponse | None:
        """Admit who just wants the registers, as the benchmark's floor does."""
        if request.path == "/api/register" and "Authorization" not in request.headers:
            return None
        return await super().admit(request)
