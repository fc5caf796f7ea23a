"""Measure in a new process, so that nothing done earlier affects it."""

import asyncio
from collections.abc import Callable, Coroutine
from concurrent.futures import ProcessPoolExecutor
import logging
from multiprocessing import get_context
from pathlib import Path

import custom_components


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
    if product:
        custom_components.__path__ = [str(product / custom_components.__name__)]
