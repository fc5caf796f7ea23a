"""The decoder of a HAN reader: every message contains its type."""

from custom_components.meter_bridge.bridges.cozify_han.decoder import (
    SOCKET_PATH,
    CozifyHanDecoder,
)
from tests.support.decoding import Decoding

DECODING = Decoding(
    make=CozifyHanDecoder, sources=lambda _body: (SOCKET_PATH,), reading=SOCKET_PATH
)
