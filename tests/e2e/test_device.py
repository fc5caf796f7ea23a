"""What an owner does on the page of a device."""

import json
from pathlib import Path

from scripts.demo.waiting import until
from tests.bridges.egauge.simulator import EgaugeSimulator

from .browsing import Front
from .home import Home
from .words import Words

SEEN_WITHIN = 30.0


async def test_buttons(home: Home, front: Front, words: Words) -> None:
    """Restart and WPS pairing are pressed, and the bridge is told so."""
    simulator = home.simulators["whatwatt_go"]
    await home.add("whatwatt_go")
    await home.enable("whatwatt_go", "_wps")
    await front.open(f"/config/devices/device/{await home.device('whatwatt_go')}")
    for name, path in (
        (words("entity.button.wps.name"), "/api/v1/wifi/wps"),
        # Home Assistant's own name for a button of this class.
        ("Restart", "/api/v1/reboot"),
    ):
        row = front.page.locator("hui-button-entity-row").filter(has_text=name)
        await front.press("Press", row)

        async def asked(path: str = path) -> list[str]:
            sent = [f"{each.method} {each.path}" for each in simulator.requests]
            return [each for each in sent if each == f"POST {path}"]

        assert len(await until(asked, bool, SEEN_WITHIN)) == 1


async def test_diagnostics(home: Home, front: Front) -> None:
    """The diagnostics of an eGauge tell its values, and nothing that is secret."""
    simulator = home.simulators["egauge"]
    assert isinstance(simulator, EgaugeSimulator)
    await home.add("egauge")
    await front.open(f"/config/devices/device/{await home.device('egauge')}")
    await front.click(front.page.get_by_role("button", name="Menu").last)
    async with front.page.expect_download() as started:
        await front.click(
            front.page.get_by_role("menuitem", name="Download diagnostics")
        )
    content = json.loads(read(await (await started.value).path()))
    text = json.dumps(content["data"])
    assert '"registers"' in text
    for secret in (
        simulator.gate.password,
        simulator.gate.username,
        simulator.address,
        simulator.serial,
    ):
        assert secret
        assert secret not in text


def read(path: Path) -> str:
    """Return the text of a file."""
    return path.read_text("utf-8")
