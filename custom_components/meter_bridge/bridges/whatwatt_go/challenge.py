"""How a whatwatt Go asks for a login: Digest since firmware 1.10, Basic before."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import md5, sha256
from http import HTTPStatus
import re

from ..errors import BridgeResponseError

HASHES = {"md5": md5, "sha-256": sha256}
SESSION = "-sess"
STRENGTH = {"basic": 1, "digest": 2}
# A scheme, or a parameter of the last one with its value.
_PART = re.compile(
    r'[\s,]*(?P<name>[\w-]+)(?:\s*=\s*(?:"(?P<quoted>(?:[^"\\]|\\.)*)"|(?P<plain>[^\s,"]*)))?',
    re.ASCII,
)
# Shorter ones cannot be random enough to be fresh; the device sends 32 digits.
_SHORTEST_NONCE = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Challenge:
    """One scheme that a 401 offers.

    `asked` is what is pinned of it: the realm, and of Digest its algorithm and quality
    of protection. `said` are its parameters, as they have to be returned.
    """

    asked: Mapping[str, str]
    said: Mapping[str, str] = field(repr=False)

    @property
    def scheme(self) -> str:
        """Return the scheme, in lower case."""
        return self.asked["scheme"]

    @property
    def nonce(self) -> str:
        """Return the nonce of Digest."""
        return self.said["nonce"]

    @property
    def is_stale(self) -> bool:
        """Tell whether only the nonce of the last answer was refused."""
        return self.said.get("stale", "").lower() == "true"


def read_challenges(headers: tuple[str, ...]) -> Challenge:
    """Return the strongest scheme that a 401 offers, of two equal ones the first.

    The realm is the device's host name, `whatwatt-<id>` unless the owner changed it. A
    changed one is accepted only with MD5-sess, which hardly any other device uses.
    BridgeResponseError: no challenge is a whatwatt Go's, or its nonce is too short.
    """
    offered = [
        Challenge(asked=asked, said=said)
        for header in headers
        for scheme, said in _schemes(header)
        if (asked := _asked(scheme, said))
    ]
    if not offered:
        raise BridgeResponseError(
            "This is not how a whatwatt Go asks for a login",
            status=HTTPStatus.UNAUTHORIZED,
        )
    return max(offered, key=lambda each: STRENGTH[each.scheme])


def parameters(header: str) -> dict[str, str]:
    """Return the parameters of a header of the login; of one sent twice none."""
    found: dict[str, str] = {}
    twice = set[str]()
    for name, value in _parts(header):
        if value is not None:
            twice |= {name} & found.keys()
            found[name] = value
    return {name: value for name, value in found.items() if name not in twice}


def _schemes(header: str) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield the schemes in a header with their parameters.

    Nothing is yielded of a scheme that says anything twice, or in other than ASCII:
    whoever reads it may take the one or the other.
    """
    scheme, said, is_odd = "", dict[str, str](), not header.isascii()
    for name, value in _parts(header):
        if value is not None:
            is_odd |= name in said
            said[name] = value
            continue
        if scheme and not is_odd:
            yield scheme, said
        scheme, said, is_odd = name, {}, not header.isascii()
    if scheme and not is_odd:
        yield scheme, said


def _parts(header: str) -> Iterator[tuple[str, str | None]]:
    """Yield names in lower case with their values, None for a scheme."""
    at = 0
    while match := _PART.match(header, at):
        at = match.end()
        value = match["plain"]
        if (quoted := match["quoted"]) is not None:
            value = re.sub(r"\\(.)", r"\1", quoted)
        yield match["name"].lower(), value


def _asked(scheme: str, said: Mapping[str, str]) -> dict[str, str] | None:
    """Return what is pinned of a scheme; None for what is not answered."""
    realm = said.get("realm", "").lower()
    algorithm = said.get("algorithm", "md5").lower()
    if scheme not in STRENGTH or "realm" not in said:
        return None
    if not ("whatwatt" in realm or algorithm == "md5-sess"):
        return None
    # The vendor shows the host name with and without its domain.
    asked = {"scheme": scheme, "realm": realm.removesuffix(".local")}
    if scheme == "basic":
        return asked
    qop = said.get("qop", "").lower()
    if (
        algorithm.removesuffix(SESSION) not in HASHES
        or "auth" not in re.split(r"\s*,\s*", qop)
        or len(said.get("nonce", "")) < _SHORTEST_NONCE
    ):
        return None
    return {**asked, "algorithm": algorithm, "qop": qop}
