"""What the flow imports, directly or by way of others."""

from pathlib import Path

from scripts.check.circles import edges
from scripts.check.repository import Repository

ROOT = Path(__file__).parents[2]
INTEGRATION = "custom_components/meter_bridge"


def test_flow_reaches_no_entry_that_runs() -> None:
    """A flow needs neither the coordinator nor anything that shows or judges values."""
    modules = edges(Repository(ROOT))
    reached: set[str] = set()
    pending = {path for path in modules if path.startswith(f"{INTEGRATION}/flow/")}
    assert pending
    while pending:
        reached |= pending
        pending = set().union(*(modules[path] for path in pending)) - reached
    folders = ("values", "meter")
    assert not [
        path
        for path in reached
        if path.startswith(tuple(f"{INTEGRATION}/{folder}/" for folder in folders))
        or path == f"{INTEGRATION}/coordinator.py"
    ]
