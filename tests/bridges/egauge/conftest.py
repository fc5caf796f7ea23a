"""What the tests of this bridge share: its simulator, and clients for it."""

from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path
from ssl import PROTOCOL_TLS_SERVER, SSLContext
from unittest.mock import patch

from aiohttp import ClientSession
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.meter_bridge.bridges.client import Access
from custom_components.meter_bridge.bridges.egauge import commands
from custom_components.meter_bridge.bridges.egauge.client import EgaugeClient
from custom_components.meter_bridge.bridges.egauge.models import Details
from custom_components.meter_bridge.bridges.snapshot import Snapshot
from custom_components.meter_bridge.bridges.transport.address import parse_address
from tests.bridges.egauge.simulator import EgaugeSimulator
from tests.conftest import SetUp
from tests.support.house import House
from tests.support.waiting import eventually

SHARED = Path(__file__).parents[4] / "shared"
CAPTURES = SHARED / "captures" / "egauge"
SPEC = SHARED / "specs" / "egauge-webapi-openapi.yaml"

QUESTION, LOGIN, RIGHTS, REGISTER, SYSTEM = (
    "/api/auth/unauthorized",
    "/api/auth/login",
    "/api/auth/rights",
    "/api/register",
    "/api/sys",
)

type Connect = Callable[..., EgaugeClient]


@pytest.fixture
async def simulator(house: House) -> AsyncIterator[EgaugeSimulator]:
    """Run a device on loopback."""
    simulator = EgaugeSimulator(house)
    await simulator.start()
    yield simulator
    await simulator.stop()


@pytest.fixture
async def connect(simulator: EgaugeSimulator) -> AsyncIterator[Connect]:
    """Make clients for the device, with the right login unless told otherwise."""
    async with ClientSession() as session:

        def connect(*, host: str | None = None, **access: object) -> EgaugeClient:
            known = {**simulator.credentials, **access}
            address = parse_address(host or simulator.address)
            return EgaugeClient(Access(address=address, **known), session)  # type: ignore[arg-type]

        yield connect


@pytest.fixture
def client(connect: Connect) -> EgaugeClient:
    """Return a client with the right login."""
    return connect()


def asked(simulator: EgaugeSimulator, since: int = 0) -> list[str]:
    """Return the paths that were asked for since then."""
    return [request.path for request in simulator.requests[since:]]


def values(snapshot: Snapshot[Details]) -> dict[str, float]:
    """Return the main meter's values."""
    (reading,) = snapshot.readings
    return dict(reading.values)


@pytest.fixture(scope="session")
def self_signed(tmp_path_factory: pytest.TempPathFactory) -> SSLContext:
    """Return the TLS of a device with a certificate that nobody vouches for."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "eGauge")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))]),
            critical=False,
        )
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "device.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    context = SSLContext(PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    return context


@pytest.fixture
def short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ask for the status of a long command as often as a test likes it."""
    monkeypatch.setattr(commands, "PAUSE_SECONDS", 0.02)


@pytest.fixture
async def commanded(
    simulator: EgaugeSimulator, set_up: SetUp, short_pauses: None
) -> MockConfigEntry:
    """Set up the device, every entity enabled, and forget what it was told so far."""
    with patch(
        "homeassistant.helpers.entity.Entity.entity_registry_enabled_default", new=True
    ):
        entry = await set_up(simulator)
    await eventually(lambda: simulator.commands)
    simulator.commands.clear()
    return entry
