"""What a hostile box, or a stranger in the network, can do all day."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from decimal import Decimal

from homeassistant.config_entries import SOURCE_ZEROCONF
from homeassistant.core import HomeAssistant

from custom_components.meter_bridge.bridges import BRIDGES
from custom_components.meter_bridge.const import DOMAIN
from tests.kinds import KINDS
from tests.support.flows import announcement, discover
from tests.support.house import House
from tests.support.simulator import Simulator

_READINGS, _STEP_WATTS = 300, 7
# A stream that said too much is opened again after a minute or two.
_EVERY = 3
# More than the budget of bytes, and of messages, that a stream has.
_NOISE, _TINY = 1 << 20, 300
# Each announcement has another port, at which nobody answers.
_STRANGERS = 1000

type Act = Callable[[HomeAssistant, Simulator, int], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Attack:
    """What is done each minute, and the kinds of bridges that can be attacked so.

    `short` is the length of a short siege in minutes: by half of it, nothing may grow
    any more.
    """

    name: str
    keys: tuple[str, ...]
    act: Act
    short: int = 20


def _crowding(name: str) -> Act:
    """Return an act that has other registers or meters each time."""

    async def crowd(_: HomeAssistant, simulator: Simulator, turn: int) -> None:
        KINDS[simulator.key].crowds[name](simulator, turn)

    return crowd


async def _exchange_meter(_: HomeAssistant, simulator: Simulator, turn: int) -> None:
    """Be another meter than a minute ago, at another level."""
    simulator.exchange_meter(turn % 10_000)
    for number, flow in enumerate(simulator.house.imported.values()):
        flow.raw = (turn * 7_919 + number) * 3_600_000_000


async def _announce_strangers(
    hass: HomeAssistant, simulator: Simulator, turn: int
) -> None:
    """Announce the id of the bridge at other addresses, and other ids at its own."""
    if simulator.announcement is None:
        await discover(hass, simulator)
        return
    port, other = 1 + turn % _STRANGERS, f"{turn % 10_000:04}"
    for told in (
        announcement(simulator, port=port),
        announcement(simulator, serial=f"02A4C61B{other}"),
        announcement(simulator, port=port, serial=f"02A4C61C{other}"),
    ):
        await hass.config_entries.flow.async_init(
            DOMAIN, context={"source": SOURCE_ZEROCONF}, data=told
        )


async def _leap(_: HomeAssistant, simulator: Simulator, turn: int) -> None:
    """Show impossible values, garbage and zero in turn."""
    leaps = (Decimal(0), Decimal(10**12), None, Decimal(-1), Decimal(5_000_000))
    for code in simulator.house.obis().keys() & {"1.8.0", "16.7.0", "1.7.0", "14.7.0"}:
        simulator.force(code, leaps[turn % len(leaps)])


async def _pour_readings(_hass: HomeAssistant, simulator: Simulator, turn: int) -> None:
    """Push hundreds of readings at once, down every open stream."""
    if turn % _EVERY:
        return
    for watts in range(0, _READINGS * _STEP_WATTS, _STEP_WATTS):
        simulator.house.draw(watts)
        simulator.house.advance(0.001)
        simulator.tick()


async def _pour_noise(_hass: HomeAssistant, simulator: Simulator, turn: int) -> None:
    """Push comments and tiny messages without end, down every open stream."""
    if turn % _EVERY:
        return
    simulator.push_raw(b":\n" * _NOISE)
    for _ in range(_TINY):
        simulator.push_raw(b"data: 1\n\n")


_ALL = tuple(BRIDGES)
_PUSHING = tuple(key for key, bridge in BRIDGES.items() if bridge.pushes)
_NUMBERED = tuple(
    key for key, kind in KINDS.items() if kind.simulator(House()).exchange_meter()
)
_FINDABLE = tuple(
    key for key, bridge in BRIDGES.items() if bridge.zeroconf or bridge.dhcp_hostname
)

ATTACKS = (
    *(
        Attack(name=name, keys=(key,), act=_crowding(name), short=60)
        for key, kind in KINDS.items()
        for name in kind.crowds
    ),
    Attack(name="a new number of the meter", keys=_NUMBERED, act=_exchange_meter),
    Attack(name="strangers are announced", keys=_FINDABLE, act=_announce_strangers),
    Attack(name="impossible values", keys=_ALL, act=_leap),
    Attack(name="hundreds of readings at once", keys=_PUSHING, act=_pour_readings),
    Attack(name="noise on the streams", keys=_PUSHING, act=_pour_noise),
)
