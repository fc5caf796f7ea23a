"""The decoder of a Home Pro, whose payloads are JSON inside strings."""

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from functools import partial

import orjson

from custom_components.meter_bridge.bridges.errors import (
    BridgeError,
    BridgeResponseError,
)
from custom_components.meter_bridge.bridges.octopus_home_pro.decoder import (
    OctopusHomeProDecoder,
)
from custom_components.meter_bridge.bridges.octopus_home_pro.models import is_refusal
from custom_components.meter_bridge.bridges.wire import section
from tests.support.decoding import Decode, Decoding, Part

_KEYS: Mapping[bytes, str] = {
    b"consum": "meter_consump",
    b"minfo": "meter_info",
    b"status": "meter_status",
}
"""What stands in a payload, and the key that the answer has it under."""

_make = partial(OctopusHomeProDecoder, {})
_SOURCES = _make().sources


def _sources(body: bytes) -> tuple[str, ...]:
    """Return all sources of the meter that a body belongs to."""
    return tuple(it for it in _SOURCES if it.endswith("gas") == (b"gas" in body))


def _payload() -> Decode:
    """Return a decoder of the JSON in the string of an answer."""
    decoder = _make()

    def decode(payload: bytes) -> object:
        key = next((key for name, key in _KEYS.items() if name in payload), "")
        answer = {"Status": "Success", key: payload.decode(errors="replace")}
        body, is_taken = orjson.dumps(answer), False
        for source in _sources(payload):
            with suppress(BridgeError):
                is_taken |= decoder.take(source, body)
        if not is_taken:
            raise BridgeResponseError("No answer at all")
        return decoder.snapshot()

    return decode


def _payloads(bodies: Iterable[bytes]) -> Iterable[bytes]:
    """Return the strings inside answers."""
    for body in bodies:
        with suppress(orjson.JSONDecodeError):
            answer = section(orjson.loads(body))
            yield from (
                payload.encode()
                for key in _KEYS.values()
                if isinstance(payload := answer.get(key), str)
            )


def _refusal() -> Callable[[bytes], bool]:
    """Return a function that tells whether an error's body is the bridge's own."""
    return lambda body: is_refusal(body.decode(errors="replace"))


DECODING = Decoding(
    make=_make,
    sources=_sources,
    reading="consumption electricity",
    parts={
        "octopus_home_pro_string": Part(make=_payload, seeds=_payloads),
        "octopus_home_pro_refusal": Part(make=_refusal, seeds=lambda bodies: bodies),
    },
)
