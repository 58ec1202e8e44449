"""Words beside deeds: what patrons said in years with and without deeds, against the model.

Reads protege-years of great-power signals (McManus & Nieman 2019). They are levels of ordinary
years, not acts in a crisis; compared is how often words stand beside each kind of deed.
"""

import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from experiments.engine import estimates
from experiments.engine.words import aligned
from experiments.history.cases import RUNGS, games_of, read_cases, world_of
from experiments.history.fitting import CODED
from experiments.history.likelihood import DEFAULTS, probabilities
from experiments.history.scoring import interval
from model.parameters import Beliefs
from model.preset.load import ConfigError, ladder_entries
from model.preset.tables import read_table

COLUMNS = ("ccode", "year", "us_words", "us_econaid", "us_arms", "us_troops")
DEEDS = ("nothing", "aid alone", "arms", "troops")
ACTIONS = {"aid alone": ("economic",), "arms": ("arms",), "troops": ("force",)}
SILENT, WORDS = ("silence",), ("rhetoric", "mediation")


def observed(path: Path, before: int | None = None) -> dict[str, dict[str, float]]:
    """How often US words stand beside each deed, with an interval by protege."""
    table = read_table(path, COLUMNS)
    rows = np.array(
        [[table.number(row, each, -1e12, 1e12) for each in COLUMNS] for row in table.rows]
    )
    table.refuse()
    rows = rows[rows[:, 1] < (before or np.inf)] if len(rows) else rows
    if not len(rows):
        raise ConfigError(f"{path}: no protege-year found; valid: one a row")
    country, _, words, aid, arms, troops = rows.T
    deed = np.select([troops > 0, arms > 0, aid > 0], [3, 2, 1], 0)
    found = {}
    for place, name in enumerate(DEEDS):
        chosen = deed == place
        if not chosen.any():
            continue
        said = interval((words[chosen] > 0).astype(float), country[chosen])
        share = estimates.of_share(float(chosen.mean()), len(rows))
        found[name] = {
            "rows": int(chosen.sum()),
            "share": share.mean,
            "words": said.mean,
            "low": said.low,
            "high": said.high,
        }
    return found


def modelled() -> dict[str, float]:
    """The model's chance of words beside each deed, over the coded crises at the defaults.

    A deed whose action includes words carries them with `beliefs.spoken`; without a deed words are
    chosen or not.
    """
    cases = read_cases(CODED)
    likely = probabilities(games_of(world_of(cases)), np.log(DEFAULTS)).mean(0)
    chance = dict(zip(RUNGS, likely.tolist(), strict=True))
    quiet, spoken = (sum(chance[each] for each in part) for part in (SILENT, WORDS))
    entries, carried = ladder_entries(), float(Beliefs().spoken)
    found = {"nothing": spoken / (quiet + spoken)}
    for deed, actions in ACTIONS.items():
        whole = sum(chance[each] for each in actions)
        found[deed] = sum(chance[a] * carried * bool(entries[a].includes) for a in actions) / whole
    return found


def compared(path: Path, before: int | None = None) -> dict[str, object]:
    """What was seen and what the model says, deed by deed."""
    seen, said = observed(path, before), modelled()
    return {name: {**row, "model": said[name]} for name, row in seen.items()}


def as_json(found: Mapping[str, object]) -> str:
    """The comparison as one JSON object."""
    return json.dumps(found, indent=1)


def in_words(found: Mapping[str, object]) -> str:
    """Words beside each deed: history with its interval by protege, and the model."""
    told = []
    for name, row in found.items():
        assert isinstance(row, dict)
        ends = f"[{row['low']:.2f}, {row['high']:.2f}]"
        told.append((name, row["rows"], row["words"], ends, row["model"]))
    heads = ("deed of the year", "years", "words", "95 % interval", "P(words) of the model")
    return "\n".join(aligned(("<18", ">7", ">7.2f", "  <14", ">22.2f"), told, heads))
