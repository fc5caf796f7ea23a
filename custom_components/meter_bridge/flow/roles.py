"""What registers of a bridge stand for, where their names alone cannot tell."""

from collections.abc import Mapping

from homeassistant.config_entries import ConfigEntry, ConfigEntryState
from homeassistant.helpers.selector import (
    SelectOptionDict,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
)
import probatio

from ..bridges import bridge_of
from ..bridges.contract import BridgeRole
from ..bridges.wire import words


def roles_of(entry: ConfigEntry) -> tuple[BridgeRole, ...]:
    """Return the roles that the owner may give; none while nothing has been read."""
    ask = bridge_of(entry).roles
    if ask is None or entry.state is not ConfigEntryState.LOADED:
        return ()
    return ask(entry.runtime_data.data.details)


def roles_schema(roles: tuple[BridgeRole, ...]) -> probatio.Schema:
    """Ask which register has which role."""
    return probatio.Schema(
        {
            probatio.Required(role.key, default=role.chosen): SelectSelector(
                SelectSelectorConfig(
                    options=[
                        SelectOptionDict(value=value, label=words(label))
                        for value, label in role.choices.items()
                    ],
                    mode=SelectSelectorMode.DROPDOWN,
                )
            )
            for role in roles
        }
    )


def are_changed(roles: tuple[BridgeRole, ...], chosen: Mapping[str, str]) -> bool:
    """Tell whether the owner has chosen anything else than what is there."""
    return any(chosen[role.key] != role.chosen for role in roles)
