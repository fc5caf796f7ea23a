"""How many states an entity may write: ten in ten seconds, two of them at once."""

from ..bridges.budget import Budget

_BURST, _PER_SECOND = 2.0, 1.0


class Allowance:
    """A budget of states for each entity, so that no bridge floods the recorder."""

    def __init__(self) -> None:
        """Start with a full budget for every entity."""
        self._budgets: dict[str, Budget] = {}

    def spend(self, key: str, now: float) -> float:
        """Spend one state of an entity; or return for how many seconds it must wait."""
        budget = self._budgets.get(key)
        if budget is None:
            budget = self._budgets[key] = Budget(burst=_BURST, per_second=_PER_SECOND)
        return budget.afford(1, now)

    def forget(self, key: str) -> None:
        """Forget the budget of an entity that is gone."""
        self._budgets.pop(key, None)
