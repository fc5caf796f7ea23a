"""Actions: the meter's scale, the memory card, and firmware from a file."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.components.file_upload import _DATA, FileUploadData
from homeassistant.core import (
    Event,
    EventStateChangedData,
    HomeAssistant,
    callback,
)
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers.event import async_track_state_change_event
import probatio
import pytest

from custom_components.meter_bridge.bridges.whatwatt_go import firmware, supply, web
from custom_components.meter_bridge.diagnostics import (
    async_get_config_entry_diagnostics,
)
from tests.bridges.whatwatt_go.simulator import FIRMWARE_MARK, WhatwattGoSimulator
from tests.conftest import SetUp
from tests.support.acting import act
from tests.support.waiting import eventually

SURE = {"confirm": True}
UPDATE = "update.bridge_firmware"
LOG = b"RID,TIME\n" * 3000


@pytest.fixture(autouse=True)
def _fast(monkeypatch: pytest.MonkeyPatch, simulator: WhatwattGoSimulator) -> None:
    """Let nothing last for minutes."""
    monkeypatch.setattr(web, "BYTES_PER_SECOND", 1e7)
    monkeypatch.setattr(firmware, "_PAUSE_SECONDS", 0.05)
    simulator.sd_speed = 1e8


@pytest.fixture
def folder(hass: HomeAssistant, tmp_path: Path) -> Path:
    """Return a folder that Home Assistant may use."""
    allowed = tmp_path / "allowed"
    allowed.mkdir()
    hass.config.allowlist_external_dirs = {str(allowed)}
    hass.config.media_dirs = {"local": str(allowed)}
    return allowed


async def refusal(call: Any) -> str | None:  # noqa: ANN401 (a coroutine)
    """Return the translation key of the error that a call ends with."""
    with pytest.raises(HomeAssistantError) as caught:
        await call
    return caught.value.translation_key


def names(folder: Path) -> list[str]:
    """Return what is in a folder."""
    return [each.name for each in folder.iterdir()]


async def test_the_scale_of_a_meter(
    hass: HomeAssistant, simulator: WhatwattGoSimulator, set_up: SetUp
) -> None:
    """Only what was named is changed, and the response is what the device has then."""
    entry = await set_up(simulator)
    before = dict(simulator.meter_chosen.now)
    response = await act(
        hass, entry, "whatwatt_configure_meter", scaler="lge570", **SURE
    )
    assert response == {"conv_factor": 1, "scaler": "lge570"}
    assert simulator.meter_chosen.now == before | {"scalers_set": "lge570"}
    response = await act(
        hass, entry, "whatwatt_configure_meter", conv_factor=40, **SURE
    )
    assert response == {"conv_factor": 40, "scaler": "lge570"}
    with pytest.raises(ServiceValidationError):
        await act(hass, entry, "whatwatt_configure_meter", **SURE)
    await entry.runtime_data.async_refresh()
    settings = entry.runtime_data.data.details.settings
    assert settings.scalers == "lge570"
    found = await async_get_config_entry_diagnostics(hass, entry)
    assert found["details"]["settings"]["scalers"] == "lge570"


@pytest.mark.parametrize(
    ("action", "data"),
    [
        ("whatwatt_configure_meter", {"scaler": "lge570"}),
        ("whatwatt_configure_meter", {"scaler": "other", **SURE}),
        ("whatwatt_configure_meter", {"conv_factor": 0, **SURE}),
        ("whatwatt_configure_meter", {"conv_factor": True, **SURE}),
        ("whatwatt_configure_meter", {"conv_factor": "1", **SURE}),
        ("whatwatt_configure_meter", {"conv_factor": float("nan"), **SURE}),
        ("whatwatt_download_sd_file", {"name": "../secrets.yaml"}),
        ("whatwatt_download_sd_file", {"name": "/etc/passwd"}),
        ("whatwatt_download_sd_file", {"name": ".."}),
        ("whatwatt_download_sd_file", {"name": "a\\b"}),
        ("whatwatt_download_sd_file", {"name": "a%2Fb"}),
        ("whatwatt_download_sd_file", {"name": "a\n"}),
        ("whatwatt_download_sd_file", {"name": ""}),
        ("whatwatt_install_firmware", {}),
        ("whatwatt_install_firmware", {"file": 1}),
    ],
)
async def test_odd_words_reach_no_device(
    hass: HomeAssistant,
    simulator: WhatwattGoSimulator,
    set_up: SetUp,
    action: str,
    data: dict[str, object],
) -> None:
    """Fields are validated, and what spoils totals has to be confirmed."""
    entry = await set_up(simulator)
    since = len(simulator.requests)
    with pytest.raises(probatio.Invalid):
        await act(hass, entry, action, **data)
    assert len(simulator.requests) == since


async def test_the_files_of_the_card(
    hass: HomeAssistant, simulator: WhatwattGoSimulator, set_up: SetUp
) -> None:
    """Each file comes with its size; a device without a card says so."""
    simulator.sd_files = {"20261128.CSV": LOG, "20261129.CSV": b"RID"}
    entry = await set_up(simulator)
    assert await act(hass, entry, "whatwatt_list_sd_card") == {
        "files": [
            {"name": "20261128.CSV", "size": len(LOG)},
            {"name": "20261129.CSV", "size": 3},
        ]
    }
    simulator.sd_installed = False
    assert await refusal(act(hass, entry, "whatwatt_list_sd_card")) == "not_there"


async def test_a_file_of_the_card(
    hass: HomeAssistant,
    simulator: WhatwattGoSimulator,
    set_up: SetUp,
    folder: Path,
) -> None:
    """It is copied whole, over an older copy, and over a link without following it."""
    simulator.sd_files = {"20261128.CSV": LOG}
    entry = await set_up(simulator)
    outside = folder.parent / "outside"
    outside.write_bytes(b"mine")
    (folder / "20261128.CSV").symlink_to(outside)
    for more in ({}, {"folder": str(folder)}):
        response = await act(
            hass, entry, "whatwatt_download_sd_file", name="20261128.CSV", **more
        )
        path = folder / "20261128.CSV"
        assert response == {"path": str(path), "size": len(LOG)}
        assert path.read_bytes() == LOG
        assert not path.is_symlink()
    assert outside.read_bytes() == b"mine"
    assert names(folder) == ["20261128.CSV"]


@pytest.mark.parametrize(
    "named",
    [
        lambda folder: folder.parent,
        lambda folder: folder / "..",
        lambda folder: folder / "link",
        lambda folder: folder / "none",
        lambda folder: folder / "file",
        lambda folder: folder.name,
        lambda folder: folder / "a\0b",
        lambda folder: folder / "\ud800",
        lambda folder: folder / ("x" * 5000),
    ],
)
async def test_a_folder_that_is_not_allowed(
    hass: HomeAssistant,
    simulator: WhatwattGoSimulator,
    set_up: SetUp,
    folder: Path,
    named: Callable[[Path], Path],
) -> None:
    """Neither a path nor a link leads out of the allowed folders."""
    simulator.sd_files = {"20261128.CSV": LOG}
    (folder / "link").symlink_to(folder.parent)
    (folder / "file").write_bytes(b"")
    entry = await set_up(simulator)
    since = len(simulator.requests)
    call = act(
        hass,
        entry,
        "whatwatt_download_sd_file",
        name="20261128.CSV",
        folder=str(named(folder)),
    )
    assert await refusal(call) == "unusable_file"
    assert not any("sdcard" in each.path for each in simulator.requests[since:])
    assert not list(folder.parent.glob("*.CSV"))


async def test_a_file_that_is_not_there(
    hass: HomeAssistant,
    simulator: WhatwattGoSimulator,
    set_up: SetUp,
    folder: Path,
) -> None:
    """A missing file, and one that is broken off, leave nothing behind."""
    simulator.sd_files = {"20261128.CSV": LOG}
    entry = await set_up(simulator)
    call = act(hass, entry, "whatwatt_download_sd_file", name="20261127.CSV")
    assert await refusal(call) == "not_there"
    simulator.sd_speed = 1e5
    call = act(hass, entry, "whatwatt_download_sd_file", name="20261128.CSV")
    task = asyncio.create_task(refusal(call))
    await eventually(lambda: simulator.downloads)
    await simulator.unplug()
    assert await task == "cannot_connect"
    assert names(folder) == []


async def test_a_device_that_runs_empty(
    hass: HomeAssistant,
    simulator: WhatwattGoSimulator,
    set_up: SetUp,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The download ends before the device has to restart."""
    simulator.sd_files = {"20261128.CSV": LOG * 100}
    simulator.drains, simulator.sd_speed = True, 8e6
    monkeypatch.setattr(supply, "_WATCH_SECONDS", 0.01)
    entry = await set_up(simulator)
    call = act(hass, entry, "whatwatt_download_sd_file", name="20261128.CSV")
    assert await refusal(call) == "cannot_connect"
    assert names(folder) == []
    assert simulator.reboots == 0
    assert 3.2 < simulator.volts["v_scap"] < 3.6


