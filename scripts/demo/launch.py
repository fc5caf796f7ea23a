"""Run Home Assistant's own command without the defaults that a demo has to avoid."""

import os
import sys
from types import ModuleType

from homeassistant import bootstrap
from homeassistant.__main__ import main
from homeassistant.const import RESTART_EXIT_CODE

# The Marketplace and analytics call servers on the internet at every start. The others
# are for speech, cameras and radio, and would need more time and packages.
UNWANTED = {
    "ai_task",
    "analytics",
    "assist_satellite",
    "camera",
    "conversation",
    "image_processing",
    "infrared",
    "marketplace",
    "radio_frequency",
    "stt",
    "tts",
    "wake_word",
}
# The front end still imports the modules of all entity platforms. They import these
# classes, which need a C++ compiler or a system library, and which nobody uses here.
STAND_INS = {
    "pymicro_vad": "MicroVad",
    "pyspeex_noise": "AudioProcessor",
    "turbojpeg": "TurboJPEG",
}


def leave_out_unwanted() -> None:
    """Remove unwanted default integrations, and replace modules that need compiling."""
    bootstrap.DEFAULT_INTEGRATIONS -= UNWANTED
    for module, name in STAND_INS.items():
        sys.modules[module] = ModuleType(module)
        setattr(sys.modules[module], name, object)


if __name__ == "__main__":
    leave_out_unwanted()
    if (code := main()) == RESTART_EXIT_CODE:
        # "Restart" was chosen in the front end: do what a supervisor would do.
        os.execv(sys.executable, sys.orig_argv)  # noqa: S606 - a shell has no part
    sys.exit(code)
