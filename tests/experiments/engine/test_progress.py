"""Progress: one meter for ensembles and experiments, on standard error."""

import io
import re
import sys

import pytest

from experiments.engine import progress
from experiments.engine.progress import Meter


class Terminal(io.StringIO):
    """Standard error of somebody who looks on."""

    def isatty(self) -> bool:
        return True


def test_runs_that_are_known_count_as_done_and_not_in_the_rate(capsys, monkeypatch):
    clock = iter([0.0, 10.0, 10.0, 10.0, 10.0])
    monkeypatch.setattr(progress, "monotonic", lambda: next(clock))
    with Meter(policies=3) as meter:
        meter.expect(1500, known=500)
        meter.block(400)
    first, last = capsys.readouterr().err.splitlines()
    so_far = "900 of 1,500 runs, 500 of them known already, 120 runs/s under 3 policies"
    assert (first, last) == (f"{so_far}, 15 s left", f"{so_far}, 10.0 s in all")


def test_plain_lines_keep_a_pause(capsys):
    with Meter() as meter:
        meter.expect(300)
        for _ in range(300):
            meter.block(1)
    (line,) = capsys.readouterr().err.splitlines()
    assert re.fullmatch(r"300 of 300 runs, [\d,]+ runs/s, 0\.\d s in all", line)


def test_a_quiet_meter_says_nothing(capsys):
    with Meter(quiet=True) as meter:
        meter.expect(1)
        meter.block(1)
    assert capsys.readouterr().err == ""


def test_an_error_is_not_followed_by_a_count(capsys):
    with pytest.raises(ValueError, match="wrong"), Meter() as meter:
        meter.expect(1)
        raise ValueError("wrong")
    assert capsys.readouterr().err == ""


def test_on_a_terminal_a_bar_shows_the_same_words(monkeypatch):
    monkeypatch.setattr(sys, "stderr", Terminal())
    monkeypatch.setenv("COLUMNS", "120")
    with Meter() as meter:
        meter.expect(40)
        meter.block(30)
        meter.bar.refresh()
        assert "30 of 40 runs" in sys.stderr.getvalue()
        assert "\N{BOX DRAWINGS HEAVY HORIZONTAL}" in sys.stderr.getvalue()
        meter.block(10)
    assert "40 of 40 runs" in sys.stderr.getvalue().splitlines()[-1]


def shown_of(monkeypatch, patience: float, pause: float = 0.0) -> str:
    """What a terminal got of three parts, each with a count of its own within."""
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setenv("COLUMNS", "120")
    monkeypatch.setattr(progress, "PATIENCE", patience)
    with progress.working("ablate"):
        (shown,) = progress._now
        for _ in progress.counted(range(3), range(3)):
            list(progress.counted(range(7), range(7)))
            shown.timer.join(pause)
            if shown.bar is not None:
                shown.bar.refresh()
    assert progress._now == []
    return terminal.getvalue()


def test_what_is_at_work_says_on_a_terminal_how_much_is_done(monkeypatch):
    told = shown_of(monkeypatch, patience=0.0, pause=30.0)
    assert "ablate: 1 of 3" in told and "ablate: 3 of 3" in told and "of 7" not in told


def test_what_ends_soon_says_nothing(monkeypatch):
    assert shown_of(monkeypatch, patience=30.0) == ""


def test_nothing_is_shown_elsewhere_or_if_it_is_not_wanted(capsys, monkeypatch):
    with progress.working("ablate"):
        assert list(progress.counted(iter("ab"), "ab")) == ["a", "b"] and progress._now == []
    monkeypatch.setattr(sys, "stderr", Terminal())
    with progress.working("ablate", quiet=True):
        assert progress._now == []
    assert capsys.readouterr().err == ""


def test_an_error_takes_the_line_away(monkeypatch):
    monkeypatch.setattr(sys, "stderr", Terminal())
    with pytest.raises(ValueError, match="wrong"), progress.working("ablate"):
        raise ValueError("wrong")
    assert progress._now == []
