"""Options of a bridge that is set up."""

from collections.abc import Mapping
from typing import Any

from homeassistant.config_entries import (
    ConfigFlowResult,
    OptionsFlowWithReload,
)
from homeassistant.const import UnitOfElectricCurrent, UnitOfPower, UnitOfTime
from homeassistant.helpers.selector import (
    BooleanSelector,
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
    Selector,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
)
from homeassistant.util import dt as dt_util
import probatio

from ..bridges import Kind, async_load
from ..bridges.contract import BridgeOption
from ..bridges.snapshot import Medium
from ..const import (
    CONF_DEMAND,
    CONF_DEMAND_PERIOD,
    CONF_ENERGY_ASKED,
    CONF_ENERGY_SOURCES,
    CONF_MAIN_FUSE,
    CONF_MAX_POWER,
    CONF_MEDIUM,
    CONF_METERS,
    CONF_POLL_INTERVAL,
    CONF_PRICES,
    CONF_ROLES,
    CONF_SPREAD,
    CONF_UNIT,
    CONF_UPDATES,
    DEFAULT_UPDATES,
    Updates,
)
from .bare_meters import METER, bare_meters, fits
from .energy import missing_sources
from .forms import energy_schema, ticked
from .offers import Offer, offer
from .probe import connect, current_snapshot
from .roles import answers_of, questions_of, questions_schema
from .steps import bridge_or_abort

# Each choice is a name and a sentence: a drop-down list would cut it off.
_UPDATES = SelectSelector(
    SelectSelectorConfig(
        options=list(Updates),
        mode=SelectSelectorMode.LIST,
        translation_key=CONF_UPDATES,
    )
)
# Optional: without it, the preset of this kind of bridge counts.
MAX_POWER = BridgeOption(
    key=CONF_MAX_POWER,
    default=100,
    minimum=1,
    maximum=100_000,
    step=0.1,
    unit=UnitOfPower.KILO_WATT,
)
_MAIN_FUSE = BridgeOption(
    key=CONF_MAIN_FUSE,
    default=0,
    minimum=0,
    maximum=1000,
    step=1,
    unit=UnitOfElectricCurrent.AMPERE,
)
_PRICES = tuple(
    BridgeOption(key=key, default=0, minimum=0, maximum=100_000, step=0.0001)
    for key in CONF_PRICES.values()
)
_LONGEST_POLL_INTERVAL = 300
# Home Assistant rejects a smaller step in a number selector.
_LEAST_STEP = 0.001


_CHOICES: Mapping[str, Selector[Any]] = {
    CONF_DEMAND: BooleanSelector(),
    CONF_SPREAD: BooleanSelector(),
    CONF_DEMAND_PERIOD: SelectSelector(
        SelectSelectorConfig(
            # Minutes: utilities take the average over one of these.
            options=["15", "30", "60"],
            mode=SelectSelectorMode.DROPDOWN,
            translation_key=CONF_DEMAND_PERIOD,
        )
    ),
}


