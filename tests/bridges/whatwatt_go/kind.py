"""The description of a whatwatt Go for the tests of all kinds."""

from pathlib import Path

from tests.bridges.whatwatt_go.simulator import WhatwattGoSimulator
from tests.support.kind import Benchmark, Calls, Kind, Login
from tests.support.plants import Plants
from tests.support.shown import Shown

_VOLTS = ("32.7.0", "52.7.0", "72.7.0")


def _swap(simulator: WhatwattGoSimulator) -> None:
    """Turn into another device."""
    simulator.device_id = "02A4C61BFFFF"


def _ask(simulator: WhatwattGoSimulator) -> None:
    """Turn the password on."""
    simulator.protection = True


def _change_password(simulator: WhatwattGoSimulator, password: str) -> None:
    """Change the password."""
    simulator.password = password
    if simulator.proves_by:
        simulator.proves_by = password


def _digest(simulator: WhatwattGoSimulator, _: Path) -> None:
    """Ask by Digest, as since firmware 1.10."""
    simulator.firmware = "new"


def _proof(simulator: WhatwattGoSimulator, _: Path) -> None:
    """Ask by Digest, and prove to know the password, too."""
    simulator.proves_by = simulator.password


def _basic(simulator: WhatwattGoSimulator, _: Path) -> None:
    """Ask by Basic, as before firmware 1.10."""
    simulator.firmware = "old"


def _plant(simulator: WhatwattGoSimulator, plants: Plants) -> None:
    """Replace the password by a secret; the realm contains the device's id."""
    simulator.password = plants.secret_for("login", "password")
    plants.add("login", simulator.device_id)


def _actions(secret: str) -> Calls:
    """Return calls of actions with texts, each with a secret."""
    sure = {"confirm": True}
    yield "scan_wifi", {}
    yield "configure_wifi", {"ssid": secret, "password": secret, **sure}
    yield "configure_ethernet", {"enabled": True, **sure}
    yield "whatwatt_configure_meter", {"scaler": "lge570", **sure}
    login = {"username": secret, "password": secret}
    broker = {"url": f"mqtt://{secret}.example", "topic": secret}
    template = {"template": f"{secret} ${{1_7_0}}"}
    yield "whatwatt_configure_mqtt", {**broker, **login, **template}
    yield "whatwatt_list_sd_card", {}
    yield "whatwatt_download_sd_file", {"name": secret}
    yield "whatwatt_install_firmware", {"file": secret}


def _crowd(simulator: WhatwattGoSimulator, turn: int) -> None:
    """Have another volume meter on the meter bus."""
    simulator.volume_id = f"{30_000_000 + turn}"


def _remember(simulator: WhatwattGoSimulator) -> None:
    """Log to the memory card, which is read at the speed of this machine."""
    simulator.sd_enabled, simulator.sd_speed = True, 1e8


KIND = Kind(
    simulator=WhatwattGoSimulator,
    title="whatwatt Go",
    unique_id="whatwatt_go_02A4C61B9D5E",
    asked="/api/v1/system",
    operations=15,
    swap=_swap,
    streams=1,
    restart=WhatwattGoSimulator.reboot,
    remember=_remember,
    actions=_actions,
    crowds={"a new meter a poll": _crowd},
    login=Login(
        ask=_ask,
        change=_change_password,
        plant=_plant,
        ways={"digest": _digest, "proof": _proof, "basic": _basic},
    ),
    vocabulary=("status", "type"),
    shown={
        Shown.ON_THE_BOX: frozenset({"id", "mac", "meter_id"}),
        Shown.DEVICE: frozenset(
            {
                *("model", "manufacturer", "vendor", "prefix", "interface", "protocol"),
                *("protocol_version", "firmware", "build", "ht", "mode", "phy"),
                *("auth_mode", "group_cipher", "pairwise_cipher", "state"),
                *("if_type", "method", "parity", "scalers_set", "stop_bits"),
            }
        ),
        Shown.RAW: frozenset(
            {
                *("time", "date", "date_time", "date_time_local", "date_time_utc"),
                *("activation_date", "country"),
            }
        ),
    },
    benchmark=Benchmark(
        path="/api/v1/live",
        most_rows=3000,
        changes=(
            (),
            ("32.7.0",),
            (*_VOLTS, "1.8.0", "2.8.0"),
            (
                *(*_VOLTS, "31.7.0", "51.7.0", "71.7.0"),
                *("1.7.0", "21.7.0", "41.7.0", "61.7.0"),
                *("1.8.0", "1.8.1", "1.8.2", "2.8.0", "2.8.1", "2.8.2"),
            ),
        ),
    ),
)
