import asyncio
import contextlib
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool

import numpy as np
import pytest

from experiments.engine.batch import Job
from experiments.engine.duel import contest, duels, over_posterior, rows_under
from experiments.page import background as whatif
from experiments.page.address import Plan, read
from experiments.page.run import replayed
from model.preset.load import changed

PRESET = read("twelve-days")
PLAN = Plan("twelve-days", changes=(("turns", 3),))


def played(pieces: list[whatif.Piece]) -> list:
    return [function(*arguments) for function, arguments in pieces]


def test_the_band_holds_the_runs_that_the_page_shows() -> None:
    lines = whatif.played_lines(PRESET, 0, PLAN.changes, 0, 3)
    for run in range(3):
        alone = replayed(Plan(PLAN.preset, 0, run, PLAN.changes), 3)
        for key, line in alone.record.lines.items():
            np.testing.assert_allclose(lines[key][:, run], line, rtol=1e-6)


def test_the_band_is_the_middle_of_the_runs() -> None:
    pieces = [{"price": np.arange(0.0, 50.0)[None]}, {"price": np.arange(50.0, 101.0)[None]}]
    low, high = whatif.bands(pieces)["price"]
    assert (low.tolist(), high.tolist()) == ([10.0], [90.0])


def test_the_verdict_is_that_of_the_duel_with_what_history_leaves_open(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(whatif, "VERDICT_RUNS", 20)
    monkeypatch.setattr(whatif, "VERDICT_DRAWS", 4)
    monkeypatch.setattr(whatif, "DRAWS_PIECE", 2)
    values = played(whatif.contest_pieces(PLAN, "russia", given=True))
    found = whatif.judged(values, 0).fought
    alone, _ = duels(PLAN.preset, 20, patrons=["russia"], changes=PLAN.given)
    crisis = changed(read("twelve-days"), PLAN.given)
    known = over_posterior(contest(crisis, patrons=["russia"]), alone, Job(crisis), 4)
    assert [each.record() for each in found] == [each.record() for each in known]
    assert [each.act for each in found] == ["silence", "mediation", "arms", "force"]


def test_before_and_after_are_played_on_the_same_luck() -> None:
    plan = Plan("twelve-days", changes=(("turns", 2), ("russia.weights.ties", 0.0)))
    (before, *_), (after, *_) = (
        whatif.contest_pieces(plan, "russia", given=given) for given in (False, True)
    )
    assert before[1][1] == after[1][1] == plan.seed
    assert before[1][2] == () and after[1][2] == plan.changes


def test_a_cell_of_the_grid_is_the_run_with_its_figures(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(whatif, "GRID", 2)
    monkeypatch.setattr(whatif, "CELL_RUNS", 3)
    across, up = (whatif.Axis(f"russia.weights.{each}", 0.0, 3.0) for each in ("ties", "audience"))
    talk, act = played(whatif.grid_pieces(PLAN, across, up, "russia", "arms")[2:4])
    given = tuple(
        PLAN.changed("russia.weights.ties", 3.0).changed("russia.weights.audience", 3.0).changes
    )
    job = Job(changed(PRESET, dict(given)), 0, ({"russia": "rhetoric"}, {"russia": "arms"}))
    alone = rows_under(job, 3)["worth.russia"]
    np.testing.assert_allclose(talk[3:], alone[0], rtol=1e-12)
    np.testing.assert_allclose(act[3:], alone[1], rtol=1e-12)
    row = whatif.grid_row(talk, act)
    assert row.means[1] == pytest.approx((alone[0] - alone[1]).mean())


def test_the_zero_line_runs_where_the_sign_changes() -> None:
    (line,) = whatif.zero_line([[-1.0, 1.0], [-1.0, 1.0]])
    assert [point[0] for point in line] == [0.5, 0.5]
    assert whatif.zero_line([[1.0, 1.0]]) == []


@pytest.mark.slow
def test_after_a_worker_was_killed_a_new_one_plays() -> None:
    async def work() -> list:
        first = await whatif.played(abs, -1)
        for worker in list(whatif.HANDS.hire()._processes.values()):
            worker.kill()
            worker.join()
        with contextlib.suppress(BrokenProcessPool):  # noticed when the next piece is handed over
            await whatif.played(abs, -2)
        return [first, await whatif.played(abs, -2)]

    try:
        assert asyncio.run(work()) == [1, 2]
    finally:
        whatif.HANDS.dismiss(at_once=True)
    assert whatif.HANDS.pool is None


def test_what_was_played_is_not_played_again(monkeypatch: pytest.MonkeyPatch) -> None:
    piece = (abs, (-3,))
    known: Future[int] = Future()
    known.set_result(33)
    monkeypatch.setattr(whatif, "PLAYED", {piece: known})
    shares: list[float] = []
    assert asyncio.run(whatif.gathered([piece], shares.append)) == [33]
    assert shares == [0.0, 1.0]
