"""A pytest plugin: let the test harness run with a newer Home Assistant than its own.

It changes nothing where both are of one version. `-p` loads it before the harness.
"""

# Home Assistant replaces httpx, which has to happen before anyone imports that.
import homeassistant  # noqa: F401

# isort: split
# The harness patches these before anything else of Home Assistant is imported.
from pytest_homeassistant_custom_component import (  # noqa: F401
    patch_json,
    patch_recorder,
    patch_time,
)

# isort: split
from homeassistant.components import logger
from homeassistant.components.logger import helpers

# The harness imports it from the package; 2026.11.0 has it in the module alone.
_MOVED = "_clear_logger_overwrites"

setattr(logger, _MOVED, getattr(helpers, _MOVED))
