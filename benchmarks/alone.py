"""Measuring in a fresh process, so that nothing from before weighs on it."""

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
    """Run a coroutine function of some module in a process of its own.

    After so many seconds it is ended, and TimeoutError raised. With a product, the
    integration is taken from that checkout; everything else is ours.
    """
    with ProcessPoolExecutor(1, get_context("spawn"), _take, (product,)) as pool:
        try:
            return pool.submit(_run, measure, *arguments).result(seconds)
        except TimeoutError:
            pool.kill_workers()
            raise


def _run[T](measure: Callable[..., Coroutine[None, None, T]], *arguments: object) -> T:
    """Run it there, without a word."""
    logging.disable(logging.CRITICAL)
    return asyncio.run(measure(*arguments))


def _take(product: Path | None) -> None:
    """Have the integration of a checkout, before anything has imported it."""
    if product:
        custom_components.__path__ = [str(product / custom_components.__name__)]
