"""Who plays the blocks: this process, workers of this machine, or a Dask cluster.

Results come in the order in which they are done. A worker that dies costs only what
it was playing: the block is given to another.
"""

import os
import pickle
import signal
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from functools import cache, partial
from importlib import import_module
from importlib.util import find_spec
from itertools import islice
from multiprocessing import get_context, parent_process
from pathlib import Path
from typing import Any, TypeVar  # dask ships no types

from model.preset.load import ConfigError
from model.preset.own_terms import allow_code, allowed

Given = TypeVar("Given")
Made = TypeVar("Made")
Numbered = Iterator[tuple[int, Given]]

ATTEMPTS = 3
"""How often a block is tried whose worker dies."""

AHEAD = 2
"""Blocks handed out for each worker, so that none waits."""


class WorkerDied(ArithmeticError):
    """A block whose worker died each time it was tried."""


class Crew:
    """Worker processes of this machine: started when first needed, renewed when one dies."""

    def __init__(self, workers: int) -> None:
        self.workers = workers
        self.pool: ProcessPoolExecutor | None = None

    def hire(self) -> ProcessPoolExecutor:
        """The pool that is at work; a new one where there is none, or a worker of it died."""
        if self.pool is not None and self.pool._broken:
            self.dismiss()
        if self.pool is None:
            refuse_unguarded()
            context = get_context("spawn")
            self.pool = ProcessPoolExecutor(self.workers, context, initializer=end_with_parent)
        return self.pool

    def submit(self, work: Callable[..., Made], *arguments: object) -> Future[Made]:
        """Hand work to the pool; where a worker was killed, to a new one."""
        return self.hire().submit(unpacked, work, sorted(allowed()), pickle.dumps(arguments))

    def dismiss(self, *, at_once: bool = False) -> None:
        """Let the pool go, with what it has not begun; at once, what it plays ends too."""
        if self.pool is not None:
            if at_once:
                for worker in list((self.pool._processes or {}).values()):
                    worker.terminate()
            self.pool.shutdown(cancel_futures=True)  # else its thread would race with the exit
        self.pool = None


def unpacked(work: Callable[..., Made], files: Sequence[Path], arguments: bytes) -> Made:
    """What work makes of arguments that were sent, with the files of Python that may run.

    They are unpacked here, so a term of the user's own that may not run, or was changed, is an
    error of this work and not the end of its worker.
    """
    allow_code(*files)
    made: Made = work(*pickle.loads(arguments))
    return made


@cache
def crew(workers: int) -> Crew:
    """The crew of this session: hired once, as each worker must import the model."""
    return Crew(workers)


def refuse_unguarded() -> None:
    """Raise ConfigError for a script that every worker process would run again from its top."""
    main = sys.modules["__main__"]
    path = getattr(main, "__file__", None)
    if path is None or getattr(main, "__spec__", None) is not None:
        return  # typed in, or run as a module
    try:
        unguarded = "__name__" not in Path(path).read_text("utf-8", "replace")
    except OSError:
        return
    if unguarded:
        raise ConfigError(
            f"{path}: each worker process runs this script from its top; valid: workers=1, or the "
            "call under if __name__ == '__main__':"
        )


def in_order(
    work: Callable[..., Made], tasks: Iterable[tuple[Any, ...]], workers: int
) -> Iterator[Made]:
    """Results of the tasks, each the arguments of a call, in their order. Raises WorkerDied.

    One worker is this process.
    """
    if workers <= 1:
        yield from (work(*each) for each in tasks)
        return
    early: dict[int, Made | WorkerDied] = {}
    following = 0
    for number, made in by_processes(partial(_called, work), enumerate(tasks), crew(workers)):
        early[number] = made
        while following in early:
            done = early.pop(following)
            if isinstance(done, WorkerDied):
                raise done
            yield done
            following += 1


def _called(work: Callable[..., Made], arguments: tuple[Any, ...]) -> Made:
    return work(*arguments)


