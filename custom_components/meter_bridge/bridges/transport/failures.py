"""Turn status codes and the errors of aiohttp into `BridgeError`s."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http import HTTPStatus

from aiohttp import (
    ClientConnectorCertificateError,
    ClientConnectorDNSError,
    ClientError,
    ClientResponse,
    InvalidURL,
    ServerFingerprintMismatch,
    WSServerHandshakeError,
    hdrs,
)
from aiohttp.http_exceptions import HttpProcessingError

from ..errors import (
    BridgeAuthError,
    BridgeConnectionError,
    BridgeError,
    BridgePermissionError,
    BridgeResponseError,
    ChangedCertificateError,
    RefusedCertificateError,
    UnknownHostError,
)

_ERROR_BODY_LIMIT = 4096
# What aiohttp raises for a broken answer; the last only without its C extension.
_FAILURES = (ClientError, OSError, UnicodeError, HttpProcessingError)


@contextmanager
def as_bridge_errors() -> Iterator[None]:
    """Turn what aiohttp raises about a failing bridge into a BridgeError."""
    try:
        yield
    except BridgeError:
        raise
    except ServerFingerprintMismatch as error:
        raise ChangedCertificateError("The certificate is another one") from error
    except ClientConnectorDNSError as error:
        raise UnknownHostError("There is no device of this name") from error
    except ClientConnectorCertificateError as error:
        raise RefusedCertificateError("The certificate is refused") from error
    except InvalidURL as error:
        raise BridgeConnectionError("The address cannot be used") from error
    except WSServerHandshakeError as error:
        raise BridgeResponseError("The answer is not a WebSocket") from error
    except _FAILURES as error:
        raise BridgeConnectionError(
            f"No answer from the bridge ({type(error).__name__})"
        ) from error


def keep_own_errors[T](take: Callable[[T], None]) -> Callable[[T], None]:
    """Return `take` so that its own errors do not pass for those of the connection."""

    def take_item(item: T) -> None:
        """Wrap an error that `as_bridge_errors` would take for aiohttp's."""
        try:
            take(item)
        except _FAILURES as error:
            raise RuntimeError("A message could not be processed") from error

    return take_item


async def check_status(
    response: ClientResponse, *, has_login: bool, seconds: float
) -> None:
    """Raise the error that the status stands for; 2xx passes.

    `has_login` tells whether bridges of this kind ask for a login. At most
    `seconds` are spent on reading the body of an error.
    """
    status = response.status
    if HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
        return
    kind: type[BridgeError] = BridgeResponseError
    if status == HTTPStatus.UNAUTHORIZED and has_login:
        kind = BridgeAuthError
    elif status == HTTPStatus.FORBIDDEN and has_login:
        kind = BridgePermissionError
    elif (
        status == HTTPStatus.TOO_MANY_REQUESTS
        or status >= HTTPStatus.INTERNAL_SERVER_ERROR
    ):
        kind = BridgeConnectionError
    raise kind(
        f"The bridge answered with status {status}",
        status=status,
        body=await _read_start(response, seconds),
        challenges=tuple(response.headers.getall(hdrs.WWW_AUTHENTICATE, ())),
    )


async def _read_start(response: ClientResponse, seconds: float) -> str:
    """Return the first bytes of an error's body, as far as they arrive in time.

    If the rest does not arrive, nothing is raised: the status says more.
    """
    body = bytearray()
    with suppress(*_FAILURES):
        async with asyncio.timeout(seconds):
            while len(body) < _ERROR_BODY_LIMIT and not response.content.at_eof():
                body += await response.content.read(_ERROR_BODY_LIMIT - len(body))
    return body.decode(errors="replace")
