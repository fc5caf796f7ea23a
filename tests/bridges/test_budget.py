"""Test that a budget lets a burst pass, and after it so much a second."""

from custom_components.meter_bridge.bridges.budget import Budget


def test_a_burst_and_then_a_rate() -> None:
    """What was saved may be spent at once; then only what comes in."""
    budget = Budget(burst=2, per_second=1)
    assert budget.afford(2, 10.0) == 0
    assert budget.afford(1, 10.25) == 0.75
    assert budget.afford(1, 11.0) == 0
    assert budget.afford(1, 11.0) == 1


def test_what_is_overdrawn_takes_time() -> None:
    """Who spends more than there is learns when it is balanced again."""
    budget = Budget(burst=2, per_second=1)
    assert budget.spend(2, 10.0) == 0
    assert budget.spend(1, 10.25) == 0.75
    assert budget.spend(0, 11.0) == 0


def test_no_more_is_saved_than_a_burst() -> None:
    """A long silence allows no longer flood."""
    budget = Budget(burst=2, per_second=1)
    budget.spend(2, 0.0)
    assert budget.afford(3, 1000.0) == 1
    assert budget.afford(2, 1000.0) == 0
