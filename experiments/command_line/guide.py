"""What help says besides options: which commands belong together, an example each, what it costs.

`scripts/costs` runs the examples and writes what they took to `costs.json`.
"""

import json
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

import click

GROUPS: Mapping[str, tuple[str, ...]] = {
    "Ask a crisis": ("run", "explain", "duel", "tweak", "flip", "view"),
    "A crisis of your own": ("new", "check", "list", "show", "table", "schema"),
    "Experiments": (
        "phase", "sweep", "sensitivity", "discover", "compare", "experiment", "resume", "results",
    ),
    "The model against theory": ("ablate", "robustness", "tournament", "validate", "statics"),
    "The model against history": (
        "calibrate", "backtest", "bands", "horizons", "evidence", "cases", "icb", "third-parties",
        "invocations", "signals",
    ),
    "Forecasts": ("forecast", "score"),
    "Other programs, other machines": ("game", "bench"),
}  # fmt: skip
"""Commands by what they are used for."""

CASES = "experiments/history/cases_1904_2013.csv"
EXAMPLES: Mapping[str, str] = {
    "run": "run twelve-days --runs 200 --draws 10",
    "explain": "explain twelve-days --state russia",
    "duel": "duel twelve-days --patron russia --runs 200",
    "tweak": "tweak twelve-days --set russia.weights.ties=0",
    "flip": "flip twelve-days --state russia --key russia.means.money --runs 20",
    "view": "view twelve-days",
    "new": "new strait-crisis --target taiwan --challenger china --patron united_states "
    "--start 2027-04-01 --until 2027-06-30",
    "check": "check taiwan",
    "list": "list twelve-days",
    "show": "show twelve-days russia.means",
    "table": "table twelve-days --out states.csv",
    "schema": "schema twelve-days --out schemas",
    "phase": "phase twelve-days --x russia.means.money=84:1500:9 "
    "--y russia.posture.access=0.05:1:9 --runs 50",
    "sweep": "sweep twelve-days --x russia.ties.israel=0:0.48:7 --runs 100",
    "sensitivity": "sensitivity twelve-days --x russia.ties.israel=0:0.48 "
    "--x russia.stakes.iran=0:1 --base 16",
    "discover": "discover twelve-days --x russia.ties.israel=0:0.48 "
    "--x russia.stakes.iran=0:1 --points 100",
    "compare": "compare twelve-days --second russia.ties.israel=0 --runs 100",
    "experiment": "experiment sweep-ties --runs 20",
    "resume": "resume results/FOLDER",
    "results list": "results list results",
    "results show": "results show results/FOLDER",
    "results verify": "results verify results/FOLDER",
    "results compare": "results compare results/ONE results/OTHER",
    "results cite": "results cite results/FOLDER",
    "results csv": "results csv results/FOLDER",
    "ablate": "ablate twelve-days --runs 20",
    "robustness": "robustness twelve-days --runs 20",
    "tournament": "tournament --norm standing",
    "validate": "validate --target T4",
    "statics": "statics",
    "calibrate": f"calibrate --cases {CASES} --starts 1 --out fitted.toml",
    "backtest": f"backtest --cases {CASES} --train-before 1990",
    "bands": "bands twelve-days --runs 200",
    "horizons": "horizons twelve-days --runs 20",
    "evidence": f"evidence --cases {CASES}",
    "cases": f"cases {CASES}",
    "icb": "icb icb2v16.csv",
    "third-parties": "third-parties pairs.csv --train-before 1984",
    "invocations": "invocations wars.csv",
    "signals": "signals signals.csv",
    "forecast": "forecast twelve-days --until 2025-06-20 --runs 200",
    "score": "score forecast.json outcomes.csv",
    "game": "game twelve-days --turn 3 --out game.nfg",
    "bench": "bench --rounds 1",
}
"""An example of each command, as it is typed after `cheaptalk`."""

READS, YOURS = "it reads and plays nothing", "not measured: it reads a file of your own"
UNMEASURED: Mapping[str, str] = {
    "view": "none of its own: it plays what is asked for in the page, until Ctrl-C",
    "resume": "what was left to play when the experiment was interrupted",
    **{f"results {name}": READS for name in ("list", "show", "verify", "compare", "cite", "csv")},
    **dict.fromkeys(("icb", "third-parties", "invocations", "signals"), YOURS),
    "score": READS,
    "bench": "not measured: it measures itself",
}
"""What is said of the cost of examples that are not run."""

STATES = {"state", "states", "patron", "patrons"}
KEYS = {"settings", "changes", "key", "x", "y", "xs", "first", "second"}
"""Parameters of commands that take a state's name, or the key of a figure."""


@cache
def measured() -> dict[str, dict[str, object]]:
    """What the examples took, by command."""
    text = Path(__file__).with_name("costs.json").read_text("utf-8")
    found: dict[str, dict[str, object]] = json.loads(text)
    return found


def epilog(name: str, command: click.Command) -> str:
    """What stands below a command's options: names, an example, and what it took."""
    parts = [*names(command), f"\b\nExample:\n  cheaptalk {EXAMPLES[name]}", f"Cost: {cost(name)}."]
    return "\n\n".join(parts)


def names(command: click.Command) -> Iterator[str]:
    """Where the names come from that a command takes."""
    own = {str(each.name) for each in command.params}
    known = [word for word, of in (("states", STATES), ("keys", KEYS)) if own & of]
    if "preset" in own:
        yield "PRESET is a name that `cheaptalk list` shows, or the path of a file of your own."
    if known:
        kinds = " and ".join(known)
        yield f"Names of {kinds}, with units, ranges and defaults: `cheaptalk list PRESET`."


def cost(name: str) -> str:
    """What a command's example took, and when and at which commit that was measured."""
    if name in UNMEASURED:
        return UNMEASURED[name]
    found = measured().get(name)
    if found is None:
        return "not measured yet"
    return (
        f"{found['seconds']:g} s of processor time for this example ({found['day']}, commit "
        f"{found['commit']}, measured by scripts/costs)"
    )
