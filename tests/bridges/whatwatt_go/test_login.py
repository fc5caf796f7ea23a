"""Test the logins of both generations of firmware, in the simulator."""

from collections.abc import AsyncIterator

from aiohttp import (
    ClientSession,
    ClientTimeout,
    DigestAuthMiddleware,
    encode_basic_auth,
)
import pytest

from tests.bridges.whatwatt_go.simulator import WhatwattGoSimulator
from tests.support.house import House

pytestmark = pytest.mark.usefixtures("socket_enabled")

SYSTEM = "/api/v1/system"
PATHS = [SYSTEM, "/api/v1/report", "/api/v1/settings", "/api/v1/live", "/nowhere"]


@pytest.fixture
async def simulator() -> AsyncIterator[WhatwattGoSimulator]:
    """Run a device with a password."""
    simulator = WhatwattGoSimulator(House())
    simulator.protection = True
    await simulator.start()
    yield simulator
    await simulator.stop()


@pytest.fixture
async def http(simulator: WhatwattGoSimulator) -> AsyncIterator[ClientSession]:
    """Open a session to it."""
    base = f"http://{simulator.address}"
    async with ClientSession(base, timeout=ClientTimeout(total=5)) as session:
        yield session


async def status(http: ClientSession, login: DigestAuthMiddleware) -> int:
    """Fetch a page with a login; return the status."""
    async with http.get(SYSTEM, middlewares=(login,)) as response:
        return response.status


@pytest.mark.parametrize("path", PATHS)
async def test_protection_guards_every_path(http: ClientSession, path: str) -> None:
    """Without a login the answer is a digest challenge."""
    async with http.get(path) as response:
        assert response.status == 401
        challenge = response.headers["WWW-Authenticate"]
    assert challenge.startswith('Digest realm="whatwatt-1B9D5E", algorithm=MD5-sess')


async def test_the_right_digest_gets_in(
    simulator: WhatwattGoSimulator, http: ClientSession
) -> None:
    """The right password is accepted, and again after its nonce became stale."""
    login = DigestAuthMiddleware("", simulator.password)
    for requests in (2, 3):
        assert await status(http, login) == 200
        assert len(simulator.requests) == requests
    simulator.expire_nonces()
    assert await status(http, login) == 200
    assert len(simulator.requests) == 5
    async with http.post("/api/v1/wifi/wps", middlewares=(login,)) as response:
        assert response.status == 204
    assert simulator.pairings == 1


async def test_a_stale_nonce_is_called_stale(
    simulator: WhatwattGoSimulator, http: ClientSession
) -> None:
    """A right response to an old nonce is refused as stale, not as wrong."""
    await status(http, DigestAuthMiddleware("", simulator.password))
    simulator.expire_nonces()
    headers = {"Authorization": simulator.requests[-1].headers["Authorization"]}
    async with http.get(SYSTEM, headers=headers) as response:
        assert response.status == 401
        assert response.headers["WWW-Authenticate"].endswith("stale=true")


async def test_an_answer_is_good_for_its_own_path_alone(
    simulator: WhatwattGoSimulator, http: ClientSession
) -> None:
    """A response for one path is not accepted for another."""
    await status(http, DigestAuthMiddleware("", simulator.password))
    headers = {"Authorization": simulator.requests[-1].headers["Authorization"]}
    async with http.get("/api/v1/report", headers=headers) as response:
        assert response.status == 401


@pytest.mark.parametrize(("user", "password"), [("", "wrong"), ("me", "open sesame")])
async def test_a_wrong_digest_is_refused(
    http: ClientSession, user: str, password: str
) -> None:
    """A wrong user or password is refused."""
    async with http.get(
        SYSTEM, middlewares=(DigestAuthMiddleware(user, password),)
    ) as response:
        assert response.status == 401
        assert "stale" not in response.headers["WWW-Authenticate"]


async def test_old_firmware_wants_basic(
    simulator: WhatwattGoSimulator, http: ClientSession
) -> None:
    """Before 1.10 the password is sent unencrypted, with an empty user."""
    simulator.firmware = "old"
    headers = {"Authorization": encode_basic_auth("", "wrong")}
    async with http.get(SYSTEM, headers=headers) as response:
        assert response.status == 401
        assert response.headers["WWW-Authenticate"].startswith("Basic ")
    headers = {"Authorization": encode_basic_auth("", simulator.password)}
    async with http.get(SYSTEM, headers=headers) as response:
        assert response.status == 200
