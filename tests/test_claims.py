"""The essay's claims each stand beside figures that are those of the project as it is."""

import re
from collections import Counter

import pytest

from experiments.theory.mechanisms import MECHANISMS
from model.preset.load import load
from scripts.claimed import CLAIMS, figures
from tests.test_documents import ROOT

PAGE = (ROOT / "docs" / "CLAIMS.md").read_text("utf-8")
SECTIONS = dict(re.findall(r"^## (S\d+)\. (.*?)(?=^## |\Z)", PAGE, re.DOTALL | re.MULTILINE))
FOUND = ("holds", "holds in part", "does not hold", "cannot be told", "built in, without effect")


def test_every_claim_has_its_section_in_order():
    essay = [name for name in MECHANISMS if name.startswith("S")]
    assert list(SECTIONS) == list(CLAIMS) == essay


@pytest.mark.parametrize("claim", CLAIMS)
def test_a_claim_stands_with_what_is_found_and_with_a_command(claim):
    text = SECTIONS[claim]
    (found,) = re.findall(r"^\*\*Found: ([^.]*)\.\*\*", text, re.MULTILINE)
    assert found in FOUND
    assert re.search(r"^```sh\ncheaptalk ", text, re.MULTILINE)


@pytest.mark.parametrize("claim", CLAIMS)
def test_the_figures_of_a_claim_are_those_of_the_preset(claim):
    """`scripts/claims` makes them again, and what the mechanism adds."""
    made = re.search(rf"<!-- {claim}: made by .*? -->\n(.*?)<!-- /{claim} -->", PAGE, re.DOTALL)
    assert made
    assert made[1].startswith(figures(claim, load("twelve-days")))


def test_the_claims_are_counted_as_they_are_found():
    counts = Counter(re.findall(r"^\*\*Found: ([^.]*)\.\*\*", PAGE, re.MULTILINE))
    text = " ".join(PAGE.split())
    assert (
        f"{counts['holds']} of the 21 hold, {counts['holds in part']} hold in part,"
        f" {counts['does not hold']} do not, {counts['built in, without effect']} is built in"
        f" without effect, and {counts['cannot be told']} cannot be told"
    ) in text


def test_the_page_says_when_and_from_what_its_figures_were_made():
    assert re.search(r"^Made on \d{4}-\d\d-\d\d at commit \w{7,} by `scripts/claims`", PAGE, re.M)