@pytest.fixture
def shown(hass: HomeAssistant) -> list[tuple[bool, int | None]]:
    """Return what the update entity has shown of an installation."""
    found: list[tuple[bool, int | None]] = []

    @callback
    def note(event: Event[EventStateChangedData]) -> None:
        if (state := event.data["new_state"]) and "in_progress" in state.attributes:
            attributes = state.attributes
            found.append((attributes["in_progress"], attributes["update_percentage"]))

    async_track_state_change_event(hass, UPDATE, note)
    return found


@pytest.mark.usefixtures("all_enabled")
@pytest.mark.parametrize("is_uploaded", [False, True])
@pytest.mark.parametrize("protection", [False, True])
async def test_firmware_from_a_file(  # noqa: PLR0913
    hass: HomeAssistant,
    simulator: WhatwattGoSimulator,
    set_up: SetUp,
    folder: Path,
    shown: list[tuple[bool, int | None]],
    *,
    is_uploaded: bool,
    protection: bool,
) -> None:
    """An uploaded file, or one at an allowed path, runs once the device has restarted.

    How much was sent is shown meanwhile; an uploaded file is gone then.
    """
    simulator.protection = protection
    entry = await set_up(simulator)
    content = FIRMWARE_MARK + b"2.9.0\n" + bytes(300_000)
    path = folder / "whatwatt.bin"
    if is_uploaded:
        data = hass.data[_DATA] = FileUploadData(folder, {"abc": "whatwatt.bin"})
        data.file_dir("abc").mkdir()
        path = data.file_path("abc")
    path.write_bytes(content)
    named = "abc" if is_uploaded else str(path)
    response = await act(hass, entry, "whatwatt_install_firmware", file=named)
    assert response == {"previous": "2.8.2", "version": "2.9.0"}
    assert path.exists() is not is_uploaded
    assert (True, 50) in [(busy, round((part or 0) / 50) * 50) for busy, part in shown]
    assert shown[-1] == (False, None)
    await entry.runtime_data.async_refresh()
    state = hass.states.get(UPDATE)
    assert state
    assert state.attributes["installed_version"] == "2.9.0"
    assert state.state == "unknown"


