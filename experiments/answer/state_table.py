"""Figures of a preset as a table for a spreadsheet, which can be laid over it again."""

import csv
import io
import json
from collections.abc import Iterator

from model.preset.catalogue import catalogue
from model.preset.preset import Preset
from model.preset.state_table import ABOUT, CRISIS, KEY


def rows(preset: Preset) -> Iterator[dict[str, object]]:
    """A row for each figure: its key, what it is, and its value for each state that gives one.

    Where nobody gives a value the cell is empty, and the default acts. Treaties have days, and
    stay in TOML.
    """
    states = [CRISIS, *preset.profiles]
    found: dict[str, dict[str, object]] = {}
    for each in catalogue(preset):
        if each.table == "treaties":
            continue
        column = each.owner or CRISIS
        key = each.key.removeprefix(f"{each.owner}.")
        about = {name: getattr(each, name) for name in ABOUT}
        if column != CRISIS:
            about["meaning"] = about["meaning"].replace(f" of {column} toward", " toward")
        row = found.setdefault(key, {KEY: key, **about, **dict.fromkeys(states, None)})
        if preset.origins(each.key):
            row[column] = each.value
    yield from found.values()


def as_csv(preset: Preset) -> str:
    """The figures of a preset as CSV, for a spreadsheet."""
    text = io.StringIO()
    head = [KEY, *ABOUT, CRISIS, *preset.profiles]
    table = csv.DictWriter(text, head, lineterminator="\n")
    table.writeheader()
    table.writerows(rows(preset))
    return text.getvalue()


def as_json(preset: Preset) -> str:
    """The rows as a JSON list."""
    return json.dumps(list(rows(preset)), indent=1)
