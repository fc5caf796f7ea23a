"""Measuring in a fresh process, so that nothing from before weighs on it."""

import asyncio
from collections.abc import Callable, Coroutine
from concurrent.futures import ProcessPoolExecutor
import logging
from multiprocessing import get_context


def alone[T](measure: Callable[..., Coroutine[None, None, T]], *arguments: object) -> T:
    """Run a coroutine function of some module in a process of its own."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(_run, measure, *arguments).result()


def _run[T](measure: Callable[..., Coroutine[None, None, T]], *arguments: object) -> T:
    """Run it there, without a word."""
    logging.disable(logging.CRITICAL)
    return asyncio.run(measure(*arguments))
