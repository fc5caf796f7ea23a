"""Read a large file slowly, since a fast download can drain a small device."""

import asyncio
from collections.abc import Callable
import socket
from time import monotonic

from aiohttp import ClientResponse

from ..errors import BridgeResponseError

BUFFER_BYTES = 4096
_CHUNK_BYTES = 1536
_IDLE_SECONDS = 30.0


async def read_slowly(
    response: ClientResponse,
    take: Callable[[bytes], None],
    *,
    bytes_per_second: float,
    most_bytes: int,
) -> None:
    """Hand over the body piece by piece, no faster than this on the wire.

    What is not read yet waits with the sender: the buffers on our side are made small.
    Only what the kernel had allowed before, 64 KB at most, comes at the sender's speed.
    TimeoutError: nothing came for half a minute. BridgeResponseError: it is too large.
    """
    _shrink_buffer(response)
    begun, read = monotonic(), 0
    while True:
        async with asyncio.timeout(_IDLE_SECONDS):
            chunk = await response.content.read(_CHUNK_BYTES)
        if not chunk:
            return
        read += len(chunk)
        if read > most_bytes:
            raise BridgeResponseError("The file is too large")
        take(chunk)
        ahead = read / bytes_per_second - (monotonic() - begun)
        if ahead > 0:
            await asyncio.sleep(ahead)


def _shrink_buffer(response: ClientResponse) -> None:
    """Let the kernel accept little beyond what was read."""
    connection = response.connection
    transport = connection.transport if connection else None
    sock = transport.get_extra_info("socket") if transport else None
    if sock is not None:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER_BYTES)