@contextmanager
def hired(executor: str, workers: int) -> Iterator["Crew | Any"]:
    """Who plays while this lasts: a crew, or the connection to a Dask cluster."""
    if executor == "local":
        crew = Crew(workers)
        try:
            yield crew
        finally:
            crew.dismiss()
    else:
        with _client(executor, workers) as client:
            yield client


def each_done(
    work: Callable[[Given], Made], tasks: Sequence[tuple[int, Given]], by: "Crew | Any"
) -> Iterator[tuple[int, Made | WorkerDied]]:
    """The numbered tasks' results as they are done by those that were hired."""
    if not isinstance(by, Crew):
        return by_dask(work, iter(tasks), by)
    if by.workers <= 1 or len(tasks) <= 1:
        return ((number, work(task)) for number, task in tasks)
    return by_processes(work, iter(tasks), by)


def refuse_unknown(executor: str) -> None:
    """Raise ConfigError for an executor that there is not, or whose extra is missing."""
    if executor == "local":
        return
    if executor != "dask" and "://" not in executor:
        raise ConfigError(f"--executor: found '{executor}'; valid: local, dask or tcp://host:port")
    if find_spec("distributed") is None:
        raise ConfigError(f"--executor {executor}: needs Dask; pip install 'cheaptalk[cluster]'")


def by_processes(
    work: Callable[[Given], Made], tasks: Numbered[Given], crew: Crew
) -> Iterator[tuple[int, Made | WorkerDied]]:
    """By processes of this machine; what was handed out when one died is handed out again."""
    tried: dict[int, int] = {}
    waiting: dict[Future[Made], tuple[int, Given]] = {}
    while True:
        for number, task in islice(tasks, AHEAD * crew.workers - len(waiting)):
            waiting[crew.submit(work, task)] = (number, task)
        if not waiting:
            return
        done, _ = wait(waiting, return_when=FIRST_COMPLETED)
        broken = [each for each in done if isinstance(each.exception(), BrokenProcessPool)]
        for each in done - set(broken):
            number, _ = waiting.pop(each)
            yield number, each.result()
        if broken:  # all that were handed out are lost with the crew
            crew.dismiss()
            lost = [*waiting.values()]
            waiting.clear()
            for number, task in lost:
                tried[number] = tried.get(number, 0) + 1
                if tried[number] < ATTEMPTS * len(lost):
                    waiting[crew.submit(work, task)] = (number, task)
                else:
                    yield number, WorkerDied(f"its worker died {tried[number]} times")


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
    work: Callable[[Given], Made], tasks: Numbered[Given], client: Any
) -> Iterator[tuple[int, Made | WorkerDied]]:
    """By the workers of a Dask cluster, which gives a dead worker's blocks to others."""
    distributed: Any = import_module("distributed")
    waiting: dict[Any, int] = {}
    while True:
        slots = max(sum(client.nthreads().values()), 1)
        for number, task in islice(tasks, max(AHEAD * slots - len(waiting), 0)):
            given = (work, sorted(allowed()), pickle.dumps((task,)))
            waiting[client.submit(unpacked, *given, pure=False, retries=ATTEMPTS)] = number
        if not waiting:
            return
        for each in distributed.wait(list(waiting), return_when="FIRST_COMPLETED").done:
            number = waiting.pop(each)
            try:
                yield number, each.result()
            except distributed.KilledWorker as error:
                yield number, WorkerDied(str(error))


def _client(executor: str, workers: int) -> Any:
    """The connection to the scheduler at an address, or to a cluster of processes here."""
    distributed: Any = import_module("distributed")
    if executor != "dask":
        try:
            return distributed.Client(executor, timeout="10s")
        except OSError as error:
            raise ConfigError(f"--executor {executor}: no scheduler answers there") from error
    return distributed.Client(
        n_workers=workers, threads_per_worker=1, processes=True, dashboard_address=None
    )
