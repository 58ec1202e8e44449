"""A crisis of one's own from the command line: begun by options or answers, and checked."""

import json

from click.testing import CliRunner

from experiments.__main__ import main

OPTIONS = (
    "--target", "taiwan", "--challenger", "china", "--start", "2027-04-01", "--until", "2027-06-30",
)  # fmt: skip


def cheaptalk(*words, answers=""):
    return CliRunner().invoke(main, [str(each) for each in words], input=answers)


def test_what_is_not_given_is_asked_for(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    answers = "taiwan\nchina\n2027-04-01\n2027-06-30\nunited_states, japan\n"
    told = cheaptalk("new", "mine", answers=answers)
    assert told.exit_code == 0, told.output
    assert "cheaptalk check mine/mine.toml" in told.stderr
    names = {path.stem for path in (tmp_path / "mine" / "states").iterdir()}
    assert names == {"taiwan", "china", "united_states", "japan"}


def test_check_tells_sides_what_is_open_and_defaults(tmp_path):
    begun = cheaptalk("new", "mine", *OPTIONS, "--patron", "japan", "--out", tmp_path)
    assert begun.exit_code == 0, begun.output
    told = cheaptalk("check", tmp_path / "mine.toml")
    assert told.exit_code == 0, told.output
    for part in (
        "Japan   ", "on the side of Taiwan by default", "japan.means.money ", "conflict 29 of 29",
        "programme   off",
    ):  # fmt: skip
        assert part in told.stdout
    moved = cheaptalk("check", tmp_path / "mine.toml", "--set", "japan.ties.taiwan=0.5", "--json")
    (side,) = json.loads(moved.stdout)["sides"]
    assert (side["protege"], side["by_default"]) == ("taiwan", False)


def test_a_country_of_no_player_is_refused_and_nothing_written(tmp_path):
    words = ("new", "mine", *OPTIONS, "--patron", "japan", "--country", "korea=ROK")
    told = cheaptalk(*words, "--out", tmp_path / "out")
    assert told.exit_code == 2
    assert told.stderr.startswith("--country korea=ROK: valid: STATE=CODE")
    assert not (tmp_path / "out").exists()
