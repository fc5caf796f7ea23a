"""The messages of a WebSocket, which pings keep alive, and an error for each end."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Literal

from aiohttp import (
    ClientError,
    ClientResponse,
    ClientWebSocketResponse,
    WebSocketError,
    WSCloseCode,
    WSMsgType,
)

from ..errors import (
    BridgeConnectionError,
    BridgeError,
    BridgeResponseError,
    StreamClosedError,
)
from .fluency import Fluency
from .tasks import extend

MESSAGE_LIMIT = 1 << 18
_CLOSE_SECONDS = 1.0
# After this many messages in a row, other tasks run.
_MOST_AT_ONCE = 32

type Socket = ClientWebSocketResponse[Literal[False]]


async def receive_messages(
    socket: Socket,
    idle: float,
    take: Callable[[bytes], None],
    record: Callable[[bytes], None],
) -> None:
    """Hand over every text; TimeoutError after `idle` seconds without one.

    After a third of that time in silence the bridge is pinged; if another third passes
    without any frame, it counts as gone (TimeoutError). The heartbeat of aiohttp 3.14.5
    is no use here: it leaves a timer behind when a socket is closed. Binary messages
    are ignored. However fast messages come, other tasks run after a few; a bridge that
    sends more than any meter counts as broken. `record` gets each text before `take`.
    """
    fluency = Fluency()
    clock = asyncio.get_running_loop().time
    received, is_pinged, turn = clock(), False, 0
    while True:
        try:
            async with asyncio.timeout(idle / 3) as limit:
                while True:
                    turn = (turn + 1) % _MOST_AT_ONCE
                    if not turn:
                        await asyncio.sleep(0)
                    message = await socket.receive()
                    is_pinged = False
                    fluency.count_message()
                    match message.type:
                        case WSMsgType.TEXT:
                            received = clock()
                            fluency.hear(len(message.data))
                            record(message.data)
                            take(message.data)
                        case WSMsgType.PING:
                            await socket.pong(message.data)
                        case WSMsgType.PONG | WSMsgType.BINARY:
                            pass
                        case WSMsgType.CLOSE:
                            raise StreamClosedError("The bridge closed its WebSocket")
                        case _:
                            raise _failure(message.data)
                    extend(limit, min(idle / 3, received + idle - clock()))
        except TimeoutError:
            if is_pinged or clock() >= received + idle:
                raise
        is_pinged = True
        await socket.ping()


async def close(socket: Socket, response: ClientResponse) -> None:
    """Say goodbye and close the connection, within a second.

    aiohttp (3.14.5) by itself first reads all that is still waiting, without letting
    anybody else have a turn, and waits a second for each message more.
    """
    with suppress(ClientError, TimeoutError):
        async with asyncio.timeout(_CLOSE_SECONDS):
            await socket.send_frame(WSCloseCode.OK.to_bytes(2, "big"), WSMsgType.CLOSE)
    response.close()
    await socket.close()


def _failure(cause: object) -> BridgeError:
    """Return the error for a socket that was not closed in good order."""
    if not isinstance(cause, WebSocketError):
        return BridgeConnectionError("The connection of the WebSocket broke")
    if cause.code == WSCloseCode.MESSAGE_TOO_BIG:
        return BridgeResponseError("A message is too large")
    return BridgeResponseError("The bridge breaks the rules of WebSockets")
