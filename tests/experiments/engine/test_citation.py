"""How a result is cited, and how cheaptalk is."""

import json
import re
from importlib.metadata import metadata

from experiments.engine.citation import AUTHORS, TITLE, UNKNOWN, citation
from experiments.engine.manifest import manifest
from experiments.engine.store import Folder, digest, read_manifest
from model.preset.load import ROOT, load
from tests.experiments.command_line.test_experiment_commands import cheaptalk, done

DUEL = ROOT / "results" / "duel-june-2025"


def test_a_citation_names_version_preset_seed_key_and_the_digest_of_what_was_written():
    told, known = done("results", "cite", DUEL).stdout, read_manifest(DUEL)
    assert told.startswith("@misc{cheaptalk-") and told.rstrip().endswith("}")
    assert told.count("{") - told.count("\\{") == told.count("}") - told.count("\\}")
    checked = digest((DUEL / "checksums.json").read_bytes())
    for part in ("version = {0.1.0}", "preset twelve-days", "seed 0", known["key"], checked):
        assert part in told
    data = json.loads(done("results", "cite", DUEL, "--json").stdout)
    assert data["key"] == known["key"] and data["bibtex"] == told.rstrip()


def test_a_new_result_names_its_commit_and_an_older_one_says_that_it_does_not(tmp_path):
    folder = Folder(tmp_path / "new")
    folder.write_json("manifest.json", manifest(load("twelve-days"), {"seed": 4}, ["cheaptalk"]))
    folder.write_json("checksums.json", {})
    found = citation(folder.path)
    expected = "[0-9a-f]{40}(-dirty)?" if (ROOT / ".git").exists() else UNKNOWN
    assert re.fullmatch(expected, found.commit) and found.seed == "4"
    old = tmp_path / "old"
    old.mkdir()
    plain = {name: each for name, each in read_manifest(DUEL).items() if name != "commit"}
    (old / "manifest.json").write_text(json.dumps(plain), "utf-8")
    (old / "checksums.json").write_bytes((DUEL / "checksums.json").read_bytes())
    assert citation(old).commit == UNKNOWN


def test_what_is_not_complete_is_not_cited(tmp_path):
    (tmp_path / "manifest.json").write_bytes((DUEL / "manifest.json").read_bytes())
    told = cheaptalk("results", "cite", tmp_path)
    assert told.exit_code == 2 and "found no checksums.json" in told.stderr


def test_the_citation_file_agrees_with_the_package_and_with_citations_of_results():
    given = dict(
        re.findall(r"^(\w[\w-]*): (.+)$", (ROOT / "CITATION.cff").read_text("utf-8"), re.M)
    )
    package = metadata("cheaptalk")
    assert given["cff-version"] == "1.2.0" and given["type"] == "software"
    assert given["title"].strip('"') == TITLE
    assert given["version"] == package["Version"]
    assert given["license"] == (package["License-Expression"] or package["License"])
    assert f'- name: "{AUTHORS}"' in (ROOT / "CITATION.cff").read_text("utf-8")
