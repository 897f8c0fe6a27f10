"""The draws of `Streams` in compiled code, bit for bit: a session's key, and the mixing of words.

A draw mixes the word of its name with the two words of the session's key (`model/base/streams.py`).
The key is what numpy's `SeedSequence` makes of seed and session, by the same arithmetic on words of
32 bits.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from lastchunk.model.base import streams
from lastchunk.model.kernel.base.compiling import called_inside, worked_in

SESSIONS_END = 2**32
"""A session's number is one word of the sequence."""
_SCALE = 2.0**-52
_GOLDEN, _TIMES_FIRST, _TIMES_THEN = (
    np.uint64(number) for number in (streams.GOLDEN, streams.TIMES_FIRST, streams.TIMES_THEN)
)
_INIT_A, _MULT_A = np.uint32(0x43B0D7E5), np.uint32(0x931E8875)
_INIT_B, _MULT_B = np.uint32(0x8B51F9DD), np.uint32(0x58F38DED)
_MIX_LEFT, _MIX_RIGHT = np.uint32(0xCA01F9DD), np.uint32(0x4973F715)
_HALF = np.uint32(16)


def seed_words(seed: int) -> npt.NDArray[np.uint32]:
    """A seed as the sequence takes it: at least four words, the lowest first."""
    words = []
    while seed:
        words.append(seed & 0xFFFFFFFF)
        seed >>= 32
    return np.array(words + [0] * (4 - len(words)), np.uint32)


@called_inside
def _hashed(word: Any, factor: Any, times: Any) -> Any:
    """A word in the sequence's hash, and the next factor."""
    word = word ^ factor
    factor = np.uint32(factor * times)
    word = np.uint32(word * factor)
    return np.uint32(word ^ (word >> _HALF)), factor


@called_inside
def _joined(one: Any, two: Any) -> Any:
    word = np.uint32(np.uint32(_MIX_LEFT * one) - np.uint32(_MIX_RIGHT * two))
    return np.uint32(word ^ (word >> _HALF))


@called_inside
def compiled_key(seed: Any, session: Any) -> Any:
    """The two words that all draws of a session hang on. ``seed`` is in words."""
    pool = np.empty(4, np.uint32)
    factor = _INIT_A
    for at in range(4):
        pool[at], factor = _hashed(seed[at], factor, _MULT_A)
    for source in range(4):
        for target in range(4):
            if source != target:
                word, factor = _hashed(pool[source], factor, _MULT_A)
                pool[target] = _joined(pool[target], word)
    for source in range(4, len(seed) + 1):
        more = np.uint32(session) if source == len(seed) else seed[source]
        for target in range(4):
            word, factor = _hashed(more, factor, _MULT_A)
            pool[target] = _joined(pool[target], word)
    factor = _INIT_B
    for at in range(4):
        pool[at], factor = _hashed(pool[at], factor, _MULT_B)
    half = np.uint64(32)
    first = np.uint64(pool[0]) | (np.uint64(pool[1]) << half)
    return first, np.uint64(pool[2]) | (np.uint64(pool[3]) << half)


@worked_in
def _mixed(word: Any) -> Any:
    word = (word ^ (word >> np.uint64(30))) * _TIMES_FIRST
    word = (word ^ (word >> np.uint64(27))) * _TIMES_THEN
    return word ^ (word >> np.uint64(31))


@worked_in
def mixed_in(word: Any, number: Any) -> Any:
    """The word of a name with one number more."""
    return _mixed((word ^ np.uint64(number)) + _GOLDEN)


@worked_in
def uniform(key: Any, word: Any) -> Any:
    """A number strictly between 0 and 1 for the word of a name, as `Streams.uniform` gives it."""
    word = _mixed(_mixed(word ^ key[0]) + key[1])
    return (np.float64(word >> np.uint64(12)) + 0.5) * _SCALE
