"""Let the test harness run with a newer Home Assistant than it was made for.

`scripts/setup next` has every process of `.venv-next` import this at its start, also
those that a test starts. It changes nothing where both are of one version.
"""

from collections.abc import Sequence
from importlib import import_module
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
import sys
from types import ModuleType
from typing import override

# The harness imports it from the package; 2026.11.0 has it in the module alone.
_LOGGER, _MOVED = "homeassistant.components.logger", "_clear_logger_overwrites"


class _Loader(SourceFileLoader):
    """Loads a package, and puts back what has moved out of it."""

    @override
    def exec_module(self, module: ModuleType) -> None:
        """Run the code of the package, then add to it."""
        super().exec_module(module)
        helpers = import_module(f"{_LOGGER}.helpers")
        setattr(module, _MOVED, getattr(helpers, _MOVED))


class _Finder:
    """Prepares the import of two modules, and leaves all others to other finders."""

    def find_spec(
        self,
        name: str,
        path: Sequence[str] | None = None,
        target: ModuleType | None = None,  # noqa: ARG002
    ) -> ModuleSpec | None:
        """Return how to load the package; None for every other module."""
        if name == "httpx":
            # Home Assistant puts httpx2 in its place, before anyone imports it.
            import_module("homeassistant")
        if name != _LOGGER or not (spec := PathFinder.find_spec(name, path)):
            return None
        assert spec.origin
        spec.loader = _Loader(name, spec.origin)
        return spec


sys.meta_path.insert(0, _Finder())
