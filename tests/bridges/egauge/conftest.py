"""What the tests of this bridge share: its paths, TLS and commands."""

from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path
from ssl import PROTOCOL_TLS_SERVER, SSLContext
from unittest.mock import patch

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.meter_bridge.bridges.egauge import commands
from tests.bridges.egauge.simulator import EgaugeSimulator
from tests.conftest import SetUp
from tests.support.waiting import eventually

FIXTURES = Path(__file__).parent / "fixtures"

QUESTION, LOGIN, RIGHTS, REGISTER, SYSTEM = (
    "/api/auth/unauthorized",
    "/api/auth/login",
    "/api/auth/rights",
    "/api/register",
    "/api/sys",
)


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
