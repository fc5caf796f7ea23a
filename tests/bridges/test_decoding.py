"""The decoder of every kind refuses what is not its bridge's."""

import pytest

from custom_components.meter_bridge.bridges import BRIDGES
from custom_components.meter_bridge.bridges.errors import BridgeResponseError
from tests.kinds import KINDS

NO_JSON: list[bytes | str] = [b"", b"{", b"NaN", b"\xff\xfe", b"[" * 10_000, "\ud800"]


@pytest.mark.parametrize("body", NO_JSON, ids=len)
@pytest.mark.parametrize("key", BRIDGES)
def test_what_is_no_json_is_refused(key: str, body: bytes | str) -> None:
    """Bytes that are not JSON are refused, from every source, and change nothing."""
    kind = KINDS[key].decoding
    decoder = kind.make()
    before = decoder.snapshot()
    for source in kind.sources(b""):
        with pytest.raises(BridgeResponseError, match="JSON"):
            decoder.take(source, body)
    assert decoder.snapshot() == before


@pytest.mark.parametrize("key", BRIDGES)
def test_a_new_decoder_knows_nothing(key: str) -> None:
    """A new decoder has neither values nor a serial number."""
    snapshot = KINDS[key].decoding.make().snapshot()
    assert not any(reading.values for reading in snapshot.readings)
    assert snapshot.serial is None
