"""Options of a bridge that is set up."""

from collections.abc import Mapping
from typing import Any

from homeassistant.config_entries import ConfigFlowResult, OptionsFlowWithReload
from homeassistant.const import UnitOfTime
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
import probatio

from ..bridges import Kind
from ..bridges.contract import BridgeOption
from ..const import (
    CONF_DEMAND,
    CONF_DEMAND_PERIOD,
    CONF_POLL_INTERVAL,
    CONF_THROTTLE,
    DEFAULT_THROTTLE,
)
from .steps import bridge_or_abort

# Every kind of bridge has this option.
_THROTTLE = BridgeOption(
    key=CONF_THROTTLE,
    default=DEFAULT_THROTTLE,
    minimum=0,
    maximum=300,
    step=1,
    unit=UnitOfTime.SECONDS,
)
_LONGEST_POLL_INTERVAL = 300
# Home Assistant rejects a smaller step in a number selector.
_LEAST_STEP = 0.001


_DEMAND_FIELDS: Mapping[str, Selector[Any]] = {
    CONF_DEMAND: BooleanSelector(),
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

    async def async_step_init(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for the update intervals, and for the options of this kind of bridge."""
        if user_input is not None:
            return self.async_create_entry(data=user_input)
        entry = self.config_entry
        bridge = bridge_or_abort(entry)
        fields: dict[str, tuple[object, Selector[Any]]] = {
            option.key: (option.default, _number(option))
            for option in options_of(bridge)
        }
        demand = demand_options(bridge)
        for key, field in _DEMAND_FIELDS.items():
            fields[key] = demand[key], field
        return self.async_show_form(
            step_id="init",
            data_schema=self.add_suggested_values_to_schema(
                probatio.Schema(
                    {
                        probatio.Required(key, default=default): field
                        for key, (default, field) in fields.items()
                    }
                ),
                entry.options,
            ),
        )


def options_of(bridge: Kind) -> tuple[BridgeOption, ...]:
    """Return all options of a kind of bridge."""
    poll_interval = BridgeOption(
        key=CONF_POLL_INTERVAL,
        default=bridge.poll_interval.total_seconds(),
        minimum=bridge.least_poll_interval.total_seconds(),
        maximum=_LONGEST_POLL_INTERVAL,
        step=1,
        unit=UnitOfTime.SECONDS,
    )
    return (_THROTTLE, poll_interval, *bridge.options)


def demand_options(bridge: Kind) -> Mapping[str, object]:
    """Return what is asked about demand, as it is preset for a kind of bridge."""
    return {
        CONF_DEMAND: bridge.shows_demand,
        CONF_DEMAND_PERIOD: str(bridge.demand_minutes),
    }


def _number(option: BridgeOption) -> NumberSelector:
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
