"""Help: commands by their use, an example and its cost, defaults, and where names come from."""

import shlex
from collections.abc import Iterator

import click
import pytest

from experiments.__main__ import main
from experiments.command_line import guide

WITHOUT_JSON = {"view": "it serves a page until it is stopped, and answers nothing"}
WITHOUT_QUIET = {"view": "it shows no progress"}


def commands() -> Iterator[tuple[str, click.Command]]:
    """Every command, and those within `results`, by name."""
    for name, command in main.commands.items():
        if not isinstance(command, click.Group):
            yield name, command
            continue
        for part, each in command.commands.items():
            yield f"{name} {part}", each


ALL = dict(commands())


def context(name: str) -> click.Context:
    return click.Context(ALL[name], info_name=name, parent=click.Context(main, **SETTINGS))


SETTINGS = {key: main.context_settings[key] for key in ("show_default",)}


def test_every_command_stands_in_one_group():
    listed = [name for names in guide.GROUPS.values() for name in names]
    assert sorted(listed) == sorted(main.commands)
    told = main.get_help(click.Context(main, info_name="cheaptalk"))
    for title in guide.GROUPS:
        assert f"\n{title}:\n" in told


@pytest.mark.parametrize("name", ALL)
def test_every_command_prints_json_or_is_excused(name):
    flags = {each.name for each in ALL[name].params}
    assert ("as_json" in flags) == (name not in WITHOUT_JSON)
    assert ("quiet" in flags) == (name not in WITHOUT_QUIET)


@pytest.mark.parametrize("name", ALL)
def test_help_has_an_example_that_parses_and_its_cost(name):
    told = ALL[name].get_help(context(name))
    assert f"  cheaptalk {guide.EXAMPLES[name]}\n" in told
    assert "not measured yet" not in told and "Cost: " in told
    words = shlex.split(guide.EXAMPLES[name])[len(name.split()) :]
    ALL[name].make_context(name, words)


def test_costs_are_those_of_the_examples_as_they_stand():
    found = {name: each["example"] for name, each in guide.measured().items()}
    wanted = {name: each for name, each in guide.EXAMPLES.items() if name not in guide.UNMEASURED}
    assert found == wanted
    assert set(guide.EXAMPLES) == set(ALL) and set(guide.UNMEASURED) < set(ALL)
    assert all(each["seconds"] > 0 and each["commit"] for each in guide.measured().values())


@pytest.mark.parametrize("name", ALL)
def test_help_shows_every_default(name):
    here = context(name)
    for option in (each for each in ALL[name].params if isinstance(each, click.Option)):
        told = option.get_help_record(here)
        assert told is not None
        set_by = option.to_info_dict()["default"]
        if set_by not in (None, "", ()) and not option.is_flag:
            assert f"default: {set_by}" in told[1], option.name


@pytest.mark.parametrize("name", ALL)
def test_help_says_where_names_of_presets_states_and_parameters_come_from(name):
    told = " ".join(ALL[name].get_help(context(name)).split())
    own = {each.name for each in ALL[name].params}
    assert ("PRESET is a name that `cheaptalk list` shows" in told) == ("preset" in own)
    if own & (guide.STATES | guide.KEYS):
        assert "`cheaptalk list PRESET`" in told
