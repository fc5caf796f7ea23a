"""Constants of the integration."""

from enum import StrEnum
import logging

DOMAIN = "meter_bridge"
LOGGER = logging.getLogger(__package__)

CONF_ANNOUNCED = "hearsay"
CONF_BRIDGE = "bridge"
CONF_DEMAND = "demand"
CONF_DEMAND_PERIOD = "demand_period"
CONF_ENERGY_DASHBOARD = "energy_dashboard"
CONF_ENERGY_ASKED = "energy_asked"
CONF_ENERGY_BATTERY = "energy_battery"
CONF_ENERGY_GRID = "energy_grid"
CONF_ENERGY_SOLAR = "energy_solar"
CONF_ENERGY_SOURCES = "energy_sources"
CONF_MAX_POWER = "max_power"
CONF_MAIN_FUSE = "main_fuse"
CONF_MEDIUM = "medium"
CONF_METERS = "meters"
CONF_PINNED = "pinned"
CONF_POLL_INTERVAL = "poll_interval"
CONF_ROLES = "roles"
CONF_SPREAD = "spread"
CONF_PRICES = {1: "price_1", 2: "price_2"}
CONF_UNIT = "unit"
CONF_UPDATES = "updates"

AUTO = "auto"


class Updates(StrEnum):
    """How soon changed values are written; `values/pace.py` has the thresholds."""

    EVERY_READING = "every_reading"
    LIVE_POWER = "live_power"
    BALANCED = "balanced"
    CALM = "calm"


DEFAULT_UPDATES = Updates.BALANCED
