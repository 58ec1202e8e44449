"""Loads a user's own payoff terms from Python files with functions under @term."""

import os
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from types import ModuleType

import numpy as np

from agents.payoffs import Term, declaring
from model.game.stage_game import CHANNELS, NOTHING, Affine, Expected
from model.preset.files import Files
from model.preset.first_world import first_world
from model.preset.layers import Origin
from model.preset.preset import Preset
from model.preset.schemas import BUILT_IN
from model.preset.toml import LARGEST, ConfigError, contents, shown, told
from model.world import Array, World


@dataclass(frozen=True)
class OwnTerm(Term):
    """A term that a user's file declares, with the file and the SHA-256 of its contents.

    It is pickled as its name in that file, which runs again only if it is allowed to.
    """

    file: Path
    digest: str

    def __reduce__(self) -> tuple[Callable[[Path, str, str], "OwnTerm"], tuple[Path, str, str]]:
        """What pickle stores."""
        return _unpickled, (self.file, self.digest, self.name)


_loaded: dict[tuple[Path, str], dict[str, OwnTerm]] = {}


class CodeNotAllowed(ConfigError):
    """Raised for a Python file that the user did not allow to run."""


def own_terms(
    names: Sequence[str], origin: Origin, mistakes: list[str], files: Files
) -> dict[str, OwnTerm]:
    """The terms that these files declare; a line is added for each mistake.

    A file runs only if the user allowed it (`allow_code`); ConfigError is raised otherwise.
    """
    found: dict[str, OwnTerm] = {}
    for name in names:
        path = origin.folder / name
        try:
            terms = files.once(_declared, path)
        except CodeNotAllowed as error:
            raise ConfigError(f"{origin.where()}: terms: {error}") from None
        except ConfigError as error:
            mistakes.append(f"{origin.where()}: terms: {error}")
            continue
        for each in terms.values():
            if each.name in found:
                mistakes.append(
                    f"{origin.where()}: terms: {shown(path)} declares '{each.name}', which "
                    f"{shown(found[each.name].file)} declares too; valid: another name"
                )
            found[each.name] = each
    return found


def _declared(path: Path) -> dict[str, OwnTerm]:
    """The terms that a file declares; it runs once, and again only if it changes."""
    source = _source(path)
    if path.resolve() not in allowed():
        raise CodeNotAllowed(
            f"{shown(path)} is Python code that would run here; valid: --allow-code {path}, if you "
            "trust it"
        )
    digest = sha256(source).hexdigest()
    if (path.resolve(), digest) not in _loaded:
        declared = _run(path, source)
        _loaded[path.resolve(), digest] = {
            name: OwnTerm(**vars(each), file=path, digest=digest) for name, each in declared.items()
        }
    return _loaded[path.resolve(), digest]


def _unpickled(file: Path, digest: str, name: str) -> OwnTerm:
    """A term as it was pickled. Raises ConfigError if its file may not run or was changed."""
    term = _declared(file).get(name)
    if term is None or term.digest != digest:
        raise ConfigError(f"{shown(file)}: was changed since its term '{name}' was pickled")
    return term


ALLOWED = "CHEAPTALK_ALLOW_CODE"
"""The environment variable that names the files that may run, also for worker processes."""


def allowed() -> set[Path]:
    """The Python files that the user allowed to run."""
    return {Path(each).resolve() for each in os.environ.get(ALLOWED, "").split(os.pathsep) if each}


def allow_code(*paths: Path | str) -> None:
    """Allow these Python files to run, in this process and in its workers. Raises ConfigError."""
    for each in paths:
        if os.pathsep in str(Path(each).resolve()):
            raise ConfigError(
                f"--allow-code {each}: found '{os.pathsep}' in its path; valid: a path without it"
            )
    named = {str(Path(each).resolve()) for each in paths} | {str(each) for each in allowed()}
    os.environ[ALLOWED] = os.pathsep.join(sorted(named))


def _source(path: Path) -> bytes:
    valid = "a Python file, as fatigue.py"
    if path.suffix != ".py":
        raise ConfigError(f"found {told(str(path))}; valid: {valid}")
    return contents(path, LARGEST, valid)


