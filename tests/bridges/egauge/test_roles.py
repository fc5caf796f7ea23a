"""The step that asks what registers mean: what is filled in, and what follows."""

from collections.abc import Callable, Mapping
from decimal import ROUND_DOWN, Decimal
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import ConfigEntry, ConfigFlowResult
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
import pytest

from tests.bridges.egauge.database import Register
from tests.bridges.egauge.simulator import EgaugeSimulator
from tests.bridges.egauge.site import Connected, back_feed, connect, line_side_tap
from tests.support.flows import add, created, form, submit, suggestions
from tests.support.watching import poll, state

pytestmark = pytest.mark.usefixtures("enable_custom_integrations")

POWER, IMPORT, EXPORT = (
    f"sensor.egauge_cellar_{each}"
    for each in ("power", "energy_import", "energy_export")
)
FIELDS = ["net_power", "import_energy", "export_energy", "reversed", "apart"]


async def asked(hass: HomeAssistant, simulator: EgaugeSimulator) -> ConfigFlowResult:
    """Go to the step."""
    result = await add(hass, simulator.address, "egauge")
    return await submit(hass, result, **simulator.credentials)


async def clicked_on(hass: HomeAssistant, result: ConfigFlowResult) -> ConfigEntry:
    """Leave the step as it is filled in."""
    schema = result["data_schema"]
    assert schema
    entry = created(await submit(hass, result, **schema({})))
    await hass.async_block_till_done()
    return entry


def kilowatt_hours(energy: Decimal) -> str:
    """Return Wh as the device counts kWh: cut off after a tenth of a watt-hour."""
    return str((energy / 1000).quantize(Decimal("0.0001"), ROUND_DOWN).normalize())


@pytest.mark.parametrize("hour", [0, 12], ids=["midnight", "noon"])
@pytest.mark.parametrize("has_battery", [False, True], ids=["sun", "battery"])
@pytest.mark.parametrize(
    ("connected", "plus", "minus"),
    [(line_side_tap, 4, 5), (back_feed, 1, 2)],
    ids=["tap", "back-feed"],
)
async def test_a_day_and_a_night(  # noqa: PLR0913 (as many as a site has sides)
    hass: HomeAssistant,
    simulator: EgaugeSimulator,
    freezer: FrozenDateTimeFactory,
    connected: Connected,
    *,
    plus: int,
    minus: int,
    hour: int,
    has_battery: bool,
) -> None:
    """Whoever only clicks on sees the house's own power, import and export."""
    site = connect(simulator, connected, has_battery=has_battery)
    site.live(freezer, hour)
    result = await asked(hass, simulator)
    assert form(result) == ("roles", {})
    assert suggestions(result["data_schema"]) == {
        "net_power": "use_less_gen",
        "import_energy": f"register_{plus}",
        "export_energy": f"register_{minus}",
        "reversed": ["register_6"] if connected is back_feed else [],
        "apart": ["virtual_bat"] if has_battery else [],
    }
    entry = await clicked_on(hass, result)
    hass.config_entries.async_update_entry(
        entry, options={**entry.options, "updates": "every_reading"}
    )
    await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done()
    exported = imported = False
    for _ in range(96):
        site.pass_step()
        freezer.move_to(site.house.now)
        await poll(hass, entry)
        assert state(hass, POWER) == str(site.house.power)
        for entity_id, energy in (
            (IMPORT, site.house.import_energy),
            (EXPORT, site.house.export_energy),
        ):
            assert str(Decimal(state(hass, entity_id)).normalize()) == (
                kilowatt_hours(energy)
            )
        exported |= site.house.power < 0
        imported |= site.house.power > 0
    assert exported
    assert imported


async def test_import_and_export_that_cannot_be_told(
    hass: HomeAssistant, simulator: EgaugeSimulator, freezer: FrozenDateTimeFactory
) -> None:
    """Where the sun has not shone for a week only net power is filled in."""
    site = connect(simulator, back_feed)
    site.has_battery = False
    for _ in range(96):
        site.pass_step()
    site.shines = False
    site.live(freezer, 12)
    result = await asked(hass, simulator)
    assert form(result) == ("roles_unsure", {})
    filled = suggestions(result["data_schema"])
    assert filled["net_power"] == "use_less_gen"
    assert filled["import_energy"] == filled["export_energy"] == "none"
    entry = await clicked_on(hass, result)
    assert state(hass, POWER) == str(site.house.power)
    assert hass.states.get(IMPORT) is None
    assert entry.options["roles"]["import_energy"] == "none"


