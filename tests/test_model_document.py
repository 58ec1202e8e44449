"""The model document names everything that is declared, and nothing that is not."""

import re

import pytest

from agents.payoffs import TERMS
from agents.strategies import STRATEGIES
from experiments.engine.posterior import COPIES, DRAWS
from experiments.theory.mechanisms import MECHANISMS
from model import alliance_model
from model.alliance_model import AllianceModel
from model.measures import MEASURES
from model.parameters import SECTIONS, STATE_SECTIONS, Action
from model.preset.load import PROFILES, ROOT, Norm, PresetFile, Profile, ladder_entries
from model.quantities import declarations
from model.treaties import REQUIRED

TEXT = (ROOT / "docs" / "MODEL.md").read_text("utf-8")
PROSE = re.sub(r"```.*?```", "", TEXT, flags=re.DOTALL)
QUOTED = set(re.findall(r"`([^`\n]+)`", PROSE))
NORMS = Norm.__args__

PARAMETERS = {
    f"{section}.{name}"
    for section, kind in {**SECTIONS, **STATE_SECTIONS}.items()
    for name in declarations(kind)
}
ROLES = {"all", "patrons", "challenger", "fighting", "hosts"}
OWNERS = ROLES | {path.stem for path in PROFILES.glob("*.toml")}
OF_A_STATE = (
    {"menu", "treaties"}
    | {f"stakes.{other}" for other in ("target", *OWNERS)}
    | {f"weights.{name}" for name in TERMS}
)


def chapter(title: str) -> str:
    """The part of the document under a heading, up to the next one of its level or above."""
    level = re.search(rf"^(#+) [^\n]*{re.escape(title)}", PROSE, re.MULTILINE)
    assert level, f"docs/MODEL.md has no heading '{title}'"
    below = PROSE[level.end() :]
    following = re.search(rf"^#{{1,{len(level[1])}}} ", below, re.MULTILINE)
    return below[: following.start()] if following else below


def first_cells(text: str, heading: str) -> list[str]:
    """The backticked names in the first column of the table whose first heading is this."""
    table = re.search(rf"^\| {heading} \|.*\n\|[-|]+\n((?:\|.*\n)+)", text, re.MULTILINE)
    assert table, f"docs/MODEL.md has no table of '{heading}'"
    return [name for row in table[1].splitlines() for name in re.findall("`(.+?)`", cell(row, 1))]


def cell(row: str, column: int) -> str:
    """A cell of a table's row, counted from 1."""
    return row.split("|")[column]


@pytest.mark.parametrize("key", sorted(PARAMETERS))
def test_every_parameter_is_named(key):
    assert key in QUOTED, f"docs/MODEL.md does not name `{key}`"


def test_no_parameter_is_a_ghost():
    """A quoted `section.field` or `owner.section.field` is declared, file names apart."""
    dotted = {each for each in QUOTED if re.fullmatch(r"[a-z_]+(\.[a-z_]+)+", each)}
    for key in dotted:
        owner, _, rest = key.partition(".")
        known = rest in PARAMETERS | OF_A_STATE if owner in OWNERS else key in PARAMETERS
        assert known, f"docs/MODEL.md names `{key}`, which is not declared"


def test_every_file_named_exists():
    for name in {each for each in QUOTED if re.fullmatch(r"[\w/.*-]+\.(py|toml|md|csv)", each)}:
        assert list(ROOT.glob(name)), f"docs/MODEL.md names {name}, which does not exist"


def test_the_headings_of_terms_are_the_declared_terms():
    assert re.findall(r"^#### `(.+)`$", chapter("7.4 Payoffs"), re.MULTILINE) == list(TERMS)


def test_the_table_of_terms_is_made_from_the_declared_terms():
    """`scripts/readme --terms` makes it again."""
    made = re.search(r"<!-- terms: .*? -->\n(.*)<!-- /terms -->", TEXT, re.DOTALL)
    assert made
    assert made[1].splitlines()[2:] == [
        f"| {each.name} | {each.meaning} | {each.default:g} ({each.low:g} to {each.high:g})"
        f" | {each.source} |"
        for each in TERMS.values()
    ]


