"""What an owner tries under Settings → Tools."""

import json
from typing import Any

from scripts.demo.bridges import DOMAIN
from scripts.demo.waiting import until
from tests.bridges.egauge.simulator import EgaugeSimulator

from .browsing import Front
from .home import Home

SEEN_WITHIN = 60.0
# The fields of each action, and the command that the bridge has to receive for it.
ACTIONS: dict[str, tuple[dict[str, object], str | None]] = {
    "egauge_activate_service": ({"service": "alert", "provider": "Me"}, "activate"),
    "egauge_test_email": ({"address": "me@example.com"}, "test-email"),
    "egauge_test_remote": ({"address": "x", "linktype": "slowd"}, "test-remote"),
    "egauge_wlan": ({"action": "select", "id": 0}, "wlan"),
    "egauge_homeplug": (
        {
            "password": "HomePlugAV",
            "targets": ["00:11:22:33:44:55/AB"],
            "confirm": True,
        },
        "homeplug",
    ),
    "egauge_change_database": ({"action": "zero", "regs": [7], "confirm": True}, "db"),
    "import_history": ({"start": "2026-01-01 00:00:00"}, None),
    "undo_import": ({}, None),
    "factory_reset": ({"confirm": True}, "factory-restore"),
}


async def test_actions(home: Home, front: Front) -> None:
    """Each action is performed under Tools, and the bridge is told what it says."""
    await home.add("egauge")
    simulator = home.simulators["egauge"]
    assert isinstance(simulator, EgaugeSimulator)
    services = await home.api.ask(dict[str, dict[str, Any]], "get_services")
    assert services[DOMAIN].keys() == ACTIONS.keys()
    device = await home.device("egauge")
    await front.open("/config/tools/action")
    await front.press("YAML mode")
    for name, (fields, command) in ACTIONS.items():
        data = {"device_id": device, **fields}
        before = len(simulator.commands)
        await perform(front, f"{DOMAIN}.{name}", data)
        wanted = [command] if command else []
        assert await told(simulator, before, wanted) == wanted
    assert await front.page.locator("ha-alert[alert-type=error]").count() == 0


async def perform(front: Front, action: str, data: dict[str, object]) -> None:
    """Perform an action in YAML mode, and wait for its response."""
    # JSON is YAML as well.
    written = json.dumps({"action": action, "data": data})
    await front.page.locator("ha-code-editor .cm-content").first.fill(written)
    await front.press("Perform action")
    await front.see("Response")


async def told(simulator: EgaugeSimulator, before: int, wanted: list[str]) -> list[str]:
    """Wait for commands, and return those that were received since."""

    async def received() -> list[str]:
        return [name for name, _ in simulator.commands[before:]]

    return await until(received, lambda names: names == wanted, SEEN_WITHIN)
