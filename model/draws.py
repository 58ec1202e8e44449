"""Randomness as data: uniform draws that depend on (seed, purpose, turn, run) alone.

Philox is counter-based (Salmon et al. 2011): the key comes from the seed and the
purpose, the counter from the run, the turn and the state. Any block of runs can
be drawn alone and equals its rows of a larger batch.
"""

import zlib

import numpy as np
from numpy.typing import NDArray

MOST_SEED = 2**64 - 1
"""The largest seed: the generator's key holds 64 bits of it."""

WORDS = 4
"""Draws by state, turn and run: one Philox block."""


def uniforms(
    seed: int, purpose: str, turn: int, runs: int | range, stream: int = 0
) -> NDArray[np.float64]:
    """Four uniforms in [0, 1) for each run: shape (4, runs), or (4,) for the one run.

    `stream` keeps the draws of the states apart, so that one state's change of
    policy leaves the others' draws as they were.

    >>> one, block = uniforms(1, "act", 3, 7), uniforms(1, "act", 3, range(5, 9))
    >>> bool((one == block[:, 2]).all())
    True
    """
    first, count = (runs, 1) if isinstance(runs, int) else (runs.start, len(runs))
    key = np.array([seed, zlib.crc32(purpose.encode())], dtype=np.uint64)
    counter = np.array([first, turn, stream, 0], dtype=np.uint64)
    drawn = np.random.Generator(np.random.Philox(key=key, counter=counter)).random((count, WORDS))
    return drawn[0] if isinstance(runs, int) else np.ascontiguousarray(drawn.T)


def state_uniforms(
    seed: int, purpose: str, turn: int, runs: int | range, states: int
) -> NDArray[np.float64]:
    """Four uniforms for each state and run: shape (4, states, *runs).

    >>> state_uniforms(1, "act", 0, range(5), states=6).shape
    (4, 6, 5)
    """
    return np.stack([uniforms(seed, purpose, turn, runs, each) for each in range(states)], axis=1)


def generator(seed: int, purpose: str, number: int = 0) -> np.random.Generator:
    """A generator for a library that draws for itself, as a sampler does; by seed and purpose.

    >>> bool(generator(1, "a").random() == generator(1, "a").random())
    True
    """
    key = np.array([seed, zlib.crc32(purpose.encode())], dtype=np.uint64)
    counter = np.array([0, 0, 0, number], dtype=np.uint64)
    return np.random.Generator(np.random.Philox(key=key, counter=counter))
