"""How a result is cited: what made it, and a digest of what was made."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any  # a manifest is plain data of mixed type

from experiments.engine.store import digest, read_manifest
from model.preset.load import ConfigError

TITLE = "cheaptalk: when do words beat intervention?"
AUTHORS = "the cheaptalk founders"
UNKNOWN = "not recorded"


@dataclass(frozen=True)
class Citation:
    """What names a result: the program that made it, what was played, and a digest of its files.

    `key` is the hash of all that was played, `digest` that of the list of the files' checksums.
    """

    result: str
    version: str
    commit: str
    preset: str
    seed: str
    key: str
    digest: str
    command: str

    @property
    def bibtex(self) -> str:
        """The entry for BibTeX; a result has no year of its own, as its bytes hold no date."""
        about = (
            f"Result {self.result} of preset {self.preset}, seed {self.seed}; made by "
            f"{self.command}; commit {self.commit}; key {self.key}; SHA-256 of the list of its "
            f"files' checksums {self.digest}"
        )
        fields = {
            "author": f"{{{AUTHORS}}}",
            "title": f"{{{TITLE}}}",
            "version": self.version,
            "note": escaped(about),
        }
        lines = [f"  {name} = {{{value}}}," for name, value in fields.items()]
        return "\n".join([f"@misc{{cheaptalk-{self.key[:8]},", *lines, "}"])


def escaped(text: str) -> str:
    r"""Words with the signs that TeX reads as orders written out.

    >>> escaped("twelve_days & 5%")
    'twelve\\_days \\& 5\\%'
    """
    signs = {"\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}"}
    signs |= {each: f"\\{each}" for each in "&%$#_{}"}
    return "".join(signs.get(each, each) for each in text)


def citation(folder: Path) -> Citation:
    """The citation of a complete result folder. Raises ConfigError."""
    known: Any = read_manifest(folder)
    listed = folder / "checksums.json"
    if not listed.is_file():
        raise ConfigError(f"{folder}: found no checksums.json; valid: a folder that is complete")
    settings, config, versions = (
        each if isinstance(each := known.get(name), dict) else {}
        for name in ("settings", "config", "versions")
    )
    return Citation(
        result=folder.resolve().name,
        version=str(versions.get("cheaptalk", UNKNOWN)),
        commit=str(known.get("commit") or UNKNOWN),
        preset=str(config.get("preset", UNKNOWN)),
        seed=str(settings.get("seed", UNKNOWN)),
        key=known["key"],
        digest=digest(listed.read_bytes()),
        command=known["command"],
    )
