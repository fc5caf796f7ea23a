"""The decoder of an IOmeter."""

from custom_components.meter_bridge.bridges.iometer.decoder import (
    READING,
    STATUS,
    IOmeterDecoder,
)
from tests.support.decoding import Decoding

DECODING = Decoding(
    make=IOmeterDecoder,
    sources=lambda _body: (READING, STATUS),
    reading=READING,
    events=True,
)
