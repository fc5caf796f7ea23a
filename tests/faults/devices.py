"""Mishaps of the device itself, and of its streams."""

import asyncio

from homeassistant.config_entries import SOURCE_RECONFIGURE
from homeassistant.data_entry_flow import FlowResultType

from custom_components.meter_bridge.const import DOMAIN
from tests.kinds import KINDS
from tests.support.flows import announce, announcement, searched
from tests.support.house import House, Register
from tests.support.simulator import Simulator
from tests.support.waiting import eventually

from . import bodies
from .cell import Cell
from .mishap import ANNOUNCED, STREAM, Mishap, Sees, sees

_DEVICE, _STREAM = "The device", "The stream"
_LONG_SECONDS = 0.1
_AWAY = frozenset({"cannot_connect"})


async def _restart(cell: Cell) -> None:
    """Restart, with another boot id if it has one; it is away meanwhile."""
    for simulator in (cell.simulator, cell.twin):
        done = KINDS[simulator.key].restart(simulator)
        if done is not None:
            await done
    await cell.simulator.unplug()


async def _plug_in(cell: Cell) -> None:
    """Return after an absence."""
    await cell.simulator.plug_in()


async def _move(cell: Cell) -> None:
    """Move to another address."""
    await cell.simulator.move()


async def _announce(cell: Cell) -> None:
    """Announce the new address to Home Assistant."""
    await announce(cell.hass, announcement(cell.simulator))
    await searched(cell.hass)
    _take_over(cell)


async def _reconfigure(cell: Cell) -> None:
    """Enter the new address in the reconfigure flow."""
    flows, entry = cell.hass.config_entries.flow, cell.entry
    result = await flows.async_init(
        DOMAIN, context={"source": SOURCE_RECONFIGURE, "entry_id": entry.entry_id}
    )
    typed = {**entry.data, "host": cell.simulator.address}
    result = await flows.async_configure(
        result["flow_id"],
        {
            key: typed[key]
            for key in ("host", *cell.coordinator.bridge.login_fields)
            if key in typed
        },
    )
    assert result["type"] is FlowResultType.ABORT, result
    await cell.hass.async_block_till_done()
    _take_over(cell)


def _take_over(cell: Cell) -> None:
    """Continue with the coordinator of the reloaded entry."""
    cell.coordinator = cell.entry.runtime_data


async def _swap(cell: Cell) -> None:
    """Give the address to another device of the same kind, in another house.

    Polls do not notice that the bridge is gone, but streams break.
    """
    await cell.simulator.unplug()
    await cell.settle(_LONG_SECONDS)
    await _start_another(cell)


async def _swap_later(cell: Cell) -> None:
    """Leave the address unused for a while before another device gets it."""
    await cell.simulator.unplug()
    await cell.round(20)
    await _start_another(cell)


async def _start_another(cell: Cell) -> None:
    """Start another device of the same kind in another house."""
    change = bodies.of_another(await cell.truth.ids())
    house = House()
    house.draw(54_321)
    house.imported[1] = Register.of("98765.432")
    other: Simulator = type(cell.simulator)(house)
    cell.others.append(other)
    other.distort(change)
    other.twist = bodies.in_events(change)
    await other.start(port=cell.simulator.port)


async def _connect_streams(cell: Cell) -> None:
    """Let the streams connect to the other device, which reads its meter."""
    (other,) = cell.others
    await cell.settle(_LONG_SECONDS)
    other.house.advance(20)
    other.tick()


async def _give_back(cell: Cell) -> None:
    """Return the address from the other device to the bridge."""
    (other,) = cell.others
    await other.stop()
    await cell.simulator.plug_in()


async def _give_back_later(cell: Cell) -> None:
    """Stop the other device some time before the bridge returns."""
    (other,) = cell.others
    await other.stop()
    await cell.round(20)
    await cell.simulator.plug_in()


def _messages(simulator: Simulator) -> list[bytes]:
    """Return the present message of each channel."""
    channels = {stream.channel for stream in simulator._streams}  # noqa: SLF001
    return [
        message for each in sorted(channels) if (message := simulator.message(each))
    ]


async def _push_nothing(cell: Cell) -> None:
    """Push nothing."""
    cell.simulator.silent = True


async def _halves(cell: Cell) -> None:
    """Push each message in two parts."""
    for message in _messages(cell.simulator):
        middle = len(message) // 2
        cell.simulator.push_raw(message[:middle])
        await asyncio.sleep(0.01)
        cell.simulator.push_raw(message[middle:])


async def _half_and_end(cell: Cell) -> None:
    """Push half a message, and end the stream normally."""
    for message in _messages(cell.simulator):
        cell.simulator.push_raw(bodies.half(message))
    cell.simulator.end_streams()


async def _large(cell: Cell) -> None:
    """Push messages of 1 MiB."""
    cell.simulator.twist = bodies.large


async def _close_everywhere(cell: Cell) -> None:
    """Cut the streams at every byte of a message."""
    simulator = cell.simulator
    streams = simulator.open_streams
    for message in _messages(simulator):
        for position in range(len(message)):
            simulator.push_raw(message[:position])
            await asyncio.sleep(0)
            simulator.cut_streams()
            await eventually(lambda: simulator.open_streams < streams, tick=0)
            await eventually(lambda: simulator.open_streams == streams, tick=0)
            cell.look()
            cell.times += 1


DEVICES = (
    Mishap(
        group=_DEVICE,
        name="restarts",
        cause=_restart,
        cure=_plug_in,
        fades=True,
        rounds=0,
        sees=sees(Sees.FADES),
        errors=_AWAY,
    ),
    Mishap(
        group=_DEVICE,
        name="gets another address and announces it",
        cause=_move,
        cure=_announce,
        fades=True,
        rounds=0,
        needs=(ANNOUNCED,),
        sees=sees(Sees.FADES),
        errors=_AWAY,
        reloads=True,
    ),
    Mishap(
        group=_DEVICE,
        name="gets another address, which the owner types",
        cause=_move,
        cure=_reconfigure,
        fades=True,
        rounds=0,
        sees=sees(Sees.FADES),
        errors=_AWAY,
        reloads=True,
    ),
    *(
        Mishap(
            group=_DEVICE,
            name=name,
            cause=cause,
            then=_connect_streams,
            cure=cure,
            sees=sees(Sees.GONE),
            errors=frozenset({"wrong_bridge"}),
        )
        for name, cause, cure in (
            (
                "another of its kind gets its address",
                _swap_later,
                _give_back_later,
            ),
            ("another of its kind takes its place at once", _swap, _give_back),
        )
    ),
)
STREAMS = (
    Mishap(
        group=_STREAM,
        name="events in halves",
        cause=_push_nothing,
        then=_halves,
        is_polled=False,
        needs=(STREAM,),
        sees=sees(Sees.LIVE, Sees.KEPT),
    ),
    Mishap(
        group=_STREAM,
        name="half an event, then the end",
        cause=_push_nothing,
        then=_half_and_end,
        is_polled=False,
        needs=(STREAM,),
        sees=sees(Sees.LIVE, Sees.KEPT),
    ),
    Mishap(
        group=_STREAM,
        name="events of 1 MiB",
        cause=_large,
        needs=(STREAM,),
        sees=sees(Sees.LIVE),
    ),
    Mishap(
        group=_STREAM,
        name="closes after any byte of an event",
        cause=_close_everywhere,
        rounds=1,
        needs=(STREAM,),
        sees=sees(Sees.LIVE),
    ),
)