def _run(path: Path, source: bytes) -> dict[str, Term]:
    """The terms that a file declares when it runs. Raises ConfigError if it fails."""
    declared: dict[str, Term] = {}
    before = declaring.set(declared)
    try:
        module = ModuleType(f"own_terms_{path.stem}")
        module.__file__ = str(path)
        exec(compile(source, str(path), "exec"), module.__dict__)
    except (Exception, SystemExit) as error:
        raise ConfigError(_failure(path, error)) from error
    finally:
        declaring.reset(before)
    if not declared:
        raise ConfigError(f"{shown(path)} declares no term; valid: a function under @term(...)")
    for each in declared.values():
        _check(path, each)
    return declared


def _check(path: Path, each: Term) -> None:
    """Raise ConfigError for a term whose declaration is invalid."""
    where = f"{shown(path)}: term '{each.name}'"
    if each.name in BUILT_IN:
        raise ConfigError(f"{where} is built in; valid: another name")
    if not each.low <= each.default <= each.high:
        raise ConfigError(
            f"{where}: found default {each.default:g}; valid: from {each.low:g} to {each.high:g}"
        )
    if each.channel is not None and each.channel not in CHANNELS:
        raise ConfigError(
            f"{where}: found channel {each.channel!r}; valid: None, {', '.join(CHANNELS)}"
        )
    if not (each.rule.__doc__ or "").strip():
        raise ConfigError(f"{where}: has no documentation; valid: a first line that says what")


def _failure(path: Path, error: BaseException) -> str:
    """A description of an error in a user's file: its line and Python's message."""
    lines = [f.lineno for f in traceback.extract_tb(error.__traceback__) if f.filename == str(path)]
    line = error.lineno if isinstance(error, SyntaxError) else (lines[-1] if lines else None)
    at = f"{shown(path)}:{line}" if line else shown(path)
    return f"{at}: {type(error).__name__}: {told(str(error), 200)}"


def probed(preset: Preset) -> list[str]:
    """Complaints about the user's terms, tried in peace and in war, for one run and for two."""
    own = [each for each in preset.terms.values() if isinstance(each, OwnTerm)]
    if not own:
        return []
    mistakes = []
    for runs in (0, range(2)):
        peace = first_world(_without_rows(preset), runs)
        war = replace(peace, war=np.ones_like(peace.war))
        for each in own:
            for world in (peace, war):
                mistakes += _wrong_with(each, world)
    return list(dict.fromkeys(mistakes))[:20]


def _without_rows(preset: Preset) -> Preset:
    return replace(preset, arrays={})


def _wrong_with(each: OwnTerm, world: World) -> list[str]:
    """Complaints about a term in a world: it must give a finite number for each action and run."""
    where = f"{shown(each.file)}: term '{each.name}'"
    wanted = (*world.ladder.on_menu.shape[:2], *(2 for _ in np.shape(world.war)))
    try:
        points = [replace(NOTHING, **_unit(each, amount)) for amount in (0.0, 1.0, 2.0)]
        none, one, two = (np.asarray(each.rule(world, e), float) for e in points)
    except (Exception, SystemExit) as error:
        return [f"{where}: {_failure(each.file, error)}"]
    if none.ndim != len(wanted) or none.shape[:2] != wanted[:2] or not _fits(none, wanted):
        what = "a number for each state, action and run" if wanted[2:] else "for state and action"
        return [f"{where}: gives the shape {none.shape}; valid: {wanted}, {what}"]
    if not (np.isfinite(none).all() and np.isfinite(two).all()):
        return [f"{where}: gives a value that is not finite; valid: finite numbers"]
    if each.channel and not (
        np.allclose(two - one, one - none, atol=1e-9) and _follows(each, world, none, one)
    ):
        return [f"{where}: is not affine in '{each.channel}'; valid: a + b * expected"]
    if each.wartime and not np.any(world.war) and (none.any() or one.any()):
        return [f"{where}: is not 0 in peace, as a wartime term must be"]
    return []


def _follows(each: Term, world: World, none: Array, one: Array) -> bool:
    """Whether a term gives its level and slope, being made of sums and products only."""
    try:
        line = Affine(0.0, 0.0) + each.rule(world, Expected.unknown(each.channel or ""))
        return np.allclose(line.level, none) and np.allclose(line.level + line.slope, one)
    except Exception:  # it ran with numbers, so what fails is not made of sums and products
        return False


def _fits(value: Array, wanted: tuple[int, ...]) -> bool:
    """Whether a value broadcasts to a shape."""
    return all(have in (1, want) for have, want in zip(value.shape, wanted, strict=True))


def _unit(each: Term, amount: float) -> dict[str, Array]:
    """An expectation of this size in the term's channel."""
    return {each.channel: np.full((), amount)} if each.channel else {}
