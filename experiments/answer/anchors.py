"""Plausible values of a new crisis's figures, from tables that the user has.

Two tables are read: capabilities by country and year (columns `cow_abb` and `year`; of `milex` in
thousand USD, `milper` in thousands, `cinc`, `gdp_current_usd`, `nuclear` what is there) and
affinity by pair and year (`abb1`, `abb2`, `year`; of `agree`, `trade_musd`, `mindist_km`,
`rivalry`, `atop_*`). An anchor is a value of the latest year that has one; it is no judgement.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from model.preset.load import ConfigError, shown
from model.preset.tables import Row, Table, missing, read_table

CLAUSES = {
    "atop_defense": "defence",
    "atop_offense": "offensive",
    "atop_neutral": "neutrality",
    "atop_nonagg": "non-aggression",
    "atop_consul": "consultation",
}
"""Columns of the Alliance Treaty Obligations and Provisions data, and the clauses they tell of."""


@dataclass(frozen=True)
class Anchor:
    """A value from a table, and where it stands there."""

    value: float
    source: str


@dataclass(frozen=True)
class Tables:
    """The user's tables and the code by which they know each state."""

    codes: Mapping[str, str]
    capabilities: Table | None = None
    affinity: Table | None = None

    def of_a_state(self, state: str) -> dict[str, Anchor]:
        """Anchors by the key within the state's profile."""
        if self.capabilities is None or state not in self.codes:
            return {}
        code = self.codes[state]
        rows = [each for each in self.capabilities.rows if each.cells["cow_abb"] == code]
        found = {}
        for key, column, share in (
            ("means.money", "milex", 1e-6),
            ("means.forces", "milper", 1.0),
            ("posture.nuclear", "nuclear", 1.0),
        ):
            anchor = self.latest(self.capabilities, rows, column, share, code)
            if anchor is not None:
                found[key] = anchor
        return found

    def remarks(self, state: str) -> list[str]:
        """What the capabilities say besides: share of the world's capabilities, and GDP."""
        if self.capabilities is None or state not in self.codes:
            return []
        code = self.codes[state]
        rows = [each for each in self.capabilities.rows if each.cells["cow_abb"] == code]
        told = []
        for column, share, words in (
            ("cinc", 100.0, "{:.2g} % of the world's material capabilities"),
            ("gdp_current_usd", 1e-9, "GDP of USD bn {:.0f}"),
        ):
            anchor = self.latest(self.capabilities, rows, column, share, code)
            if anchor is not None:
                told.append(f"{words.format(anchor.value)} ({anchor.source})")
        return told

    def of_a_pair(self, state: str, other: str) -> dict[str, Anchor]:
        """A tie from agreement in UN votes, $2 agree - 1$, and trade in USD bn a year."""
        rows, pair = self._between(state, other)
        if self.affinity is None or not rows:
            return {}
        found = {}
        agree = self.latest(self.affinity, rows, "agree", 1.0, pair)
        trade = self.latest(self.affinity, rows, "trade_musd", 1e-3, pair)
        if agree is not None:
            tie = round(2 * agree.value - 1, 2)
            found["tie"] = Anchor(tie, f"2 x {agree.value:.2f} - 1, {agree.source}")
        if trade is not None:
            found["trade"] = trade
        return found

    def pacts(self, state: str, other: str) -> list[str]:
        """The clauses that ATOP has between two states in the latest year."""
        rows, _ = self._between(state, other)
        last = max(rows, key=_year, default=None)
        if last is None:
            return []
        given = [c for c in CLAUSES if not missing(last.cells.get(c, "")) and _is(last, c)]
        return [f"{CLAUSES[each]} ({each} {_year(last)})" for each in given]

    def _between(self, state: str, other: str) -> tuple[list[Row], str]:
        """The rows of a pair in either order, and its name."""
        codes = {self.codes.get(state, ""), self.codes.get(other, "")}
        if self.affinity is None or "" in codes or len(codes) < 2:
            return [], ""
        rows = [e for e in self.affinity.rows if {e.cells["abb1"], e.cells["abb2"]} == codes]
        return rows, f"{self.codes[state]} and {self.codes[other]}"

    @staticmethod
    def latest(table: Table, rows: list[Row], column: str, share: float, who: str) -> Anchor | None:
        """The value of the latest year that has one, times a share."""
        if column not in table.head:
            return None
        known = [each for each in rows if not missing(each.cells[column])]
        last = max(known, key=_year, default=None)
        if last is None:
            return None
        value = table.number(last, column, -1e18, 1e18)
        table.refuse()
        rounded = float(f"{value * share:.4g}")
        return Anchor(rounded, f"{column} of {who} in {_year(last)}, {table.path.name}")


def _year(row: Row) -> int:
    """The year of a row; 0 where there is none."""
    text = row.cells["year"].strip()
    return int(text) if text.isdecimal() else 0


def _is(row: Row, column: str) -> bool:
    """Whether a cell holds a 1."""
    return row.cells[column].strip() in ("1", "1.0")


def tables(codes: Mapping[str, str], capabilities: Path | None, affinity: Path | None) -> Tables:
    """The tables as read. Raises ConfigError, also for a code that no table has."""
    first = None if capabilities is None else read_table(capabilities, ("cow_abb", "year"))
    second = None if affinity is None else read_table(affinity, ("abb1", "abb2", "year"))
    known = {each.cells["cow_abb"] for each in first.rows} if first else set()
    for each in second.rows if second else ():
        known |= {each.cells["abb1"], each.cells["abb2"]}
    where = " or ".join(shown(path) for path in (capabilities, affinity) if path is not None)
    wrong = [
        f"--country {state}={code}: no such country in {where}; valid: {', '.join(sorted(known))}"
        for state, code in codes.items()
        if where and code not in known
    ]
    if wrong:
        raise ConfigError("\n".join(wrong))
    return Tables(codes, first, second)
