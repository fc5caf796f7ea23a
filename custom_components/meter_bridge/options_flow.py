"""Changing how a bridge that is set up behaves."""

from typing import Any

from homeassistant.config_entries import ConfigFlowResult, OptionsFlowWithReload
from homeassistant.const import UnitOfTime
from homeassistant.helpers.selector import (
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
)
import probatio

from .const import CONF_THROTTLE, DEFAULT_THROTTLE

_MAXIMUM_THROTTLE = 300

SCHEMA = probatio.Schema(
    {
        probatio.Required(CONF_THROTTLE, default=DEFAULT_THROTTLE): NumberSelector(
            NumberSelectorConfig(
                min=0,
                max=_MAXIMUM_THROTTLE,
                step=1,
                mode=NumberSelectorMode.BOX,
                unit_of_measurement=UnitOfTime.SECONDS,
            )
        )
    }
)


class MeterBridgeOptionsFlow(OptionsFlowWithReload):
    """Ask for the options; the entry is loaded anew with them."""

    async def async_step_init(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Take how often values are passed on."""
        if user_input is not None:
            return self.async_create_entry(data=user_input)
        return self.async_show_form(
            step_id="init",
            data_schema=self.add_suggested_values_to_schema(
                SCHEMA, self.config_entry.options
            ),
        )
