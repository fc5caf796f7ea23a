"""Messages of a WebSocket: JSON, kept alive, and how each end of it is told."""

import asyncio
from collections.abc import Callable
from typing import Literal

from aiohttp import (
    ClientWebSocketResponse,
    WebSocketError,
    WSCloseCode,
    WSMsgType,
)
import orjson

from ..errors import (
    BridgeConnectionError,
    BridgeError,
    BridgeResponseError,
    StreamClosedError,
)
from .patience import wait_longer

# So many messages are taken in a row.
_MOST_AT_ONCE = 8

type Socket = ClientWebSocketResponse[Literal[False]]


async def hear(
    socket: Socket,
    idle: float,
    take: Callable[[object], None],
    note: Callable[[bytes], None],
) -> None:
    """Hand over every text, decoded; TimeoutError after `idle` seconds without one.

    A third of that time into silence the bridge is pinged, and is gone if it stays
    silent for another third. (The heartbeat of aiohttp 3.14.5 leaves a timer behind
    when a socket is closed.) Binary messages are passed over. However fast they come,
    everybody else gets a turn after a few. `note` hears each undecoded.
    """
    clock = asyncio.get_running_loop().time
    told, is_pinged, turn = clock(), False, 0
    while True:
        try:
            async with asyncio.timeout(idle / 3) as limit:
                while True:
                    turn = (turn + 1) % _MOST_AT_ONCE
                    if not turn:
                        await asyncio.sleep(0)
                    message = await socket.receive()
                    is_pinged = False
                    match message.type:
                        case WSMsgType.TEXT:
                            told = clock()
                            note(message.data)
                            take(_decode(message.data))
                        case WSMsgType.PING:
                            await socket.pong(message.data)
                        case WSMsgType.PONG | WSMsgType.BINARY:
                            pass
                        case WSMsgType.CLOSE:
                            raise StreamClosedError("The bridge closed its WebSocket")
                        case _:
                            raise _failure(message.data)
                    wait_longer(limit, min(idle / 3, told + idle - clock()))
        except TimeoutError:
            if is_pinged or clock() >= told + idle:
                raise
        is_pinged = True
        await socket.ping()


def _decode(message: bytes) -> object:
    """Decode one message."""
    try:
        return orjson.loads(message)
    except orjson.JSONDecodeError as error:
        raise BridgeResponseError("A message is not JSON") from error


def _failure(why: object) -> BridgeError:
    """Return the error for a socket that ended otherwise than in good order."""
    if not isinstance(why, WebSocketError):
        return BridgeConnectionError("The connection of the WebSocket broke")
    if why.code == WSCloseCode.MESSAGE_TOO_BIG:
        return BridgeResponseError("A message is too large")
    return BridgeResponseError("The bridge breaks the rules of WebSockets")
