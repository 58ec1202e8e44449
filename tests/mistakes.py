"""The 25 likeliest mistakes in a preset or profile, made in a copy of `twelve-days`.

`scripts/profiles` puts what the program says to each into docs/PROFILES.md.
"""

import json
import re
from dataclasses import dataclass, field
from pathlib import Path

from model.preset.load import PRESETS, PROFILES, Change, ConfigError, load

PRESET, RUSSIA = "my_preset.toml", "profiles/russia.toml"


@dataclass(frozen=True)
class Mistake:
    """What the user did wrong: a line of a file replaced, or an option."""

    what: str
    file: str = ""
    right: str = ""
    wrong: str | bytes = ""
    changes: dict[str, Change] = field(default_factory=dict)

    @property
    def written(self) -> str:
        """The mistake as the user wrote it."""
        text = self.wrong if isinstance(self.wrong, str) else self.wrong.decode("latin-1")
        lines = text.strip().splitlines()
        lines += [f"--set {key}={json.dumps(value)}" for key, value in self.changes.items()]
        return " ⏎ ".join(lines) or f"no `{self.right.strip()}`"


MISTAKES = [
    Mistake("a key misspelt", RUSSIA, "access = 0.35", "acess = 0.35"),
    Mistake("a weight misspelt", changes={"russia.weights.audiance": 0.8}),
    Mistake("a key in the wrong table", RUSSIA, "[posture]", "[posture]\naudience = 0.8"),
    Mistake("a state's key without the state", changes={"weights.audience": 0.8}),
    Mistake("dollars for billions of dollars", RUSSIA, "money = 84.0", "money = 84e9"),
    Mistake("troops for thousands of troops", RUSSIA, "forces = 1500.0", "forces = 1500000.0"),
    Mistake("percent for a share", RUSSIA, "access = 0.35", "access = 35.0"),
    Mistake("a tie beyond 1", RUSSIA, "iran = 0.5\n", "iran = 1.5\n"),
    Mistake("a word for a number", RUSSIA, "access = 0.35", 'access = "far"'),
    Mistake("a decimal comma", RUSSIA, "access = 0.35", "access = 0,35"),
    Mistake("more tied down than there is", RUSSIA, "money_tied = 74.0", "money_tied = 94.0"),
    Mistake("a treaty with nobody", RUSSIA, 'partner = "iran"', 'partner = "irann"'),
    Mistake(
        "a treaty with a state that does not play", RUSSIA, 'partner = "iran"', 'partner = "gulf"',
        {"players": ["russia", "iran", "israel", "united_states", "china"]},
    ),
    Mistake("an unknown clause", RUSSIA, 'clause = "neutrality"', 'clause = "neutral"'),
    Mistake("a date in quotes", RUSSIA, "signed = 2025-01-17", 'signed = "17 January 2025"'),
    Mistake("a day that there is not", RUSSIA, "in_force = 2025-10-02", "in_force = 2025-10-32"),
    Mistake("a key given twice", RUSSIA, "money_tied = 74.0", "money_tied = 74.0\nmoney = 90.0"),
    Mistake("a quotation mark forgotten", RUSSIA, 'label = "Russia"', 'label = "Russia'),
    Mistake("the label forgotten", RUSSIA, 'label = "Russia"', ""),
    Mistake("a tie to a misspelt state", RUSSIA, "israel = 0.35", "isreal = 0.35"),
    Mistake("a player misspelt", PRESET, '"russia", "iran", "israel"', '"rusia", "iran", "israel"'),
    Mistake("a target that does not play", PRESET, 'target = "iran"', 'target = "syria"'),
    Mistake("a menu without any action", RUSSIA, "[means]", 'menu = ["campaign"]\n[means]'),
    Mistake("a scripted attack without its day", PRESET, "attack_day = 2025-06-13", ""),
    Mistake(
        "a file that is not saved as UTF-8", RUSSIA, 'label = "Russia"',
        'label = "Rußland"'.encode("latin-1"),
    ),
]  # fmt: skip


def copied(folder: Path) -> Path:
    """A copy of the preset and its profiles that may be spoiled; returns the preset's file."""
    (folder / "profiles").mkdir(parents=True, exist_ok=True)
    for path in PROFILES.glob("*.toml"):
        (folder / "profiles" / path.name).write_bytes(path.read_bytes())
    text = (PRESETS / "twelve-days.toml").read_text("utf-8").replace('timeline = "timeline', '# "')
    text = text.replace('target = "iran"', 'target = "iran"\nprofiles = "profiles"', 1)
    (folder / PRESET).write_text(text, "utf-8")
    return folder / PRESET


def messages(mistake: Mistake, folder: Path) -> list[str]:
    """What the program says to a mistake, with file names as in the folder."""
    preset = copied(folder)
    if mistake.file:
        path = folder / mistake.file
        data, right = path.read_bytes(), mistake.right.encode()
        assert right in data, f"{mistake.right} is not in {mistake.file}"
        wrong = mistake.wrong if isinstance(mistake.wrong, bytes) else mistake.wrong.encode()
        path.write_bytes(data.replace(right, wrong, 1))
    try:
        load(str(preset), mistake.changes)
    except ConfigError as error:
        return str(error).replace(f"{folder}/", "").splitlines()
    return []


def table(folder: Path) -> str:
    """The table of docs/PROFILES.md: a mistake, how it was written, what the program says."""
    rows = [
        f"| {number} | {each.what} | {_code(each.written)} "
        f"| {'<br>'.join(_code(line) for line in messages(each, folder))} |\n"
        for number, each in enumerate(MISTAKES, 1)
    ]
    return "| | mistake | as written | message |\n|---|---|---|---|\n" + "".join(rows)


def _code(text: str) -> str:
    """A piece of code in a table."""
    text = re.sub(r"\s+", " ", text).replace("|", "\\|")
    return text if text.startswith("no `") else f"`{text}`"
