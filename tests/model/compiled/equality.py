"""Both engines side by side: where their runs are not the same to the last bit."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import numpy as np

from experiments.engine.record import RECORDER
from model.alliance_model import AllianceModel
from model.compiled import engine
from model.compiled.by_numpy import ByNumpy
from model.compiled.machine import Machine
from model.compiled.records import leaves
from model.compiled.strips import Strips
from model.preset.load import Change, Preset, load


class Sides:
    """A job of a few runs, played by both engines turn by turn."""

    def __init__(
        self,
        preset: str | Preset,
        runs: range = range(3, 24),
        changes: Mapping[str, Change] | None = None,
        policies: tuple[Mapping[str, str], ...] = ({},),
        *,
        doctrine: bool = False,
        seed: int = 0,
    ) -> None:
        self.preset = load(preset, changes)
        self.given = {"rng": seed, "runs": runs, "policy": policies, "doctrine": doctrine}
        layout, code = engine.made(self.model(), RECORDER)
        self.strips = Strips(layout, Machine(code), self.model(), RECORDER)
        self.numpy = ByNumpy(self.model(), RECORDER)

    def model(self) -> AllianceModel:
        """A new model of the job."""
        return AllianceModel(self.preset, **self.given)

    def different_after(self, turns: int) -> list[str]:
        """What differs after any of some turns, all fields, records, plays and counts compared."""
        wrong: list[str] = []
        for turn in range(min(turns, self.preset.file.turns)):
            own, usual = self.strips.step(), self.numpy.step()
            places = [f"turn {turn}: {each}" for each in self._compared()]
            places += [
                f"turn {turn}: {name}"
                for name, one, other in zip(("counts", "sums"), own, usual, strict=True)
                if not np.array_equal(one, other)
            ]
            wrong += places
        return wrong

    def _compared(self) -> Iterator[str]:
        own, usual = self.strips.by_row(), self.numpy.by_row()
        if not np.array_equal(own.play, usual.play):
            yield "play"
        if not np.array_equal(own.forced_down, usual.forced_down):
            yield "forced_down"
        if own.residual != usual.residual or own.followed != usual.followed:
            yield "residual or followed"
        for name in ("world", "record"):
            theirs = leaves(getattr(usual, name), name)
            for path, array in leaves(getattr(own, name), name).items():
                other = np.broadcast_to(theirs[path], array.shape)
                same_sign = array.dtype.kind != "f" or np.array_equal(
                    np.signbit(array), np.signbit(other)
                )
                if array.dtype != other.dtype or not np.array_equal(array, other) or not same_sign:
                    yield path


@contextmanager
def handed(strips: Strips) -> Iterator[list[int]]:
    """How many strips are handed to numpy while this lasts, by call."""
    calls: list[int] = []
    hand_over = strips._hand_over

    def noted(which: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        calls.append(len(which))
        return hand_over(which)

    strips._hand_over = noted  # type: ignore[method-assign]
    yield calls
