"""Arguments are honoured or refused: none is coerced or half ignored."""

import inspect
import pickle
import subprocess
import sys
from pathlib import Path

import mesa
import numpy as np
import pandas as pd
import pytest

from experiments.command_line.options import Complaint
from experiments.command_line.study import ranges
from experiments.engine.batch import simulate
from experiments.engine.workers import Crew, each_done
from model.alliance_model import AllianceModel
from model.draws import MOST_SEED
from model.preset.load import ConfigError, load
from model.preset.toml import names_given, whole_number

ROOT = Path(__file__).resolve().parent.parent


@pytest.mark.parametrize("seed", [2.7, True, "7", -1, 2**64, None, np.float64(3), np.bool_(True)])
def test_what_is_no_whole_number_of_64_bits_is_refused_as_a_seed(seed):
    with pytest.raises(ConfigError, match=r"rng: found .*; valid: a whole number from 0 to"):
        whole_number(seed, "rng", 0, MOST_SEED)


@pytest.mark.parametrize("seed", [True, -1, 2**64])
def test_a_model_refuses_such_a_seed(seed):
    with pytest.raises(ConfigError, match="rng: found"):
        AllianceModel("twelve-days", rng=seed)


@pytest.mark.parametrize("seed", [7, np.int64(7), np.uint64(7), np.int32(7)])
def test_a_seed_may_be_a_number_of_numpy(seed):
    assert AllianceModel("twelve-days", rng=seed).seed == 7


def test_the_largest_seed_is_played():
    model = AllianceModel("twelve-days", rng=2**64 - 1)
    model.step()
    assert model.world.turn == 1


def test_a_run_may_be_named_by_a_number_of_a_table():
    table = simulate("twelve-days", 4, changes={"turns": 2}).table
    model = AllianceModel("twelve-days", runs=table["run"][2], changes={"turns": np.int64(2)})
    while not model.over:
        model.step()
    assert float(model.world.wars) == table["wars"][2]


@pytest.mark.parametrize(
    "runs", [-1, True, range(0, 10, 2), range(5, 0), range(-1, 3), range(4, 4)]
)
def test_runs_that_do_not_follow_one_another_are_refused(runs):
    with pytest.raises(ConfigError, match="runs: found"):
        AllianceModel("twelve-days", runs=runs)


@pytest.mark.parametrize("name", ["block", "workers"])
@pytest.mark.parametrize("number", [0, -1, 1.5, True])
def test_no_ensemble_is_played_in_blocks_or_by_workers_that_cannot_be(name, number):
    with pytest.raises(ConfigError, match=f"{name}: found .*; valid: a whole number from 1 to"):
        simulate("twelve-days", 4, **{name: number})


def test_a_step_after_the_end_is_refused():
    model = AllianceModel("twelve-days", changes={"turns": 1})
    model.step()
    with pytest.raises(ConfigError, match="all 1 turns of twelve-days were played"):
        model.step()


def test_iterations_of_mesas_batch_run_are_different_runs():
    newer = "rng" in inspect.signature(mesa.batch_run).parameters  # iterations are deprecated there
    times: dict = {"rng": [None] * 3} if newer else {"iterations": 3}
    found = pd.DataFrame(
        mesa.batch_run(
            AllianceModel,
            {"preset": "twelve-days", "changes": [{"turns": 3}]},
            display_progress=False,
            **times,
        )
    )
    prices = found.groupby("iteration")["price"].last()
    assert prices.nunique() == 3
    alone = AllianceModel("twelve-days", runs=2, changes={"turns": 3})
    while not alone.over:
        alone.step()
    assert prices[2] in alone.datacollector.model_vars["price"]


def test_a_model_in_mid_run_can_be_pickled_and_goes_on_the_same():
    model = AllianceModel("twelve-days", rng=3)
    model.step()
    copy = pickle.loads(pickle.dumps(model))
    for _ in range(3):
        model.step()
        copy.step()
    assert np.array_equal(model.world.realised, copy.world.realised)
    assert model.world.price == copy.world.price


def test_a_preset_can_be_pickled():
    preset = load("iran-2025", {"oil.price": 80.0})
    assert pickle.loads(pickle.dumps(preset)).figure("oil.price") == 80.0


@pytest.mark.parametrize(
    "text",
    [
        "oil.price=60:80",
        "oil.price=60:80:3:4",
        "oil.price=60:nan:3",
        "oil.price=60:80:2.5",
        "=1:2:3",
    ],
)
def test_a_range_that_is_no_range_is_refused(text):
    with pytest.raises(Complaint, match="KEY=LOW:HIGH:COUNT"):
        ranges("--x", (text,))


def test_a_parameter_varied_twice_is_refused():
    with pytest.raises(Complaint, match="given twice"):
        ranges("--x", ("oil.price=60:80:3", "oil.price=70:90:3"))


def test_a_state_named_twice_is_refused():
    with pytest.raises(ConfigError, match="found 'a' twice"):
        names_given("--states", "a,b,a", ["a", "b"])


def test_a_whole_number_may_be_given_as_one_of_numpy_or_with_a_point():
    for turns in (3, 3.0, np.int64(3), np.float64(3)):
        assert load("twelve-days", {"turns": turns}).file.turns == 3
    with pytest.raises(ConfigError, match=r"turns: found 3\.5"):
        load("twelve-days", {"turns": 3.5})


def test_workers_from_a_script_without_a_guard_are_refused_in_a_line(tmp_path):
    script = tmp_path / "snippet.py"
    script.write_text(
        "from experiments.engine.batch import simulate\nsimulate('twelve-days', 4, workers=2)\n",
        "utf-8",
    )
    done = subprocess.run(
        [sys.executable, str(script)],
        capture_output=True,
        text=True,
        env={"PYTHONPATH": str(ROOT), "PATH": "", "HOME": str(tmp_path)},
    )
    assert done.returncode == 1
    assert "if __name__ == '__main__'" in done.stderr.strip().splitlines()[-1]


def doubled(number: int) -> int:
    return 2 * number


@pytest.mark.slow
def test_a_crew_whose_worker_was_killed_is_hired_anew():
    crew = Crew(2)
    assert dict(each_done(doubled, list(enumerate(range(4))), crew)) == {n: 2 * n for n in range(4)}
    for worker in list((crew.pool._processes or {}).values()):
        worker.kill()
        worker.join()
    assert crew.hire().submit(doubled, 21).result() == 42
    crew.dismiss()


def test_no_module_of_the_program_needs_what_only_posix_has(tmp_path):
    code = (
        "import sys\n"
        "for name in ('fcntl', 'resource', 'pwd', 'grp', 'termios'): sys.modules[name] = None\n"
        "import ctypes\n"
        "library = ctypes.CDLL\n"
        "def of_windows(name, *more):\n"
        "    if name is None: raise TypeError('argument must be str')\n"
        "    return library(name, *more)\n"
        "ctypes.CDLL = of_windows\n"
        "import filelock, pkgutil, importlib, model, agents, experiments\n"
        "skipped = () if importlib.util.find_spec('solara') else 'experiments.page'\n"
        "for package in (model, agents, experiments):\n"
        "    for each in pkgutil.walk_packages(package.__path__, package.__name__ + '.'):\n"
        "        if not each.name.startswith(skipped) and not each.name.endswith('__main__'):\n"
        "            importlib.import_module(each.name)\n"
        "from experiments.engine.batch import simulate\n"
        "print(simulate('twelve-days', 2, changes={'turns': 1}).runs)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=tmp_path,
        env={"PYTHONPATH": str(ROOT), "PATH": "", "HOME": str(tmp_path)},
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (0, "2\n"), done.stderr
