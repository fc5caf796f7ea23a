"""Run Home Assistant's own command without the defaults that a demo has to avoid."""

import os
import sys
from types import ModuleType

from homeassistant import bootstrap
from homeassistant.__main__ import main
from homeassistant.const import RESTART_EXIT_CODE

# The Marketplace and analytics call servers on the internet at every start. The others
# are for voices, pictures and radio; they only cost time and packages.
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
# The front end has the modules of all entity platforms imported, even so. These classes
# that they import want a C++ compiler or a library of the system; nobody uses them.
STAND_INS = {
    "pymicro_vad": "MicroVad",
    "pyspeex_noise": "AudioProcessor",
    "turbojpeg": "TurboJPEG",
}


def avoid() -> None:
    """Leave out what is unwanted, before Home Assistant looks for it."""
    bootstrap.DEFAULT_INTEGRATIONS -= UNWANTED
    for module, name in STAND_INS.items():
        sys.modules[module] = ModuleType(module)
        setattr(sys.modules[module], name, object)


if __name__ == "__main__":
    avoid()
    if (code := main()) == RESTART_EXIT_CODE:
        # "Restart" in the front end, where a supervisor would start it again.
        os.execv(sys.executable, sys.orig_argv)  # noqa: S606 - a shell has no part
    sys.exit(code)
