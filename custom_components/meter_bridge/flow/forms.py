"""Schemas of the forms in the config flow."""

from collections.abc import Mapping
from typing import Any

from homeassistant.const import (
    CONF_HOST,
    CONF_PASSWORD,
    CONF_USERNAME,
    CONF_VERIFY_SSL,
)
from homeassistant.helpers.selector import (
    BooleanSelector,
    SelectOptionDict,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
    TextSelector,
    TextSelectorConfig,
    TextSelectorType,
)
import probatio

from ..bridges import BRIDGES, Kind
from ..bridges.transport.address import parse_address
from ..const import (
    AUTO,
    CONF_ANNOUNCED,
    CONF_BRIDGE,
    CONF_ENERGY_BATTERY,
    CONF_ENERGY_DASHBOARD,
    CONF_ENERGY_SOLAR,
)
from .energy import BATTERY, SOLAR
from .offers import Offer

OWN_TICKS = {CONF_ENERGY_SOLAR: SOLAR, CONF_ENERGY_BATTERY: BATTERY}
"""The ticks for sources that a bridge has beside its meters."""
_HOST = TextSelector(TextSelectorConfig(autocomplete="off"))
_LOGIN: Mapping[str, TextSelector | BooleanSelector] = {
    CONF_USERNAME: TextSelector(TextSelectorConfig(autocomplete="username")),
    CONF_PASSWORD: TextSelector(
        TextSelectorConfig(
            type=TextSelectorType.PASSWORD, autocomplete="current-password"
        )
    ),
    CONF_VERIFY_SSL: BooleanSelector(),
}


def user_schema() -> probatio.Schema:
    """Ask for the address and the kind of bridge."""
    kinds = [
        SelectOptionDict(value=bridge.key, label=bridge.name)
        for bridge in BRIDGES.values()
    ]
    return probatio.Schema(
        {
            probatio.Required(CONF_HOST): _HOST,
            probatio.Required(CONF_BRIDGE, default=AUTO): SelectSelector(
                SelectSelectorConfig(
                    options=[SelectOptionDict(value=AUTO, label=AUTO), *kinds],
                    mode=SelectSelectorMode.DROPDOWN,
                    translation_key=CONF_BRIDGE,
                )
            ),
        }
    )


def typed_host(user_input: Mapping[str, Any], errors: dict[str, str]) -> str | None:
    """Return the address that was typed, normalised; add an error if it is not one."""
    try:
        return str(parse_address(user_input[CONF_HOST]))
    except ValueError:
        errors[CONF_HOST] = "invalid_host"
        return None


def login_schema(
    bridge: Kind, known: Mapping[str, Any] | None, *, asks_host: bool = False
) -> probatio.Schema:
    """Ask for the login of this kind of bridge, and for its address if `asks_host`."""
    host = {probatio.Required(CONF_HOST): _HOST} if asks_host else {}
    login = _login_fields(bridge, known or {}, probatio.Required)
    return probatio.Schema({**host, **login})


def reconfigure_schema(bridge: Kind, known: Mapping[str, Any]) -> probatio.Schema:
    """Ask for the address, and for the login if this kind of bridge has one.

    An address that was only announced is not filled in: the owner has to type it.
    """
    is_announced = known.get(CONF_ANNOUNCED, False)
    host = probatio.UNDEFINED if is_announced else known[CONF_HOST]
    return probatio.Schema(
        {
            probatio.Required(CONF_HOST, default=host): _HOST,
            **_login_fields(bridge, known, probatio.Optional),
        }
    )


def energy_schema(offer: Offer, *, default: bool) -> probatio.Schema:
    """Ask what of the bridge should be added to the Energy dashboard."""
    ticks = [CONF_ENERGY_DASHBOARD] if offer.meter else []
    ticks += [tick for tick, source in OWN_TICKS.items() if source in offer.own]
    return probatio.Schema(
        {probatio.Required(tick, default=default): BooleanSelector() for tick in ticks}
    )


def ticked(offer: Offer, typed: Mapping[str, Any]) -> list[str]:
    """Return the types of source that the owner wants."""
    wanted = list(offer.meter) if typed.get(CONF_ENERGY_DASHBOARD) else []
    return wanted + [source for tick, source in OWN_TICKS.items() if typed.get(tick)]


def _login_fields(
    bridge: Kind,
    known: Mapping[str, Any],
    marker: type[probatio.Required | probatio.Optional],
) -> dict[Any, TextSelector | BooleanSelector]:
    """Return the login fields, filled in with known values except the password."""
    fields: dict[Any, TextSelector | BooleanSelector] = {}
    for key in bridge.login_fields:
        if key == CONF_VERIFY_SSL:
            fields[marker(key, default=known.get(key, False))] = _LOGIN[key]
        elif key in known and key != CONF_PASSWORD:
            fields[marker(key, default=known[key])] = _LOGIN[key]
        else:
            fields[marker(key)] = _LOGIN[key]
    return fields