@pytest.mark.usefixtures("all_enabled")
async def test_firmware_from_elsewhere(
    hass: HomeAssistant,
    simulator: WhatwattGoSimulator,
    set_up: SetUp,
    freezer: FrozenDateTimeFactory,
) -> None:
    """The update entity shows which version runs, whoever installed it."""
    entry = await set_up(simulator)
    simulator.running = "2.9.0"
    freezer.tick(61)
    await entry.runtime_data.async_refresh()
    state = hass.states.get(UPDATE)
    assert state
    assert state.attributes["installed_version"] == "2.9.0"


async def test_nothing_is_unknown_for_good(
    hass: HomeAssistant, simulator: WhatwattGoSimulator, set_up: SetUp
) -> None:
    """The device does not tell of newer firmware, so its update entity is off first."""
    await set_up(simulator)
    assert hass.states.get(UPDATE) is None


@pytest.mark.usefixtures("all_enabled")
async def test_firmware_that_is_none(
    hass: HomeAssistant,
    simulator: WhatwattGoSimulator,
    set_up: SetUp,
    folder: Path,
    shown: list[tuple[bool, int | None]],
) -> None:
    """The device refuses another file; the same version again is no update."""
    entry = await set_up(simulator)
    path = folder / "whatwatt.bin"
    path.write_bytes(b"something else")
    call = act(hass, entry, "whatwatt_install_firmware", file=str(path))
    assert await refusal(call) == "not_accepted"
    assert shown[-1] == (False, None)
    path.write_bytes(FIRMWARE_MARK + b"2.8.2\n")
    call = act(hass, entry, "whatwatt_install_firmware", file=str(path))
    assert await refusal(call) == "not_updated"
    for content in (b"", bytes((16 << 20) + 1)):
        path.write_bytes(content)
        call = act(hass, entry, "whatwatt_install_firmware", file=str(path))
        assert await refusal(call) == "unusable_file"
    for named in ("nobody", "../whatwatt.bin", "/etc/hostname", f"{path}.x"):
        call = act(hass, entry, "whatwatt_install_firmware", file=named)
        assert await refusal(call) == "unusable_file"
    assert simulator.reboots == 1
