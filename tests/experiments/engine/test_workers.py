"""Executors: the same results whoever plays, and a worker that dies costs only its block."""

import os
import signal
import threading
import time
from pathlib import Path

import pytest

from experiments.engine.workers import WorkerDied, each_done, hired, refuse_unknown
from experiments.study.conduct import conduct
from model.preset.load import ConfigError
from tests.experiments.engine.test_store import checksums
from tests.small import work_in


def squared(number: int) -> int:
    return number**2


def dies_once(task: tuple[Path, int]) -> int:
    """Kill the worker that is the first to try task 3."""
    folder, number = task
    flag = folder / "died"
    if number == 3 and not flag.exists():
        flag.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return number**2


def dies_always(number: int) -> int:
    if number == 1:
        os.kill(os.getpid(), signal.SIGKILL)
    return number


def test_one_worker_is_this_process():
    with hired("local", 1) as crew:
        done = dict(each_done(squared, list(enumerate(range(4))), crew))
        assert crew.pool is None
    assert done == {0: 0, 1: 1, 2: 4, 3: 9}


@pytest.mark.slow
def test_a_worker_that_dies_costs_only_its_block(tmp_path):
    tasks = [(number, (tmp_path, number)) for number in range(12)]
    with hired("local", 2) as crew:
        done = dict(each_done(dies_once, tasks, crew))
    assert done == {number: number**2 for number in range(12)}
    assert (tmp_path / "died").exists()


@pytest.mark.slow
def test_a_block_that_kills_every_worker_is_given_up_and_told():
    with hired("local", 2) as crew:
        done = dict(each_done(dies_always, list(enumerate(range(3))), crew))
    assert isinstance(done[1], WorkerDied)
    assert done[0] == 0 and done[2] == 2


def test_an_unknown_executor_is_told():
    pytest.importorskip("distributed", reason="the extra 'cluster' is not installed")
    with pytest.raises(ConfigError, match="found 'slurm'; valid: local, dask or tcp"):
        refuse_unknown("slurm")
    for known in ("local", "dask", "tcp://10.0.0.1:8786", "tls://10.0.0.1:8786"):
        refuse_unknown(known)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")  # of distributed, when a worker is killed
def test_a_cluster_of_processes_gives_the_same_bytes_though_a_worker_is_killed(tmp_path):
    distributed = pytest.importorskip("distributed", reason="the extra 'cluster' is missing")
    fields = {"block": 4}
    conduct(work_in(tmp_path / "here", **fields), quiet=True)
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None
    ) as cluster:
        with distributed.Client(cluster) as client:
            workers = list(client.run(os.getpid).values())
        assert os.getpid() not in workers and len(set(workers)) == 2
        work, killed = work_in(tmp_path / "there", **fields), []

        def kill_when_begun() -> None:
            while not (work.folder.path / "checksums.json").exists():
                time.sleep(0.01)
            os.kill(workers[0], signal.SIGKILL)
            killed.append(len(checksums(work.folder.path)))

        killer = threading.Thread(target=kill_when_begun)
        killer.start()
        conduct(work, executor=cluster.scheduler_address, workers=2, quiet=True)
        killer.join()
    assert killed and killed[0] < 6  # in mid-job
    assert checksums(tmp_path / "there") == checksums(tmp_path / "here")
