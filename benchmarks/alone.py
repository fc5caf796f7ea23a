"""Measure in a new process, so that nothing done earlier affects it."""

import asyncio
from collections.abc import Callable, Coroutine
from concurrent.futures import ProcessPoolExecutor
from importlib import import_module
import logging
from multiprocessing import get_context
from pathlib import Path
import sys

import custom_components

_INTEGRATION = "custom_components.meter_bridge"
# What benchmarks import had these names in older checkouts.
_MOVED = {
    f"{_INTEGRATION}.{name}": f"{_INTEGRATION}.{before}"
    for name, before in {
        "bridges.transport.http": "bridges.http",
        "bridges.uptime": "bridges.restarts",
        "flow.probe": "recognise",
    }.items()
}


def alone[T](
    measure: Callable[..., Coroutine[None, None, T]],
    *arguments: object,
    seconds: float | None = None,
    product: Path | None = None,
) -> T:
    """Run a coroutine function, which a module defines, in a process of its own.

    After `seconds` the process is killed, and TimeoutError raised. With `product`, the
    integration is imported from that checkout, and everything else from this one.
    """
    with ProcessPoolExecutor(1, get_context("spawn"), _take, (product,)) as pool:
        try:
            return pool.submit(_run, measure, *arguments).result(seconds)
        except TimeoutError:
            pool.kill_workers()
            raise


def _run[T](measure: Callable[..., Coroutine[None, None, T]], *arguments: object) -> T:
    """Run the function in the new process, without any log."""
    logging.disable(logging.CRITICAL)
    return asyncio.run(measure(*arguments))


def _take(product: Path | None) -> None:
    """Make imports of the integration, which are still to come, use this checkout."""
    if product is None:
        return
    custom_components.__path__ = [str(product / custom_components.__name__)]

    def has(name: str) -> bool:
        return (product / f"{name.replace('.', '/')}.py").is_file()

    for name, before in _MOVED.items():
        if has(before) and not has(name):
            sys.modules[name] = import_module(before)