class MeterBridgeOptionsFlow(OptionsFlowWithReload):
    """Ask for the options; saving them reloads the entry."""

    _chosen: dict[str, Any]
    _offered = Offer()
    _meters: dict[str, Mapping[str, str]]
    _unasked: dict[str, str]

    async def async_step_init(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask when to update, how often to poll, the limit, and what this kind asks."""
        await async_load(self.hass)
        entry = self.config_entry
        bridge = bridge_or_abort(entry)
        too_low = {
            option.key: option.least
            for option in bridge.options
            if user_input and 0 < user_input[option.key] < option.least
        }
        if user_input is not None and not too_low:
            self._chosen = user_input
            self._meters = dict(entry.options.get(CONF_METERS, {}))
            self._unasked = bare_meters(entry)
            if known := entry.options.get(CONF_ROLES):
                self._chosen[CONF_ROLES] = known
            if questions_of(entry):
                return await self.async_step_roles()
            return await self._async_next()
        fields: dict[str, tuple[object, Selector[Any]]] = {
            CONF_UPDATES: (DEFAULT_UPDATES, _UPDATES)
        }
        for option in options_of(bridge):
            fields[option.key] = option.default, number_field(option)
        for key, preset in choices_of(bridge).items():
            fields[key] = preset, _CHOICES[key]
        return self.async_show_form(
            step_id="init",
            data_schema=self.add_suggested_values_to_schema(
                probatio.Schema(
                    {
                        **{
                            probatio.Required(key, default=default): field
                            for key, (default, field) in fields.items()
                        },
                        probatio.Optional(MAX_POWER.key): number_field(MAX_POWER),
                    }
                ),
                user_input or entry.options,
            ),
            errors=dict.fromkeys(too_low, "too_low"),
            description_placeholders={
                "least": " / ".join(f"{least:g}" for least in too_low.values())
            },
        )

    async def _async_next(self) -> ConfigFlowResult:
        """Ask for the next meter, then for the dashboard; save when all is known."""
        if self._unasked:
            return await self.async_step_meter()
        if self._meters:
            self._chosen[CONF_METERS] = self._meters
        self._offered = await self._find_sources()
        if not self._offered.is_empty:
            return await self.async_step_energy()
        return self.async_create_entry(data=self._chosen)

    async def _find_sources(self) -> Offer:
        """Return what can be added to the dashboard by the new answers of the owner."""
        entry = self.config_entry
        if self._chosen.get(CONF_ROLES) != entry.options.get(CONF_ROLES):
            client = connect(
                self.hass, bridge_or_abort(entry), entry.data, options=self._chosen
            )
            if snapshot := await current_snapshot(client):
                return await offer(self.hass, bridge_or_abort(entry), snapshot)
        before = entry.options.get(CONF_METERS, {})
        missing = await missing_sources(
            self.hass,
            {
                Medium(words[CONF_MEDIUM])
                for meter, words in self._meters.items()
                if words != before.get(meter)
            },
        )
        return Offer(meter=tuple(missing))

    async def async_step_roles(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask which registers stand for the main meter, and which way they count.

        Until the owner changes something, the names of the registers decide.
        """
        questions = questions_of(self.config_entry)
        if user_input is None:
            return self.async_show_form(
                step_id="roles", data_schema=questions_schema(questions)
            )
        known = self.config_entry.options.get(CONF_ROLES, {})
        if said := answers_of(questions, user_input, known):
            self._chosen[CONF_ROLES] = said
        return await self._async_next()

    async def async_step_meter(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask what a meter counts whose bridge does not tell."""
        meter, name = next(iter(self._unasked.items()))
        errors = {}
        if user_input is not None:
            if not fits(user_input):
                errors[CONF_UNIT] = "unit_does_not_fit"
            else:
                del self._unasked[meter]
                self._meters[meter] = user_input
                return await self._async_next()
        return self.async_show_form(
            step_id="meter",
            data_schema=self.add_suggested_values_to_schema(
                METER, user_input or self._meters.get(meter)
            ),
            errors=errors,
            description_placeholders={"meter": name},
        )

    async def async_step_energy(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Offer to add the meters to the Energy dashboard."""
        if user_input is None:
            return self.async_show_form(
                step_id="energy",
                data_schema=energy_schema(self._offered, default=True),
            )
        if sources := ticked(self._offered, user_input):
            entry = self.config_entry
            known = entry.data.get(CONF_ENERGY_SOURCES, ())
            pending = [*dict.fromkeys([*known, *sources])]
            self.hass.config_entries.async_update_entry(
                entry,
                data={
                    **entry.data,
                    CONF_ENERGY_SOURCES: pending,
                    CONF_ENERGY_ASKED: dt_util.utcnow().isoformat(),
                },
            )
        return self.async_create_entry(data=self._chosen)


def options_of(bridge: Kind) -> tuple[BridgeOption, ...]:
    """Return all options of a kind of bridge that are numbers."""
    poll_interval = BridgeOption(
        key=CONF_POLL_INTERVAL,
        default=bridge.poll_interval.total_seconds(),
        minimum=bridge.least_poll_interval.total_seconds(),
        maximum=_LONGEST_POLL_INTERVAL,
        step=1,
        unit=UnitOfTime.SECONDS,
    )
    fuse = (_MAIN_FUSE,) if bridge.asks_fuse else ()
    prices = _PRICES if bridge.knows_tariffs else ()
    return (poll_interval, *fuse, *prices, *bridge.options)


def demand_options(bridge: Kind) -> Mapping[str, object]:
    """Return what is asked about demand, as it is preset for a kind of bridge."""
    return {
        CONF_DEMAND: bridge.shows_demand,
        CONF_DEMAND_PERIOD: str(bridge.demand_minutes),
    }


def choices_of(bridge: Kind) -> Mapping[str, object]:
    """Return the options that are no numbers, as they are preset for a kind of bridge.

    Spreading the growth over an outage is offered if the bridge remembers no totals.
    """
    spread = {CONF_SPREAD: False} if bridge.recall_seconds is None else {}
    return {**demand_options(bridge), **spread}


def number_field(option: BridgeOption) -> NumberSelector:
    """Return the form field of an option."""
    config = NumberSelectorConfig(
        min=option.minimum,
        max=option.maximum,
        step=option.step if option.step >= _LEAST_STEP else "any",
        mode=NumberSelectorMode.BOX,
    )
    if option.unit:
        config["unit_of_measurement"] = option.unit
    return NumberSelector(config)
