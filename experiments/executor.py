"""Who plays the blocks: this process, workers of this machine, or a Dask cluster.

Results come in the order in which they are done. A worker that dies costs only what
it was playing: the block is given to another.
"""

import os
import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from importlib import import_module
from importlib.util import find_spec
from itertools import islice
from multiprocessing import get_context, parent_process
from typing import Any, TypeVar  # dask ships no types

from model.preset import ConfigError

Given = TypeVar("Given")
Made = TypeVar("Made")
Numbered = Iterator[tuple[int, Given]]

ATTEMPTS = 3
"""How often a block is tried whose worker dies."""

AHEAD = 2
"""Blocks handed out for each worker, so that none waits."""


class WorkerDied(ArithmeticError):
    """A block whose worker died each time it was tried."""


def each_done(
    work: Callable[[Given], Made], tasks: Numbered[Given], executor: str, workers: int
) -> Iterator[tuple[int, Made | WorkerDied]]:
    """The numbered tasks' results as they are done. `executor`: local, dask or tcp://host:port."""
    if executor == "local" and workers <= 1:
        return ((number, work(task)) for number, task in tasks)
    if executor == "local":
        return by_processes(work, tasks, workers)
    return by_dask(work, tasks, executor, workers)


def refuse_unknown(executor: str) -> None:
    """Raise ConfigError for an executor that there is not, or whose extra is missing."""
    if executor == "local":
        return
    if executor != "dask" and "://" not in executor:
        raise ConfigError(f"--executor: found '{executor}'; valid: local, dask or tcp://host:port")
    if find_spec("distributed") is None:
        raise ConfigError(f"--executor {executor}: needs Dask; pip install 'cheaptalk[cluster]'")


def by_processes(
    work: Callable[[Given], Made], tasks: Numbered[Given], workers: int
) -> Iterator[tuple[int, Made | WorkerDied]]:
    """By processes of this machine; the crew is renewed when one of them dies."""
    tried: dict[int, int] = {}
    pool = crew(workers)
    try:
        waiting: dict[Future[Made], tuple[int, Given]] = {}
        while True:
            for number, task in islice(tasks, AHEAD * workers - len(waiting)):
                waiting[pool.submit(work, task)] = (number, task)
            if not waiting:
                return
            done, _ = wait(waiting, return_when=FIRST_COMPLETED)
            broken = [each for each in done if isinstance(each.exception(), BrokenProcessPool)]
            for each in done - set(broken):
                number, _ = waiting.pop(each)
                yield number, each.result()
            if broken:  # all that were handed out are lost with the crew
                pool.shutdown(wait=False, cancel_futures=True)
                pool, lost = crew(workers), [*waiting.values()]
                waiting.clear()
                for number, task in lost:
                    tried[number] = tried.get(number, 0) + 1
                    if tried[number] < ATTEMPTS * len(lost):
                        waiting[pool.submit(work, task)] = (number, task)
                    else:
                        yield number, WorkerDied(f"its worker died {tried[number]} times")
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def crew(workers: int) -> ProcessPoolExecutor:
    """Worker processes that end with this one, even where it is killed."""
    return ProcessPoolExecutor(workers, get_context("spawn"), initializer=end_with_parent)


def end_with_parent() -> None:
    """End this process as soon as the one that started it is gone, and without a word at Ctrl-C."""
    signal.signal(signal.SIGINT, lambda *_: os._exit(1))
    parent = parent_process()
    assert parent is not None

    def watch() -> None:
        parent.join()
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def by_dask(
    work: Callable[[Given], Made], tasks: Numbered[Given], executor: str, workers: int
) -> Iterator[tuple[int, Made | WorkerDied]]:
    """By a Dask cluster: one of its own on this machine, or the scheduler at an address."""
    distributed: Any = import_module("distributed")
    with _client(distributed, executor, workers) as client:
        slots = max(sum(client.nthreads().values()), workers)
        waiting: dict[Any, int] = {}
        while True:
            for number, task in islice(tasks, AHEAD * slots - len(waiting)):
                waiting[client.submit(work, task, pure=False, retries=ATTEMPTS)] = number
            if not waiting:
                return
            done = distributed.wait(list(waiting), return_when="FIRST_COMPLETED").done
            for each in done:
                number = waiting.pop(each)
                try:
                    yield number, each.result()
                except distributed.KilledWorker as error:
                    yield number, WorkerDied(str(error))


def _client(distributed: Any, executor: str, workers: int) -> Any:
    """A client of the scheduler at the address, or of a cluster of separate processes here."""
    if executor != "dask":
        try:
            return distributed.Client(executor, timeout="10s")
        except OSError as error:
            raise ConfigError(f"--executor {executor}: no scheduler answers there") from error
    return distributed.Client(
        n_workers=workers, threads_per_worker=1, processes=True, dashboard_address=None
    )
