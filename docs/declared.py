"""The reference pages of the site, made from declarations and docstrings when it is built."""

from collections.abc import Callable, Iterable, Mapping, Sequence

import agents
import experiments
import model
from agents.payoffs import TERMS
from agents.strategies import STRATEGIES
from experiments.engine.words import markdown
from model.measures import MEASURES
from model.parameters import SECTIONS, STATE_SECTIONS, Action, Pairs
from model.preset.load import ladder_entries
from model.quantities import declarations


def commands() -> str:
    """Every command with its options, from the command line itself."""
    options = "   :prog: cheaptalk\n   :nested: full"
    return f"```{{eval-rst}}\n.. click:: experiments.__main__:main\n{options}\n```"


def parameters() -> str:
    """Every declared figure, section by section."""
    text = ["## Of the crisis", *(section(name, kind) for name, kind in SECTIONS.items())]
    text += ["## Of a state", "Each key begins with the state: `russia.means.money`."]
    text += [section(name, kind) for name, kind in STATE_SECTIONS.items()]
    text += ["### Toward each other state", "As `russia.ties.israel`.", figures(Pairs)]
    return "\n\n".join(text)


def section(name: str, kind: type) -> str:
    """A section of declared figures: what it is about, and a row each."""
    return f"### `{name}`\n\n{first(kind)}\n\n{figures(kind)}"


def figures(kind: type) -> str:
    """A row for each declared figure."""
    heads = ("key", "meaning", "unit", "default", "range", "source")
    return table(
        heads,
        (
            (f"`{key}`", each["meaning"], each["unit"], f"{each['default']:g}",
             f"{each['low']:g} to {each['high']:g}", each["source"])
            for key, each in declarations(kind).items()
        ),
    )  # fmt: skip


def terms() -> str:
    """Payoff terms, decision rules, measures and actions, as declared."""
    actions = (
        (f"`{name}`", each.role, each.meaning,
         ", ".join(f"{key} {getattr(each, key):g}"
                   for key in declarations(Action) if getattr(each, key)))
        for name, each in ladder_entries().items()
    )  # fmt: skip
    weights = (
        (f"`{key}`", each.meaning, f"{each.default:g}", f"{each.low:g} to {each.high:g}",
         each.source)
        for key, each in TERMS.items()
    )  # fmt: skip
    rules = ((f"`{key}`", first(each)) for key, each in STRATEGIES.items())
    measures = ((f"`{key}`", first(each.rule), each.unit) for key, each in MEASURES.items())
    return "\n\n".join(
        [
            "## Payoff terms",
            table(("term", "meaning", "default weight", "range", "source"), weights),
            "## Decision rules",
            table(("rule", "how it chooses"), rules),
            "## Measures",
            table(("measure", "meaning", "unit"), measures),
            "## Actions",
            table(("action", "role", "meaning", "figures that are not 0"), actions),
            "What these figures mean:",
            figures(Action),
        ]
    )


def python() -> str:
    """The names that are promised to Python users, with their docstrings."""
    text = []
    for package in (model, agents, experiments):
        text.append(f"## `{package.__name__}`\n\n{first(package)}")
        for name in package.__all__:
            promised = getattr(package, name)
            kind = "class" if isinstance(promised, type) else "function"
            place = f"{package.__name__}.{name}"
            text.append(f"```{{eval-rst}}\n.. auto{kind}:: {place}\n```")
    return "\n\n".join(text)


def first(documented: object) -> str:
    """The first paragraph of a docstring."""
    return " ".join((documented.__doc__ or "").split("\n\n")[0].split())


def table(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A table in Markdown as one text."""
    return "\n".join(markdown(heads, rows))


DECLARED: Mapping[str, Callable[[], str]] = {
    "docs/reference/commands": commands,
    "docs/reference/parameters": parameters,
    "docs/reference/terms": terms,
    "docs/reference/python": python,
}
"""What is added to a page of the reference, by the page's name."""