def _without(name: str) -> Callable[[EgaugeSimulator], None]:
    """Return what removes a register."""
    return lambda simulator: simulator.remove(name)


@pytest.mark.parametrize(
    ("gone", "plus", "minus"),
    [("grid_out", "register_4", "none"), ("grid_in", "none", "register_5")],
)
async def test_one_of_the_two_alone(  # noqa: PLR0913 (a row of a table)
    hass: HomeAssistant,
    simulator: EgaugeSimulator,
    freezer: FrozenDateTimeFactory,
    *,
    gone: str,
    plus: str,
    minus: str,
) -> None:
    """A register that counts one way is accepted without the other."""
    site = connect(simulator, line_side_tap)
    simulator.remove(gone)
    site.live(freezer, 0)
    result = await asked(hass, simulator)
    assert form(result) == ("roles", {})
    filled = suggestions(result["data_schema"])
    assert (filled["import_energy"], filled["export_energy"]) == (plus, minus)


async def test_records_that_are_not_there(
    hass: HomeAssistant, simulator: EgaugeSimulator, freezer: FrozenDateTimeFactory
) -> None:
    """Without any rows of its database the device is set up all the same."""
    site = connect(simulator, back_feed)
    site.live(freezer, 12)
    simulator.database.ranges = lambda *_, **__: []  # type: ignore[method-assign]
    result = await asked(hass, simulator)
    assert form(result) == ("roles_unsure", {})
    assert suggestions(result["data_schema"])["import_energy"] == "none"


async def test_a_device_that_is_lost_meanwhile(
    hass: HomeAssistant, simulator: EgaugeSimulator
) -> None:
    """The form for the login says so, and can be submitted again."""
    result = await add(hass, simulator.address, "egauge")
    simulator.fail_with(500, path="/api/register")
    result = await submit(hass, result, **simulator.credentials)
    assert form(result)[0] == "login"
    assert form(result)[1]
    simulator.heal()
    result = await submit(hass, result, **simulator.credentials)
    assert form(result) == ("roles", {})


async def test_many_registers(hass: HomeAssistant, simulator: EgaugeSimulator) -> None:
    """512 registers make no more fields, and each of them can be chosen."""
    for number in range(100, 100 + 512 - len(simulator.database.registers)):
        simulator.database.registers.append(
            Register(f"Circuit {number}", "P", lambda _: 7, number)
        )
    simulator.tick()
    result = await asked(hass, simulator)
    schema = result["data_schema"]
    assert schema
    assert list(suggestions(schema)) == [*FIELDS, "gas", "water"]
    fields: Mapping[str, Any] = {str(key): it for key, it in schema.schema.items()}
    for name in FIELDS:
        offered = {each["value"] for each in fields[name].config["options"]}
        assert offered >= {f"register_{number}" for number in range(100, 580)}
    chosen = {**schema({}), "reversed": [f"register_{n}" for n in range(100, 580)]}
    entry = created(await submit(hass, result, **chosen))
    await hass.async_block_till_done()
    assert state(hass, "sensor.egauge_cellar_circuit_555") == "-7"
    assert len(entry.options["roles"]["reversed"]) == 480


async def test_doubles_are_disabled(
    hass: HomeAssistant, simulator: EgaugeSimulator
) -> None:
    """Registers with a role are there, but off; entity ids tell them apart."""
    simulator.remove("use")
    entry = await clicked_on(hass, await asked(hass, simulator))
    registered = {
        each.unique_id.removeprefix("egauge_G47110_"): each
        for each in er.async_entries_for_config_entry(
            er.async_get(hass), entry.entry_id
        )
    }
    for number, name in ((7, "grid"), (8, "grid_plus"), (9, "grid_minus")):
        for kind, suffix in (("power", ""), ("energy", "_energy")):
            found = registered[f"register_{number}_{kind}"]
            assert found.entity_id == f"sensor.egauge_cellar_{name}{suffix}"
            assert found.disabled_by is er.RegistryEntryDisabler.INTEGRATION
    assert not registered["register_13_energy"].disabled
    assert not registered["16.7.0"].disabled