@pytest.mark.parametrize(
    ("title", "heading", "declared"),
    [
        ("7.7 Decision rules", "rule", STRATEGIES),
        ("7.12 Realised value", "measure", MEASURES),
        ("### Treaties", "clause", REQUIRED),
        ("7.3 What audiences believe", "norm", NORMS),
        ("### Actions", "attribute", declarations(Action)),
    ],
)
def test_tables_list_what_is_declared_and_nothing_else(title, heading, declared):
    assert first_cells(chapter(title.removeprefix("### ")), heading) == list(declared)


def test_the_answer_that_keeps_a_clause_is_the_declared_one():
    text = chapter("Treaties")
    for clause, required in REQUIRED.items():
        kept = re.search(rf"^\| `{clause}` \|.*\| (.+) \|$", text, re.MULTILINE)
        assert kept
        assert kept[1] == (
            f"an answer of {required:g}" if required else "not aiding the other side"
        )


def test_every_action_stands_on_its_rung():
    text = chapter("Actions")
    for name, entry in ladder_entries().items():
        row = re.search(rf"^\| {entry.rung:g} \|.*$", text, re.MULTILINE)
        assert row
        column = 2 if entry.role == "patron" else 3
        assert name in cell(row[0], column).replace(",", "").split(), name


def test_every_action_that_carries_words_is_named_with_the_action_it_includes():
    includes = {name: entry.includes for name, entry in ladder_entries().items() if entry.includes}
    text = " ".join(chapter("Actions").split())
    assert set(includes.values()) == {"rhetoric"}
    *most, last = includes
    assert f"({', '.join(most)} and {last} include rhetoric)" in text


def test_the_terms_that_add_up_to_realised_value_are_named():
    text = " ".join(chapter("7.12 Realised value").split())
    names = ", ".join(f"`{name}`" for name, term in TERMS.items() if term.realised)
    assert f"a realised term $k$ ({names})" in text


def test_every_purpose_of_draws_is_named(monkeypatch):
    asked = set()
    for name in ("uniforms", "state_uniforms"):
        drawn = getattr(alliance_model, name)

        def noted(seed, purpose, *others, drawn=drawn):
            asked.add(purpose.split()[0])
            return drawn(seed, purpose, *others)

        monkeypatch.setattr(alliance_model, name, noted)
    model = AllianceModel("twelve-days", runs=range(2), changes={"conflict.renewal": 100.0})
    for _ in range(4):
        model.step()
    assert set(first_cells(chapter("7.14 Randomness"), "purpose")) == asked


def test_the_default_precision_is_told():
    default = Profile.model_fields["precision"].default
    assert f"`precision` ({default:g} by default" in " ".join(
        chapter("7.6 The equilibrium").split()
    )


def test_the_size_of_what_history_leaves_open_is_told():
    text = " ".join(chapter("7.13 The duel").split())
    assert f"is made of {DRAWS} draws of all weights and the precision" in text
    assert f"each played with {COPIES} runs" in text


def test_every_realised_term_and_channel_is_called_so():
    text = chapter("7.4 Payoffs")
    for name, term in TERMS.items():
        own = text.split(f"#### `{name}`")[1].split("\n#### ")[0].split("\n\n")[0]
        assert ("realised" in own) == term.realised, name
        assert (f"channel {term.channel}" in own) == (term.channel is not None), name


def test_every_mechanism_stands_with_what_switches_it_off():
    rows = dict(re.findall(r"^\| ([SM]\d+) \|(.*)$", chapter("8 Mechanisms"), re.MULTILINE))
    assert list(rows) == list(MECHANISMS)
    for name, mechanism in MECHANISMS.items():
        off = cell(f"|{rows[name]}", 3)
        assert set(re.findall("`(.+?)`", off)) == set(mechanism.off), name
        for key, value in mechanism.off.items():
            if isinstance(value, float):
                assert f"`{key}` = {value:g}" in off, key


@pytest.mark.parametrize(
    "key", ["ties", "stakes", "pledges", "weights", "precision", "rule", "menu"]
)
def test_keys_of_a_profile_are_named_and_exist(key):
    assert key in QUOTED
    assert key in Profile.model_fields


@pytest.mark.parametrize("key", ["turn_days", "restraint", "norm", "attack_day"])
def test_keys_of_a_preset_are_named_and_exist(key):
    assert key in QUOTED
    assert key in PresetFile.model_fields
